import Daybook
import DaybookPlatform
import DaybookSimulation

@testable import DaybookJournal

/// A store of some small segments with streams of which something is gone: by every kind of metadata, and deleted.
struct RetentionStage {
    static let streams = ["kept-1", "truncated-1", "counted-1", "aged-1", "deleted-1", "ended-1"]

    let disk: SimulatedDisk
    let time = VirtualTime()
    /// All events before anything was removed.
    let scan: StoreScan

    /// - Parameter events: of each stream, about.
    init(seed: UInt64 = 1, events: Int = 24) throws {
        disk = SimulatedDisk()
        let journal = try World(disk, seed: seed, time: time, options: .small).open()
        try Self.fill(journal, time, SeededRandomness(seed: seed), events: events)
        journal.close()
        scan = try StoreScan(disk)
    }

    /// The same, or a copy of it, to be opened again; no time has passed.
    func world(_ seed: UInt64, on copy: SimulatedDisk? = nil) -> World {
        World(copy ?? disk, seed: seed, time: time, options: .small)
    }

    /// Appends to all streams, in turns; metadata and deletions come in between.
    static func fill(
        _ journal: Journal, _ time: VirtualTime, _ chance: SeededRandomness, events: Int
    ) throws {
        for turn in 0..<events {
            time.advance(microseconds: 1_000_000)
            for stream in streams {
                if try journal.view.index.facts(stream, .mayBlock).isTombstoned { continue }
                var event = Event(
                    id: EventID(randomHigh: chance.next(), randomLow: chance.next()), type: "noted",
                    data: Array(repeating: UInt8(turn), count: chance.next(below: 400)),
                    tags: ["turn:\(turn)"])
                if chance.chance(1, in: 3) { event.metadata = Array("{\"turn\":\(turn)}".utf8) }
                try journal.append(Append([event], to: stream))
            }
            if turn == events / 3 {
                try journal.set(StreamMetadata(truncateBefore: 3), of: "truncated-1")
                try journal.set(StreamMetadata(maxCount: 4), of: "counted-1")
            }
            if turn == events / 2 {
                try journal.set(StreamMetadata(truncateBefore: 7), of: "truncated-1")
                try journal.set(StreamMetadata(maxAgeSeconds: 5), of: "aged-1")
                try journal.delete("deleted-1", .soft)
                try? journal.delete("ended-1", .tombstone)
            }
        }
    }
}

extension Journal {
    func set(_ metadata: StreamMetadata, of stream: String) throws {
        let id = EventID(randomHigh: view.watermark.position, randomLow: 6)
        let event = Event(id: id, type: SystemType.metadata, data: metadata.encoded)
        try append(Append([event], to: StreamName.metadata(of: stream)))
    }

    func delete(_ stream: String, _ deletion: Deletion) throws {
        let id = EventID(randomHigh: view.watermark.position, randomLow: 5)
        let encoded = try encode(deleting: stream, deletion, expecting: .any, id: id)
        _ = try submitByHand(encoded).get()
    }

    /// Removes all that can be, at once.
    @discardableResult
    func compactAll(compressing: Bool = false) throws(StoreError) -> Compaction.Report {
        try compact(Compaction.Options(takesAll: true, compresses: compressing))
    }
}

/// Says of a history, by looking at all of it, what a compaction may remove and what it has to leave.
struct Vanishing {
    private let before: [RecordedEvent]

    init(_ before: [RecordedEvent]) { self.before = before }

    /// Whether an event may vanish at a point.
    func mayVanish(_ event: RecordedEvent, at point: CompactionPoint) -> Bool {
        if event.stream.hasPrefix("$") || event.position > point.position { return false }
        let known = before.filter { $0.position <= point.position }
        let said = known.filter { $0.stream == "$$" + event.stream }
        let deletions = [SystemType.softDeleted, SystemType.tombstoned]
        if said.contains(where: { deletions.contains($0.type) && $0.position > event.position }) {
            return true
        }
        guard let last = said.last(where: { $0.type == SystemType.metadata }),
            let metadata = try? StreamMetadata(decoding: last.data)
        else { return false }
        let later = known.count { $0.stream == event.stream && $0.revision > event.revision }
        let age = point.time.microseconds - event.recordedAt.microseconds
        return event.revision < metadata.truncateBefore ?? 0
            || metadata.maxCount.map { later >= $0 } ?? false
            || metadata.maxAgeSeconds.map { age > 1_000_000 * Int64($0) } ?? false
    }

    /// Compares a history with what it was: everything but the data and metadata of what may vanish is there.
    /// - Parameter points: the compaction points in it.
    /// - Returns: how many events vanished.
    @discardableResult
    func check(_ after: StoreScan, _ what: String) throws -> Int {
        if let problem = after.problems.first { throw Discrepancy("\(what): \(problem)") }
        let points = after.points
        let kept = after.events.filter { $0.stream != StreamName.journal }
        try require(kept.count == before.count, "\(what): \(kept.count) of \(before.count) events")
        for (found, event) in zip(kept, before) {
            if !after.stubs.contains(found.position) {
                try require(found == event, "\(what): event \(event.position) has changed")
                continue
            }
            try require(
                points.contains { mayVanish(event, at: $0) },
                "\(what): event \(event.position) vanished")
            var stub = event.event
            stub.data = []
            stub.metadata = []
            let isTheSame =
                found.event == stub && found.stream == event.stream
                && found.revision == event.revision && found.position == event.position
                && found.recordedAt == event.recordedAt
            try require(isTheSame, "\(what): the stub of \(event.position) is another event")
        }
        return after.stubs.count
    }
}

extension StoreScan {
    var points: [CompactionPoint] {
        events.filter { $0.type == SystemType.compactionPoint }.compactMap {
            CompactionPoint($0.data)
        }
    }
    /// Positions of events of which data and metadata were removed.
    var stubs: Set<Position> { Set(frames.flatMap(\.stubs)) }
}

extension SimulatedDisk {
    /// Nothing is left of what a compaction replaced.
    func checkGenerations(_ what: String) throws {
        let manifest = try StoreScan(self).manifest
        var named: Set<String> = []
        for segment in manifest?.segments ?? [] {
            let path = JournalPaths(name: "main").segment(
                serial: segment.serial, generation: segment.generation)
            named.formUnion([path, OffsetFile.path(of: path), IDFile.path(of: path)])
        }
        let serials = Set(named.map { $0.prefix { $0 != "." } })
        let others = files().filter {
            // A segment of which all was copied on after a crash stays, and is no compaction's.
            let isNone = $0.hasSuffix(".0") && !serials.contains($0.prefix { $0 != "." })
            return $0.contains("/segments/") && !named.contains($0) && !isNone
        }
        try require(others.isEmpty, "\(what): left over are \(others)")
    }
}
