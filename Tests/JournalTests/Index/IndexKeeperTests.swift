import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// The index of a journal as parts on the disk: written, merged, found again, made anew.
struct IndexKeeperTests {
    private static var options: JournalOptions {
        var options = JournalOptions.small
        options.idempotencyWindow = 16
        options.idempotencyWalkMax = 200
        return options
    }

    /// A journal of some segments, its index as far as possible on the disk.
    private static func filled(_ disk: SimulatedDisk, count: Int = 270) throws -> Journal {
        let journal = try World(disk, options: options).open()
        try append(0..<count, to: journal)
        while journal.stepIndex() {}
        return journal
    }

    private static func append(_ numbers: Range<Int>, to journal: Journal) throws {
        for number in numbers {
            var event = Event(
                type: number % 3 == 0 ? "opened" : "moved", data: Array(repeating: 7, count: 400))
            event.tags = ["customer:\(number % 5)"]
            var append = Append([event], to: "account-\(number % 7)")
            append.tracking = TrackingMark(
                consumer: "importer-0", from: number == 0 ? nil : Array("\(number - 1)".utf8),
                to: Array("\(number)".utf8), note: [1])
            append.records = [
                SystemRecord(
                    owner: "queue", key: "key-\(number % 3)",
                    value: number % 4 == 0 ? nil : Array("\(number)".utf8))
            ]
            try journal.append(append)
            while journal.stepPreparing() {}
        }
    }

    private func runs(_ journal: Journal) -> [ClosedRange<Position>] {
        journal.view.index.parts.all.compactMap { part in
            if case .run(let run) = part, !run.positions.isEmpty {
                run.positions.range
            } else {
                nil
            }
        }
    }

    private func audit(_ journal: Journal, _ disk: SimulatedDisk, _ when: String) throws {
        let scan = try StoreScan(disk)
        try require(scan.problems.isEmpty, "\(when): \(scan.problems)")
        try require(try journal.readAll() == scan.events, "\(when): readers get something else")
        try IndexAudit(scan, journal.view.index).check(when)
    }

    private static func indexFiles(_ disk: SimulatedDisk) -> [String] {
        disk.files().filter { $0.contains("/index/") }
    }

    @Test func `Full segments become runs, and runs of a tier become one`() throws {
        let disk = SimulatedDisk()
        let journal = try Self.filled(disk)
        let found = runs(journal)
        #expect(found.count >= 2)
        #expect(found[0].lowerBound == 1)
        for (one, next) in zip(found, found.dropFirst()) {
            #expect(next.lowerBound == one.upperBound + 1)
        }
        #expect(found[0].count > found[found.count - 1].count, "nothing was merged")
        #expect(Self.indexFiles(disk).count == found.count, "what was merged is gone")
        try audit(journal, disk, "after merging")
    }

    @Test func `Marks and system records fill a part as events do`() throws {
        let disk = SimulatedDisk()
        var options = Self.options
        options.indexRunEventsMin = 50
        let journal = try World(disk, options: options).open()
        try journal.append("first", to: "account-1")
        for number in 0..<200 {
            var append = Append()
            append.records = [
                SystemRecord(
                    owner: "queue", key: "key-\(number)", value: Array(repeating: 1, count: 200))
            ]
            try journal.append(append)
            while journal.stepPreparing() || journal.stepIndex() {}
        }
        #expect(runs(journal).first == 1...1)
        try journal.append("second", to: "account-1")
        journal.close()
        let again = try World(disk, seed: 2, options: options).open()
        try audit(again, disk, "opened again")
        again.close()
        let reader = try World(disk, seed: 3, options: options).openReadOnly()
        try audit(reader, disk, "for reading")
    }

