import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What was closed in order is not indexed again: a run ends in the middle of the segment that goes on.
@Suite(.tags(.crash)) struct ClosingRunTests {
    private static func world(_ disk: SimulatedDisk, _ seed: UInt64) -> World {
        var options = JournalOptions.small
        options.indexRunEventsMin = 6
        options.indexClosingEventsMin = 1
        return World(disk, seed: seed, options: options)
    }

    /// A journal that is opened, written to and closed, again and again.
    private struct Lives {
        let disk = SimulatedDisk()
        var values = RemakeStage()
        private(set) var count = 0

        /// - Parameter events: some dozens fill a segment.
        mutating func live(events: Int, values valueCount: Int = 2) throws {
            count += 1
            let journal = try ClosingRunTests.world(disk, UInt64(count)).open()
            try values.appendValues(valueCount, to: journal)
            for _ in 0..<events { try RemakeStage.appendEvent(to: journal) }
            while journal.stepIndex() {}
            ClosingRunTests.end(journal)
        }
    }

    /// Closes a journal, and does what its threads do then.
    private static func end(_ journal: Journal) {
        journal.close()
        journal.finishIndex()
    }

    /// Readers and writers find what the files hold.
    /// - Returns: how many events were indexed again by opening it.
    @discardableResult
    private static func check(_ disk: SimulatedDisk, _ what: String) throws -> Int {
        let reader = try world(disk, 8).openReadOnly()
        let journal = try world(disk, 9).open()
        let indexed = journal.view.index.withLock { $0.recent.eventCount }
        let scan = try StoreScan(disk)
        try require(scan.problems.isEmpty, "\(what): \(scan.problems)")
        try require(try journal.readAll() == scan.events, "\(what): readers get something else")
        try IndexAudit(scan, journal.view.index).check(what)
        let read = try reader.readAll()
        try require(scan.events.starts(with: read), "\(what): beside it readers get others")
        reader.close()
        journal.close()
        try RemakeStage.check(disk, 7)
        return indexed
    }

    @Test func `Nothing of what was closed in order is indexed again, in whatever place it ends`()
        throws
    {
        var lives = Lives()
        for (events, values) in [(3, 2), (1, 0), (0, 3), (40, 0), (7, 1), (0, 90), (90, 4), (2, 0)]
        {
            try lives.live(events: events, values: values)
            let disk = lives.disk.copy()
            #expect(try Self.check(disk, "life \(lives.count)") == 0)
            // Whoever only reads has the same.
            let reader = try Self.world(lives.disk, 20).openReadOnly()
            #expect(reader.view.index.withLock { $0.recent.eventCount } == 0)
            try IndexAudit(try StoreScan(lives.disk), reader.view.index).check("reading")
            reader.close()
        }
    }

    @Test func `A few events are left to the next opening`() throws {
        var lives = Lives()
        try lives.live(events: 3)
        let before = try lives.disk.list("journals/main/index")
        var world = Self.world(lives.disk, 5)
        world.options.indexClosingEventsMin = 8
        let journal = try world.open()
        for _ in 0..<5 { try RemakeStage.appendEvent(to: journal) }
        Self.end(journal)
        #expect(try lives.disk.list("journals/main/index") == before)
        #expect(try Self.check(lives.disk, "a few") == 5)
    }

    @Test func `Each run can be made again, where it begins or ends in the middle of a segment`()
        throws
    {
        var lives = Lives()
        for events in [5, 4, 30, 3, 2] { try lives.live(events: events, values: 1) }
        let paths = try RemakeStage.runs(Self.world(lives.disk.copy(), 6).open()).map(\.path)
        #expect(paths.count > 3)
        for path in paths {
            let disk = lives.disk.copy()
            let journal = try Self.world(disk, 6).open()
            try RemakeStage.damage(path, disk, journal)
            while journal.stepIndex() {}
            #expect(!RemakeStage.runs(journal).contains { $0.path == path })
            try IndexAudit(try StoreScan(disk), journal.view.index).check("without \(path)")
            Self.end(journal)
            #expect(try Self.check(disk, "made again: \(path)") == 0)
        }
    }

    @Test func `Runs that end in a segment that goes on are merged once it does not`() throws {
        var lives = Lives()
        for _ in 0..<6 { try lives.live(events: 2, values: 0) }
        let ends = { (disk: SimulatedDisk) throws -> [UInt64] in
            RemakeStage.runs(try Self.world(disk.copy(), 6).open()).map { $0.extent.end.serial }
        }
        #expect(try Set(ends(lives.disk)).count == 1)
        #expect(try ends(lives.disk).count == 6)
        try lives.live(events: 60)
        #expect(try ends(lives.disk).count < 4)
        #expect(try Self.check(lives.disk, "merged") == 0)
    }

    @Test func `A run that knows of more than there is is left out, and goes`() throws {
        var lives = Lives()
        for events in [5, 20] { try lives.live(events: events) }
        let before = lives.disk.copy()
        try lives.live(events: 4)
        let folder = "journals/main/index"
        var added: [String] = []
        for name in try lives.disk.list(folder) where try !before.list(folder).contains(name) {
            let bytes = try lives.disk.bytes("\(folder)/\(name)")
            let file = try before.open("\(folder)/\(name)", .createNew)
            try before.writeAll(file, bytes.span.bytes, at: 0)
            before.close(file)
            added.append(name)
        }
        // One that was only merged meanwhile is as good as those it was merged of.
        let head = try StoreScan(before).events.count
        let ahead = added.filter {
            $0.split(separator: "-").dropFirst().first.flatMap { Int($0) }! > head
        }
        #expect(!ahead.isEmpty)
        try Self.check(before, "ahead")
        #expect(try before.list(folder).filter(ahead.contains).isEmpty)
    }

    @Test func `A crash at any call of a life, its opening and closing, loses nothing`() throws {
        var lives = Lives()
        for events in [5, 20, 3] { try lives.live(events: events) }
        let count = try StoreScan(lives.disk).events.count
        var calls = 0
        for call in 1... {
            let disk = lives.disk.copy()
            disk.plan = .crash(at: call)
            var acknowledged = 0
            if let journal = try? Self.world(disk, 4).open() {
                for _ in 0..<3 where (try? RemakeStage.appendEvent(to: journal)) != nil {
                    acknowledged += 1
                }
                while journal.stepIndex() {}
                Self.end(journal)
            }
            if !disk.hasCrashed { break }
            calls = call
            if !Thoroughness.isFull && call % 4 != 0 { continue }
            for image in CrashSweepTests.Image.all(of: disk, seeds: UInt64(call)..<UInt64(call) + 1)
            {
                let what = "call \(call), \(image.name)"
                try Self.check(image.disk, what)
                let kept = try StoreScan(image.disk).events.count
                try require(kept >= count + acknowledged, "\(what): \(kept) events")
            }
        }
        #expect(calls > 30)
    }
}
