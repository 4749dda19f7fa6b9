import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Foundation
import Synchronization
import Testing

/// A store on a disk whose power fails while it is compacted, backed up and restored, and what was acknowledged of it.
final class Upkeep: Sendable {
    /// What goes on when the power fails.
    enum Work: CaseIterable, Sendable {
        /// Tasks append and truncate streams, and one compacts all the time.
        case compactsBesideAppends
        case compacts, backsUp, restores
    }

    private static let streams = 8

    private let disk: LoopDisk
    private let place: Workplace
    private let random: SeededRandomness
    private let binary: Binary
    private let restored: Binary
    private let backup: String
    private let history = History(streams: streams)
    /// What a backup holds at least that was acknowledged; nil where none was.
    private let backedUp = Mutex<[History.Stream]?>(nil)
    private let cuts = Atomic(0)

    init(_ kind: LoopDisk.Kind, _ random: SeededRandomness) throws {
        disk = try LoopDisk(kind)
        place = try Workplace()
        self.random = random
        binary = Binary(store: disk.path + "/store")
        restored = Binary(store: disk.path + "/restored")
        backup = disk.path + "/backup"
    }

    /// Commands that had not ended when the power failed.
    var cutCount: Int { cuts.load(ordering: .relaxed) }
    var acknowledgedCount: Int { history.streams.reduce(0) { $0 + $1.ids.count } }
    var truncatedCount: Int { history.streams.reduce(0) { $0 + Int($1.truncated.lowerBound) } }

    /// Makes the store, with so much in it that a command has something to do.
    func begin() async throws {
        try await withStore { store in
            for round in 0..<70 * Self.streams {
                let stream = round % Self.streams
                let events = (0..<5).map { _ in History.event(EventID()) }
                try await store.append(events, to: History.name(stream))
                history.acknowledge(events.map(\.id), of: stream)
            }
        }
    }

    /// Cuts the power in the middle of a work, looks at what is left, and has the work done.
    func happens(during work: Work, _ round: String) async throws {
        switch work {
        case .compactsBesideAppends:
            try await cutStore()
            // Its files are closed once nobody holds the store.
            try await mountAgain()
            try await audit(binary, round + ", as it was left", isRecovered: false)
            try await withStore { try await $0.compact(bytesPerSecond: nil, takesAll: true) }
        case .compacts:
            try await withStore(truncate)
            let words = ["compact", "--all", "--throttle", "none"]
            _ = try await cut(binary, words)
            try await audit(binary, round + ", as it was left", isRecovered: false)
            try await succeed(binary, words)
        case .backsUp: return try await cutBackup(round)
        case .restores: return try await cutRestore(round)
        }
        try await audit(binary, round + ", done", isRecovered: true)
        try await checkRemoved(round)
    }

    // MARK: The work