    @Test func `Where there is nothing older, keys that were removed take no memory`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: Self.options).open()
        for number in 0..<40 {
            for value in [[1], nil] as [[UInt8]?] {
                var append = Append()
                append.records = [
                    SystemRecord(owner: "queue", key: "key-\(number)", value: value)
                ]
                try journal.append(append)
            }
        }
        #expect(journal.view.index.withLock { $0.values.recordNames().isEmpty })
        try audit(journal, disk, "all removed")
    }

    @Test func `A reader that opens while runs are merged finds what became of them`() throws {
        let disk = SimulatedDisk()
        var options = Self.options
        options.indexMergeRuns = 100
        let journal = try World(disk, options: options).open()
        try Self.append(0..<120, to: journal)
        while journal.stepIndex() {}
        #expect(runs(journal).count > 3)
        let watched = WatchedDisk(disk, tellsOf: [.list, .open])
        let lists = Mutex(0)
        watched.onCall { kind in if kind == .list { lists.withLock { $0 += 1 } } }
        let world = World(watched, seed: 2, options: options)
        #expect(try world.openReadOnly().view.index.partsInMemory == 0)
        // The last listing is that of the runs. Now they are merged right behind it.
        let left = Mutex(lists.withLock { $0 })
        watched.onCall { kind in
            if kind == .list {
                left.withLock { $0 -= 1 }
            } else if left.withLock({ $0 }) == 0 {
                while journal.writing!.keeper.work(merging: 2) {}
            }
        }
        let reader = try world.openReadOnly()
        watched.onCall(nil)
        #expect(runs(journal).count < 3)
        #expect(reader.view.index.partsInMemory == 0, "and indexes nothing itself")
        #expect(runs(reader) == runs(journal))
        try audit(reader, disk, "beside a merge")
    }

    @Test func `A run is written when the manifest names its last segment as sealed, not before`()
        throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: Self.options).open()
        var number = 0
        while journal.view.index.partsInMemory == 0 {
            let data = [UInt8](repeating: 7, count: 400)
            try journal.append(Append([Event(type: "moved", data: data)], to: "account-1"))
            number += 1
            try #require(number < 200, "no segment was filled")
        }
        // A crash now would cut the segment elsewhere, and the run would tell of what is not there.
        #expect(!journal.stepIndex())
        #expect(Self.indexFiles(disk).isEmpty)
        while journal.stepPreparing() {}
        #expect(journal.stepIndex())
        #expect(runs(journal).map(\.lowerBound) == [1])
    }

    @Test(.timeLimit(.minutes(15)))
    func `Appending waits while more is in memory only than may be, and some can be written`()
        throws
    {
        let disk = SimulatedDisk()
        var options = Self.options
        options.indexLagBytesMax = 1
        let journal = try World(disk, options: options).open()
        try Self.append(0..<60, to: journal)
        let index = journal.view.index
        try #require(index.partsInMemory > 0)
        let keeper = try #require(journal.writing).keeper
        // The thread of the keeper does nothing; what it would do is done below.
        try keeper.start { (name, _) throws(Errno) in try Thread(name: name) {} }
        let left = Monitor<Int?>(nil)
        let appending = try Thread(name: "appending") {
            keeper.waitForRoom()
            left.withLock { $0 = index.partsInMemory }
        }
        while journal.stepIndex() {}
        appending.join()
        #expect(left.withLock { $0 } == 0)
        // What cannot be written yet is not waited for.
        #expect(index.unwritten.bytes > options.indexLagBytesMax)
        keeper.waitForRoom()
        journal.close()
    }

    @Test(.timeLimit(.minutes(15)))
    func `Whoever looked a moment before there was room hears of it`() throws {
        var options = Self.options
        options.indexLagBytesMax = 1
        let journal = try World(SimulatedDisk(), options: options).open()
        try Self.append(0..<60, to: journal)
        let index = journal.view.index
        let keeper = try #require(journal.writing).keeper
        while index.partsInMemory > 1 { try #require(try keeper.writeNext()) }
        let last = try #require(index.unwritten.parts.first)
        let run = try keeper.write(last)
        try keeper.start { (name, _) throws(Errno) in try Thread(name: name) {} }
        // The second look is that of the wait itself. It sees the part, and goes on when the part is a run.
        let state = Monitor((looks: 0, isTold: false, hasRoom: false))
        keeper.journal.withLock { journal in
            let isSealed = journal.isSealed
            journal.isSealed = { serial in
                let isSecond = state.withLock { state in
                    state.looks += 1
                    return state.looks == 2
                }
                if isSecond {
                    state.broadcast()
                    // Whoever tells waits for it to sleep, and then it is not told yet.
                    state.wait(
                        timeoutNanoseconds: 200_000_000, until: { $0.isTold }, then: { _, _ in })
                }
                return isSealed(serial)
            }
        }
        let telling = try Thread(name: "telling") {
            state.wait(
                timeoutNanoseconds: 30_000_000_000, until: { $0.looks >= 2 }, then: { _, _ in })
            index.replace(last.extent, with: [run])
            keeper.tell()
            state.withLock { $0.isTold = true }
            state.broadcast()
        }
        let appending = try Thread(name: "appending") {
            keeper.waitForRoom()
            state.withLock { $0.hasRoom = true }
            state.broadcast()
        }
        let hasRoom = state.wait(
            timeoutNanoseconds: 30_000_000_000, until: { $0.hasRoom },
            then: { state, _ in state.hasRoom })
        #expect(hasRoom, "it sleeps on")
        journal.close()
        telling.join()
        appending.join()
    }

    /// Whether anything holds the disk of a journal whose opening was refused.
    private func holdsDisk(afterOpening simulated: SimulatedDisk) -> Bool {
        weak var left: WatchedDisk?
        do {
            let disk = WatchedDisk(simulated, tellsOf: [])
            left = disk
            #expect(throws: StoreError.self) {
                _ = try World(disk, seed: 3, options: Self.options).open()
            }
        }
        return left != nil
    }

    @Test func `An opening that is refused leaves nothing in memory`() throws {
        let disk = SimulatedDisk()
        try Self.filled(disk).close()
        let path = try #require(disk.files().filter { $0.contains("/segments/") }.sorted().first)
        try disk.flipBit(path, SegmentHeader.byteCount + 3000, 1)
        for file in Self.indexFiles(disk) { try disk.lose(file) }
        #expect(!holdsDisk(afterOpening: disk))
    }

    @Test func `An opening reads no event that a run covers`() throws {
        let disk = SimulatedDisk()
        try Self.filled(disk).close()
        // An event in the first segment is damaged: only whoever reads it would notice.
        let path = try #require(disk.files().filter { $0.contains("/segments/") }.sorted().first)
        let damaged = disk.copy()
        try damaged.flipBit(path, SegmentHeader.byteCount + 3000, 1)
        let journal = try World(damaged, seed: 2, options: Self.options).open()
        #expect(runs(journal).count >= 2)
        #expect(try journal.view.index.facts("account-1", .mayBlock).next == 39)
        #expect(throws: ReadFailure.self) { try journal.readAll() }
        journal.close()
        for file in Self.indexFiles(damaged) { try damaged.lose(file) }
        #expect(throws: StoreError.self) {
            _ = try World(damaged, seed: 3, options: Self.options).open()
        }
    }

    @Test func `A store opened again answers by its runs and goes on`() throws {
        let disk = SimulatedDisk()
        try Self.filled(disk).close()
        let journal = try World(disk, seed: 2, options: Self.options).open()
        #expect(runs(journal).count >= 2)
        try audit(journal, disk, "opened again")
        try Self.append(270..<330, to: journal)
        while journal.stepIndex() {}
        try audit(journal, disk, "gone on")
        let reader = try World(disk, seed: 3, options: Self.options).openReadOnly()
        #expect(runs(reader) == runs(journal))
        try audit(reader, disk, "for reading")
    }

    @Test func `Conditions are checked against what only runs know`() throws {
        let disk = SimulatedDisk()
        try Self.filled(disk).close()
        let journal = try World(disk, seed: 2, options: Self.options).open()
        let event = { Event(type: "moved") }
        let wrong = try journal.submit(
            Append([event()], to: "account-1", expecting: .revision(3)))
        let never = try journal.submit(Append([event()], to: "account-2", expecting: .none))
        var unique = Append([event()], to: "account-9")
        unique.queryCondition = QueryCondition(
            failIfEventsMatch: .matching(types: ["opened"], tags: ["customer:3"]), after: 0)
        let taken = try journal.submit(unique)
        unique.queryCondition = QueryCondition(
            failIfEventsMatch: .matching(types: ["opened"], tags: ["customer:8"]), after: 0)
        let free = try journal.submit(unique)
        var mark = Append()
        mark.tracking = TrackingMark(consumer: "importer-0", from: [9], to: [10])
        let stale = try journal.submit(mark)
        for _ in 0..<4 { journal.step() }
        #expect(wrong.code == .wrongRevision)
        #expect(never.code == .wrongRevision)
        #expect(taken.code == .conflict)
        #expect(free.appended != nil)
        #expect(stale.code == .wrongToken)
    }

    @Test func `A damaged run is made again from the events`() throws {
        let disk = SimulatedDisk()
        try Self.filled(disk).close()
        for file in Self.indexFiles(disk) {
            let damaged = disk.copy()
            let size = try damaged.bytes(file).count
            try damaged.flipBit(file, size - 100, 2)
            let journal = try World(damaged, seed: 2, options: Self.options).open()
            #expect(journal.notes.contains { $0.contains(file) }, "\(journal.notes)")
            #expect(!Self.indexFiles(damaged).contains(file))
            try audit(journal, damaged, "without \(file)")
            while journal.stepIndex() {}
            try audit(journal, damaged, "with \(file) made again")
        }
    }

    @Test func `verify finds a flipped bit anywhere in the index`() throws {
        let disk = SimulatedDisk()
        try Self.filled(disk).close()
        let environment = World(disk, seed: 2).environment()
        #expect(try Verifier.verify(environment, progress: { _, _ in }).findings.isEmpty)
        for file in Self.indexFiles(disk) {
            let size = try disk.bytes(file).count
            for offset in stride(from: 0, to: size, by: 97) {
                try disk.flipBit(file, offset, offset % 8)
                let found = try Verifier.verify(environment, progress: { _, _ in }).findings
                let places = found.map { $0.place.prefix { $0 != "," } }
                #expect(places == [file[...]], "byte \(offset): \(found)")
                try disk.flipBit(file, offset, offset % 8)
            }
        }
    }

    @Test func `A run damaged while the store is open is told, and made again`() throws {
        let disk = SimulatedDisk()
        let journal = try Self.filled(disk)
        let before = runs(journal)
        let file = try #require(Self.indexFiles(disk).min())
        // The first piece of a run is a block of terms.
        for offset in 8..<40 { try disk.flipBit(file, offset, 0) }
        #expect(throws: (any Error).self) { try audit(journal, disk, "damaged") }
        while journal.stepIndex() {}
        try audit(journal, disk, "made again")
        #expect(!Self.indexFiles(disk).contains(file))
        #expect(runs(journal).first?.lowerBound == before.first?.lowerBound)
        #expect(runs(journal).last?.upperBound == before.last?.upperBound)
        journal.close()
        let again = try World(disk, seed: 2, options: Self.options).open()
        #expect(runs(again) == runs(journal))
        try audit(again, disk, "opened again")
    }

    @Test func `A reader beside a writer leaves the index to its runs`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: Self.options).open()
        try Self.append(0..<40, to: journal)
        let reader = try World(disk, seed: 2, options: Self.options).openReadOnly()
        for round in 1..<8 {
            try Self.append(round * 40..<round * 40 + 40, to: journal)
            while journal.stepIndex() {}
            reader.refresh()
            try audit(reader, disk, "round \(round)")
        }
        #expect(runs(reader).count >= 2)
        #expect(reader.view.index.partsInMemory <= 3)
    }

    @Test func `An index that is gone is made anew in pieces`() throws {
        let disk = SimulatedDisk()
        try Self.filled(disk).close()
        for file in Self.indexFiles(disk) { try disk.lose(file) }
        var options = Self.options
        options.indexLagBytesMax = 1
        let journal = try World(disk, seed: 2, options: options).open()
        #expect(runs(journal).count >= 2)
        // One comes with the first frame behind the last segment.
        #expect(journal.view.index.partsInMemory <= 1)
        try audit(journal, disk, "made anew")
    }

    @Test func `Runs of a later history are left out where an earlier one was put back`() throws {
        let disk = SimulatedDisk()
        let journal = try Self.filled(disk, count: 120)
        journal.close()
        let earlier = disk.copy()
        let again = try World(disk, seed: 2, options: Self.options).open()
        try Self.append(120..<240, to: again)
        while again.stepIndex() {}
        again.close()
        for file in Self.indexFiles(disk) {
            if try earlier.exists(file) { continue }
            let made = try OpenFile(earlier, file, .createNew)
            let bytes = try disk.bytes(file)
            try made.writeAll(bytes.rawSpan, at: 0)
            try made.sync()
        }
        let back = try World(earlier, seed: 3, options: Self.options).open()
        #expect(runs(back).allSatisfy { $0.upperBound <= 120 })
        try audit(back, earlier, "put back")
        try Self.append(120..<130, to: back)
        try audit(back, earlier, "gone on another way")
    }

    @Test func `Runs removed while the store is open are still read, and made again`() throws {
        let disk = SimulatedDisk()
        let journal = try Self.filled(disk)
        for file in Self.indexFiles(disk) { try disk.remove(file) }
        try audit(journal, disk, "removed")
        try Self.append(270..<330, to: journal)
        while journal.stepIndex() {}
        try audit(journal, disk, "gone on")
        journal.close()
        let again = try World(disk, seed: 2, options: Self.options).open()
        try audit(again, disk, "opened again")
    }

    @Test func `Where the index has no room the journal goes on`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: Self.options).open()
        disk.plan = .fail(at: 1, with: .ENOSPC, .forEver, only: [.write], path: "/index/")
        try Self.append(0..<120, to: journal)
        while journal.stepIndex() {}
        #expect(runs(journal).isEmpty)
        #expect(Self.indexFiles(disk).isEmpty, "nothing half written is left")
        try audit(journal, disk, "without room")
        disk.plan = .none
        while journal.stepIndex() {}
        #expect(!runs(journal).isEmpty)
        try audit(journal, disk, "with room")
    }

    @Test(
        arguments: [
            ([], nil), ([1, 1], nil), ([4, 5, 6], 0..<3), ([30, 4, 5], nil),
            ([30, 4, 5, 6], 1..<4),
            ([30, 40, 4, 50], 0..<2), ([40, 30, 4, 13], 2..<4), ([12, 12, 12, 4], 0..<3),
        ] as [([Int], Range<Int>?)])
    func `As many runs of a tier as make one of the next are merged`(
        sizes: [Int], expected: Range<Int>?
    ) {
        #expect(IndexKeeper.mergeable(sizes, merging: 3, least: 4) == expected)
    }

    @Test(
        arguments: [
            ([], nil), ([5], nil), ([9, 1], nil), ([8, 2], 0..<2), ([80, 8, 1], nil),
            ([80, 8, 2], 1..<3), ([80, 15, 5], 0..<3), ([80, 3, 2, 1, 1], 1..<5),
            ([2, 80], 0..<2), ([100, 2, 80], 0..<3),
        ] as [([Int], Range<Int>?)])
    func `In a quiet moment runs are merged with those that have at least a quarter of them`(
        sizes: [Int], expected: Range<Int>?
    ) {
        #expect(IndexKeeper.mergeableAtRest(sizes) == expected)
    }

    @Test func `After a quiet moment no run is left that pays to be merged`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: Self.options).open()
        for round in 0..<12 {
            try Self.append(round * 40..<(round + 1) * 40, to: journal)
            while journal.stepIndex() {}
        }
        let before = runs(journal).map(\.count)
        let covered = try #require(runs(journal).last?.upperBound)
        #expect(IndexKeeper.mergeableAtRest(before) != nil, "there is something to merge")
        while journal.writing!.keeper.work(merging: nil) {}
        let after = runs(journal).map(\.count)
        #expect(runs(journal).last?.upperBound == covered)
        #expect(after.count < before.count)
        #expect(IndexKeeper.mergeableAtRest(after) == nil)
        try audit(journal, disk, "merged at rest")
    }
}
