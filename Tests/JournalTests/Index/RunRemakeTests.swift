import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Runs that are made again from their segments, some of which have no events.
@Suite struct RunRemakeTests {
    @Test func `A run made again keeps the marks and system records behind its last event`()
        throws
    {
        let disk = SimulatedDisk()
        let countMin = 100
        let journal = try RemakeStage.world(disk, 1, countMin: countMin).open()
        try journal.append("first", to: "account-1")
        var stage = RemakeStage()
        while journal.view.index.parts.all.isEmpty {
            try stage.appendValues(1, to: journal)
            try #require(stage.number < 300, "no part was filled")
        }
        while journal.stepIndex() {}
        let before = try #require(RemakeStage.runs(journal).first)
        #expect(before.extent.positions.range == 1...1)
        let holder = try #require(
            journal.view.allSegments.first { $0.serial == before.extent.end.serial })
        #expect(holder.firstPosition == 2, "the run ends with a segment without events")
        try RemakeStage.audit(journal, disk, "written")
        try RemakeStage.damage(before.path, disk, journal)
        while journal.stepIndex() {}
        #expect(RemakeStage.runs(journal).map(\.extent) == [before.extent])
        try RemakeStage.audit(journal, disk, "made again")
        try journal.append("second", to: "account-1")
        journal.close()
        let again = try RemakeStage.world(disk, 2, countMin: countMin).open()
        #expect(RemakeStage.runs(again).first?.extent == before.extent)
        try RemakeStage.audit(again, disk, "opened again")
    }

    @Test(arguments: [false, true])
    func `Runs that were removed are made again with the next run, and at the close`(
        closes: Bool
    ) throws {
        let disk = SimulatedDisk()
        let journal = try RemakeStage.world(disk, 1, countMin: 100).open()
        while journal.view.index.parts.all.count < 2 { try RemakeStage.appendEvent(to: journal) }
        while journal.stepIndex() {}
        let before = RemakeStage.runs(journal)
        #expect(!before.isEmpty)
        for run in before { try disk.remove(run.path) }
        try disk.remove(JournalPaths(name: "main").index)
        if closes {
            journal.writing!.keeper.stop()
            journal.writing!.keeper.finish()
        } else {
            let parts = journal.view.index.parts.all.count
            while journal.view.index.parts.all.count == parts {
                try RemakeStage.appendEvent(to: journal)
            }
            while journal.stepIndex() {}
        }
        let after = RemakeStage.runs(journal)
        #expect(after.last!.extent.end.frame >= before.last!.extent.end.frame)
        for run in after { #expect(try disk.exists(run.path), "\(run.path) is gone") }
        try RemakeStage.audit(journal, disk, "made again")
    }

    @Test func `A long stretch of system records without an event goes to the disk`() throws {
        let disk = SimulatedDisk()
        let journal = try RemakeStage.world(disk, 1, countMin: 40).open()
        var stage = RemakeStage()
        // From the beginning of the journal, and in the middle.
        try stage.appendValues(300, to: journal)
        while journal.stepIndex() {}
        var runs = RemakeStage.runs(journal)
        #expect(!runs.isEmpty && runs.allSatisfy { $0.extent.positions.isEmpty })
        #expect(journal.view.index.withLock { $0.values.count } < 80)
        try RemakeStage.audit(journal, disk, "at the beginning")
        try journal.append("first", to: "account-1")
        let events = Position(1)
        try stage.appendValues(2000, to: journal)
        while journal.stepIndex() {}
        try RemakeStage.audit(journal, disk, "behind an event")
        runs = RemakeStage.runs(journal)
        #expect(runs.last!.extent.positions == PositionSpan(first: events + 1, last: events))
        #expect(runs.count < 12, "they are merged by what they cover, not only by events")
        #expect(journal.view.index.withLock { $0.values.count } < 80)
        try RemakeStage.check(disk, 2)

        // Each of them made again.
        for path in runs.map(\.path) {
            try RemakeStage.damage(path, disk, journal)
            #expect(journal.writing!.keeper.work(merging: .max))
            try RemakeStage.audit(journal, disk, "\(path) made again")
        }
        while journal.stepIndex() {}
        try journal.append("second", to: "account-1")
        let reader = try RemakeStage.world(disk, 3).openReadOnly()
        try RemakeStage.audit(reader, disk, "for reading")
        let known = RemakeStage.runs(journal).map(\.extent)
        journal.close()
        let again = try RemakeStage.world(disk, 4, countMin: 40).open()
        #expect(RemakeStage.runs(again).map(\.extent) == known)
        try RemakeStage.audit(again, disk, "opened again")
        again.close()
        try RemakeStage.check(disk, 5)
    }

    @Test func `A run that is left of a merge does not keep others from being used`() throws {
        let disk = SimulatedDisk()
        let journal = try RemakeStage.world(disk, 1, countMin: 40).open()
        var stage = RemakeStage()
        try journal.append("first", to: "account-1")
        try stage.appendValues(120, to: journal)
        while try journal.writing!.keeper.writeNext() {}
        let parts = RemakeStage.runs(journal).map(\.path)
        let left = disk.copy()
        #expect(parts.count >= 2)
        while journal.writing!.keeper.work(merging: 2) {}
        #expect(RemakeStage.runs(journal).count < parts.count)
        journal.close()
        for path in parts where !disk.files().contains(path) {
            let bytes = try left.bytes(path)
            let made = try OpenFile(disk, path, .createNew)
            try made.writeAll(bytes.rawSpan, at: 0)
            try made.sync()
        }
        try RemakeStage.check(disk, 2)
        let again = try RemakeStage.world(disk, 3, countMin: 40).open()
        #expect(RemakeStage.runs(again).map(\.extent) == RemakeStage.runs(journal).map(\.extent))
        try RemakeStage.audit(again, disk, "opened again")
        #expect(
            disk.files().count { $0.contains("/index/") } == RemakeStage.runs(again).count)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `Any run made again says what it said, in as many segments as it had`(
        seed: UInt64
    ) throws {
        let filled = SimulatedDisk()
        let first = try RemakeStage.world(filled, 1).open()
        var stage = RemakeStage()
        try stage.fill(first, seed)
        first.close()
        let paths = RemakeStage.runs(first).map(\.path)
        #expect(paths.count > 1)
        for path in paths {
            let disk = filled.copy()
            let journal = try RemakeStage.world(disk, 2).open()
            let before = RemakeStage.runs(journal)
            let damaged = try #require(before.first { $0.path == path })
            try RemakeStage.damage(path, disk, journal)
            // Merging would hide of what pieces it was made.
            #expect(journal.writing!.keeper.work(merging: .max))
            let after = RemakeStage.runs(journal)
            let pieces = after.filter { run in !before.contains { $0.path == run.path } }
            #expect(
                pieces.first?.extent.positions.first == damaged.extent.positions.first)
            #expect(pieces.last?.extent.end == damaged.extent.end)
            #expect(after.count == before.count - 1 + pieces.count)
            try RemakeStage.audit(journal, disk, "seed \(seed): \(path)")
            while journal.stepIndex() {}
            journal.close()
            let again = try RemakeStage.world(disk, 3).open()
            try RemakeStage.audit(again, disk, "seed \(seed): \(path), opened again")
            again.close()
        }
    }

    @Test func `Where its segments are damaged as well, a run is not tried again at once`() throws {
        let disk = SimulatedDisk()
        let journal = try RemakeStage.world(disk, 1).open()
        var stage = RemakeStage()
        try stage.fill(journal, 3)
        let run = try #require(RemakeStage.runs(journal).first).path
        try RemakeStage.flip(run, disk)
        let segment = try #require(journal.view.allSegments.first).file.path
        try disk.flipBit(segment, SegmentHeader.byteCount + 200, 1)
        var remedies: [String] = []
        for _ in 0..<3 {
            do throws(ReadFailure) {
                for number in 0..<7 {
                    _ = try journal.view.index.positions(
                        stream: "account-\(number)", revisions: 0..<1, .mayBlock)
                }
            } catch {
                guard case .failed(let failure) = error else { throw error }
                remedies.append(String(failure.remedy.prefix { $0 != ":" }))
            }
            while journal.stepIndex() {}
        }
        #expect(
            remedies == [
                "Ask again in a moment", "See to that, and ask again", "See to that, and ask again",
            ])
        #expect(RemakeStage.runs(journal).first?.path == run)
    }

    @Test func `verify finds a run that does not begin where the one before it ends`() throws {
        let disk = SimulatedDisk()
        let journal = try RemakeStage.world(disk, 1).open()
        var stage = RemakeStage()
        try stage.fill(journal, 3)
        journal.close()
        let runs = RemakeStage.runs(journal)
        #expect(runs.count > 1)
        let environment = RemakeStage.world(disk, 2).environment()
        func findings() throws -> [Verifier.Finding] {
            try Verifier.verify(environment, progress: { _, _ in }).findings
        }
        #expect(try findings() == [])
        let last = try #require(runs.last).path
        let whole = try disk.bytes(last)
        let end = Array(whole.suffix(RunFormat.footerBytes))
        let decoded = RunFooter(decoding: end.rawSpan)
        let footer = try #require(decoded)
        var wrong = [footer, footer, footer]
        wrong[0].extent.frameBefore -= 1
        wrong[1].extent.recordBefore += 1
        wrong[2].extent.positions.last -= 1
        for footer in wrong {
            let encoded = footer.encoded()
            let bytes = whole.dropLast(RunFormat.footerBytes) + encoded.bytes.copied()
            try disk.replace(last, with: Array(bytes))
            let found = try findings()
            #expect(found.map(\.place) == [last] && found.allSatisfy { $0.isHarmless })
            // An opening uses none such, and makes that part of the index again.
            let copy = disk.copy()
            let again = try RemakeStage.world(copy, 3).open()
            try RemakeStage.audit(again, copy, "without \(last)")
            #expect(!copy.files().contains(last))
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `A reader whose parts end elsewhere takes over runs and loses nothing`(
        seed: UInt64
    ) throws {
        let disk = SimulatedDisk()
        let journal = try RemakeStage.world(disk, 1, countMin: 30).open()
        try journal.append("first", to: "account-1")
        let reader = try RemakeStage.world(disk, 2, countMin: 70).openReadOnly()
        var stage = RemakeStage()
        for round in 0..<8 {
            try stage.fill(journal, seed * 10 + UInt64(round), bursts: 1)
            reader.refresh()
            try RemakeStage.audit(reader, disk, "seed \(seed), round \(round)")
        }
        #expect(!RemakeStage.runs(reader).isEmpty)
    }
}

/// A journal some of whose segments have only marks and system records.
struct RemakeStage {
    private(set) var number = 0
    private var tokens: [String: [UInt8]] = [:]

    static func world(_ disk: SimulatedDisk, _ seed: UInt64, countMin: Int = 50) -> World {
        var options = JournalOptions.small
        options.indexRunEventsMin = countMin
        return World(disk, seed: seed, options: options)
    }

    /// Appends system records and marks, and no events.
    mutating func appendValues(_ count: Int, to journal: Journal) throws {
        for _ in 0..<count {
            let consumer = "importer-\(number % 2)"
            var append = Append()
            append.tracking = TrackingMark(
                consumer: consumer, from: tokens[consumer], to: Array("\(number)".utf8), note: [1])
            append.records = [
                SystemRecord(
                    owner: "queue", key: "key-\(number % 3)",
                    value: number % 7 == 0 ? nil : Array(repeating: UInt8(number % 256), count: 200)
                )
            ]
            try journal.append(append)
            tokens[consumer] = Array("\(number)".utf8)
            number += 1
            while journal.stepPreparing() {}
        }
    }

    /// Appends events and, now and then, so many values that they fill segments of their own; writes the index.
    mutating func fill(_ journal: Journal, _ seed: UInt64, bursts: Int = 8) throws {
        let chance = SeededRandomness(seed: seed)
        for _ in 0..<bursts {
            for event in 0..<chance.next(below: 60) {
                var made = Event(
                    type: event % 3 == 0 ? "opened" : "moved", data: Array(repeating: 7, count: 300)
                )
                made.tags = ["customer:\(event % 5)"]
                try journal.append(Append([made], to: "account-\(event % 7)"))
                while journal.stepPreparing() {}
            }
            try appendValues(chance.next(below: 160), to: journal)
            if chance.next(below: 2) == 0 { while journal.stepIndex() {} }
        }
        while journal.stepIndex() {}
    }

    /// Appends one event.
    static func appendEvent(to journal: Journal) throws {
        let event = Event(type: "moved", data: Array(repeating: 7, count: 300))
        try journal.append(Append([event], to: "account-1"))
        while journal.stepPreparing() {}
    }

    static func sizes(_ journal: Journal) -> [Int] {
        journal.view.index.parts.all.compactMap { part in
            if case .run(let run) = part { run.size } else { nil }
        }
    }

    static func runs(_ journal: Journal) -> [(path: String, extent: RunExtent)] {
        journal.view.index.parts.all.compactMap { part in
            if case .run(let run) = part { (run.file.path, run.footer.extent) } else { nil }
        }
    }

    /// Damages the first block of a run.
    static func flip(_ path: String, _ disk: SimulatedDisk) throws {
        for offset in 8..<40 { try disk.flipBit(path, offset, 0) }
    }

    /// Damages a run, and has it made again by the next step.
    static func damage(_ path: String, _ disk: SimulatedDisk, _ journal: Journal) throws {
        try flip(path, disk)
        #expect(journal.view.index.repair(path) == .underWay)
    }

    /// Nothing is wrong with what lies on the disk.
    static func check(_ disk: SimulatedDisk, _ seed: UInt64) throws {
        let environment = world(disk, seed).environment()
        let found = try Verifier.verify(environment, progress: { _, _ in }).findings
        try require(found.isEmpty, "\(found)")
    }

    static func audit(_ journal: Journal, _ disk: SimulatedDisk, _ when: String) throws {
        let scan = try StoreScan(disk)
        try require(scan.problems.isEmpty, "\(when): \(scan.problems)")
        try require(try journal.readAll() == scan.events, "\(when): readers get something else")
        try IndexAudit(scan, journal.view.index).check(when)
    }
}