    /// Runs a command until the power goes; whether it had done its work before.
    private func cut(_ binary: Binary, _ words: [String]) async throws -> Bool {
        let process = try binary.start(words)
        try await Task.sleep(for: .microseconds(random.next(below: 200_000)))
        let isDone = process.isOver
        try disk.cutPower(random.chance(1, in: 4) ? .keepsLog : .dropsLog)
        let (status, _) = try await process.drained()
        #expect(
            [.exited(0), .exited(1)].contains(status),
            "\(words): \(status): \(process.complaints())")
        try await mountAgain()
        if isDone && status == .exited(0) { return true }
        cuts.add(1, ordering: .relaxed)
        return false
    }

    private func mountAgain() async throws {
        let disk = disk
        try await Binary.blocking { try disk.mountAgain() }
    }

    private func succeed(_ binary: Binary, _ words: [String]) async throws {
        let ended = try await binary.run(words)
        #expect(ended.status == .exited(0), "\(words): \(ended.status): \(ended.errors)")
    }

    private func cutStore() async throws {
        let store = try await open()
        try await withThrowingTaskGroup { group in
            for stream in 0..<Self.streams {
                group.addTask { while try await self.append(to: stream, of: store) {} }
            }
            group.addTask {
                while try await self.isWell({
                    try await self.truncate(store)
                    _ = try await store.compact(
                        bytesPerSecond: nil, takesAll: self.random.chance(1, in: 2))
                }) {}
            }
            try await Task.sleep(for: .microseconds(random.next(below: 500_000)))
            try disk.cutPower(random.chance(1, in: 4) ? .keepsLog : .dropsLog)
            try await group.waitForAll()
        }
        try? await store.close()
    }

    private func append(to stream: Int, of store: EmbeddedStore) async throws -> Bool {
        let next = history.next(of: stream)
        return try await isWell {
            try await store.append([History.event(next)], to: History.name(stream))
            if disk.hasPower { history.acknowledge([next], of: stream) }
        }
    }

    /// Drops some of what a stream has.
    private func truncate(_ store: EmbeddedStore) async throws {
        let stream = random.next(below: Self.streams)
        guard let before = history.begin(truncating: stream) else { return }
        try await store.truncate(History.name(stream), before: before)
        if disk.hasPower { history.acknowledge(truncating: stream, before: before) }
    }

    /// Does something; whether all is well with the disk.
    private func isWell(_ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            return disk.hasPower
        } catch {
            let codes: [StoreError.Code] = [.outcomeUnknown, .poisoned, .inputOutput, .readOnly]
            let code = (error as? StoreError)?.code
            #expect(code.map(codes.contains) == true, "\(error)")
            return false
        }
    }

    private func open() async throws -> EmbeddedStore {
        let disk = LinuxDisk(root: binary.store)
        try disk.createRoot()
        return try await EmbeddedStore.open(on: disk, options: Outage.smallSegments)
    }

    private func withStore<Result>(
        _ body: (EmbeddedStore) async throws -> Result
    ) async throws {
        let store = try await open()
        _ = try await body(store)
        try await store.close()
    }

    private func cutBackup(_ round: String) async throws {
        let now = history.streams
        if try await cut(binary, ["backup", backup]) { backedUp.withLock { $0 = now } }
        let known = backedUp.withLock { $0 }
        let left = try await binary.run("backup", "--verify", backup)
        if let known {
            #expect(left.status == .exited(0), "\(round): \(left.errors)")
            try await auditBackup(round + ", as it was left", holds: known)
        }
        try await succeed(binary, ["backup", backup])
        try await succeed(binary, ["backup", "--verify", backup])
        try await auditBackup(round + ", done", holds: now)
        backedUp.withLock { $0 = now }
    }

    /// Restores the backup to another disk.
    private func auditBackup(_ round: String, holds streams: [History.Stream]) async throws {
        let copy = Binary(store: place.path + "/copy")
        try await succeed(copy, ["restore", backup])
        try await audit(copy, round + ", restored", holds: streams)
        try FileManager.default.removeItem(atPath: copy.store)
    }

    private func cutRestore(_ round: String) async throws {
        let known = try #require(backedUp.withLock { $0 }, "there is a backup")
        let isDone = try await cut(restored, ["restore", backup])
        let left = try await restored.run("head")
        if left.status != .exited(0) {
            #expect(!isDone, "\(round): what was restored is gone: \(left.errors)")
            try await succeed(restored, ["restore", backup])
        }
        try await audit(restored, round + ", done", holds: known)
        try FileManager.default.removeItem(atPath: restored.store)
    }

    // MARK: Looking at what is left

    /// - Parameter isRecovered: whether somebody opened it for writing since. Until then readers may see less: up to
    ///   the last mark.
    private func audit(
        _ binary: Binary, _ when: String, isRecovered: Bool = true,
        holds streams: [History.Stream]? = nil
    ) async throws {
        let verified = try await binary.run("verify", "--json")
        #expect(verified.status == .exited(0), "\(when): \(verified.output)\(verified.errors)")
        let store = try await EmbeddedStore.open(at: binary.store, .readOnly)
        for (number, stream) in history.streams.enumerated() {
            let state = try await store.stream(History.name(number)).state
            let asked = Read(.stream(History.name(number)))
            let events = state == .never ? [] : try await store.events(asked)
            let problem = stream.problem(
                with: events, next: state.next, isRecovered: isRecovered,
                atLeast: streams?[number] ?? stream)
            #expect(problem == nil, "\(when): of stream \(number) \(problem ?? "")")
        }
        try await store.close()
    }

    /// Nothing is left of what was truncated.
    private func checkRemoved(_ when: String) async throws {
        let store = try await EmbeddedStore.open(at: binary.store, .readOnly)
        let shown = try await store.events(Read(.all))
        for (number, stream) in history.streams.enumerated() {
            let left = shown.filter {
                $0.stream == History.name(number) && $0.revision < stream.truncated.lowerBound
            }
            #expect(left.isEmpty, "\(when): \(left.count) events of stream \(number) are left")
        }
        try await store.close()
    }
}

