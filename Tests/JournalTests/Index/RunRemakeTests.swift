import Daybook
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
        #expect(before.extent.positions == 1...1)
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
                pieces.first?.extent.positions.lowerBound == damaged.extent.positions.lowerBound)
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
    mutating func fill(_ journal: Journal, _ seed: UInt64) throws {
        let chance = SeededRandomness(seed: seed)
        for _ in 0..<8 {
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
        #expect(journal.view.index.repair(path))
    }

    static func audit(_ journal: Journal, _ disk: SimulatedDisk, _ when: String) throws {
        let scan = try StoreScan(disk)
        try require(scan.problems.isEmpty, "\(when): \(scan.problems)")
        try require(try journal.readAll() == scan.events, "\(when): readers get something else")
        try IndexAudit(scan, journal.view.index).check(when)
    }
}