/// What was appended to some streams and dropped from them.
private final class History: Sendable {
    struct Stream: Sendable {
        /// By revision, of those acknowledged.
        var ids: [EventID] = []
        /// Appended until it is acknowledged.
        var next = EventID()
        /// The first revision that stays: as acknowledged, and as asked for last.
        var truncated: ClosedRange<Revision> = 0...0
    }

    private let state: Mutex<[Stream]>

    init(streams: Int) { state = Mutex((0..<streams).map { _ in Stream() }) }

    static func name(_ stream: Int) -> String { "kept-\(stream)" }

    static let dataBytes = 1500

    static func event(_ id: EventID) -> Event {
        Event(id: id, type: "counted", data: Array(repeating: UInt8(ascii: "x"), count: dataBytes))
    }

    var streams: [Stream] { state.withLock { $0 } }

    func next(of stream: Int) -> EventID { state.withLock { $0[stream].next } }

    func acknowledge(_ ids: [EventID], of stream: Int) {
        state.withLock { state in
            state[stream].ids += ids
            state[stream].next = EventID()
        }
    }

    /// Up to where a stream is truncated next; nil where it has hardly anything.
    func begin(truncating stream: Int) -> Revision? {
        state.withLock { state in
            let truncated = state[stream].truncated
            let count = Revision(state[stream].ids.count)
            let before = truncated.upperBound + (count - min(count, truncated.upperBound)) / 2
            if before <= truncated.upperBound { return nil }
            state[stream].truncated = truncated.lowerBound...before
            return before
        }
    }

    func acknowledge(truncating stream: Int, before: Revision) {
        state.withLock { $0[stream].truncated = before...before }
    }
}

extension History.Stream {
    /// What is wrong with what is found of a stream, in words.
    /// - Parameter known: what must be there.
    fileprivate func problem(
        with events: [RecordedEvent], next: Revision, isRecovered: Bool, atLeast known: Self
    ) -> String? {
        if isRecovered && next < Revision(known.ids.count) {
            return "\(next) of \(known.ids.count) events are there"
        }
        // At most one more was appended and not acknowledged.
        if next > Revision(ids.count) + 1 { return "\(next) events are there, of \(ids.count)" }
        let first = events.first?.revision ?? next
        let least = isRecovered ? known.truncated.lowerBound : 0
        if first < least || first > max(truncated.upperBound, least) {
            return "\(first) is the first, of \(truncated)"
        }
        for (event, revision) in zip(events, first...) {
            if event.revision != revision { return "\(event.revision) stands at \(revision)" }
            let id = revision < Revision(ids.count) ? ids[Int(revision)] : self.next
            if event.id != id { return "\(revision) is another event" }
            if event.data.count != History.dataBytes { return "the data of \(revision) are gone" }
        }
        return Revision(events.count) == next - first ? nil : "the last are missing"
    }
}
