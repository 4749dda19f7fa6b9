import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// A store of several sealed segments, to be damaged.
struct LongStore {
    let disk: SimulatedDisk
    let scan: StoreScan
    let segments: [Manifest.Segment]

    init(closes: Bool = true) throws {
        let first = SimulatedDisk()
        let journal = try World(first, options: .small).open()
        for number in 0..<60 {
            try journal.append(
                String(repeating: "\(number % 10)", count: 700), to: "account-\(number % 4)")
            if number == 30 { journal.stepIdle() }
        }
        journal.stepIdle()
        while journal.stepIndex() {}
        if closes { journal.close() }
        disk = first.afterProcessKill()
        scan = try StoreScan(disk)
        segments = try #require(scan.manifest).segments
    }

    func path(_ number: Int) -> String {
        JournalPaths(name: "main").segment(
            serial: segments[number].serial, generation: segments[number].generation)
    }
}

extension SimulatedDisk {
    @discardableResult
    func repair(acceptsLoss: Bool) throws(StoreError) -> Repair.Report {
        try Repair(of: World(self, seed: 70).environment()).run(acceptsLoss: acceptsLoss)
    }

    /// The bytes of all files, by content: what was there is still somewhere.
    func contentsAnywhere() throws -> Set<[UInt8]> {
        Set(try files().map { try bytes($0) }.filter { !$0.isEmpty })
    }
}

@Suite struct RepairTests {
    @Test func `A store that is well needs nothing, and is not touched`() throws {
        for closes in [true, false] {
            let store = try LongStore(closes: closes)
            let before = try store.disk.contents()
            for accepts in [false, true] {
                let report = try store.disk.repair(acceptsLoss: accepts)
                #expect(report.findings == [] && report.loss == nil && !report.isRepaired)
                #expect(try store.disk.contents() == before)
            }
        }
    }

    @Test func `Damage in the middle loses what follows, and says so before anything is done`()
        throws
    {
        let store = try LongStore()
        let number = 2
        let extent = try #require(store.segments[number].sealed)
        let lost = extent.firstPosition + 3
        let damaged = store.disk.copy()
        // In the data of the fourth event of the segment.
        try damaged.flipBit(store.path(number), SegmentHeader.byteCount + 3 * 850 + 400, 2)
        let before = try damaged.contents()
        let told = try damaged.repair(acceptsLoss: false)
        #expect(try damaged.contents() == before)
        let loss = try #require(told.loss)
        #expect(!told.isRepaired && told.lastPosition == loss.firstPosition - 1)
        #expect(loss.firstPosition >= extent.firstPosition && loss.firstPosition <= lost)
        #expect(loss.lastPosition == 60)
        #expect(loss.events == 61 - loss.firstPosition)
        #expect(loss.eventsReadable == loss.events - 1)
        #expect(Set(loss.streams.keys) == ["account-0", "account-1", "account-2", "account-3"])
        #expect(told.findings.first?.place.contains(store.path(number)) == true)

        let everything = try damaged.contentsAnywhere()
        let report = try damaged.repair(acceptsLoss: true)
        #expect(report.isRepaired && report.loss == loss)
        let folder = try #require(report.movedTo)
        #expect(report.moved.contains(store.path(number)))
        let left = try damaged.contentsAnywhere()
        #expect(everything.isSubset(of: left), "nothing is deleted")
        #expect(damaged.files().contains { $0.hasPrefix(folder) })
        let epoch = try #require(store.scan.manifest).epoch
        #expect(try StoreScan(damaged).manifest?.epoch != epoch)
        try CopyAudit(original: store.scan).check(
            damaged, appends: Int(loss.firstPosition) - 1, "repaired")
        #expect(try damaged.repair(acceptsLoss: false).findings == [])
    }

    @Test func `A missing segment loses what follows`() throws {
        let store = try LongStore()
        for number in store.segments.indices {
            let damaged = store.disk.copy()
            try damaged.lose(store.path(number))
            let loss = try #require(try damaged.repair(acceptsLoss: false).loss)
            let first = store.segments[number].sealed?.firstPosition ?? loss.firstPosition
            #expect(loss.firstPosition == first, "segment \(number)")
            #expect(loss.lastPosition == 60, "segment \(number)")
            let report = try damaged.repair(acceptsLoss: true)
            #expect(report.isRepaired)
            try CopyAudit(original: store.scan).check(
                damaged, appends: Int(loss.firstPosition) - 1, "segment \(number)")
        }
    }

    @Test(arguments: [true, false])
    func `Whatever bit is flipped, a repaired store opens with a whole beginning`(
        closes: Bool
    ) throws {
        let store = try LongStore(closes: closes)
        for path in store.disk.files()
        where path != "LOCK" && !path.hasSuffix("watermark") && !path.contains("/index/") {
            let count = try store.disk.bytes(path).count
            for offset in stride(from: 0, to: count, by: Thoroughness.isFull ? 61 : 1021) {
                let damaged = store.disk.copy()
                try damaged.flipBit(path, offset, offset % 8)
                let what = "\(path), offset \(offset)"
                let isRefused = (try? World(damaged.copy(), options: .small).open()) == nil
                let told = try damaged.repair(acceptsLoss: false)
                try require(
                    !isRefused || told.loss != nil || told.isRepaired,
                    "\(what): refused, and nothing is said")
                let report = try damaged.repair(acceptsLoss: true)
                let whole = report.loss.map { Int($0.firstPosition) - 1 } ?? 60
                try require(
                    report.loss == told.loss, "\(what): something else was lost than was told")
                try checkRepaired(damaged, store, whole, what)
            }
        }
    }

    /// What the repair leaves may still need an opening: derived files, an unclean end.
    private func checkRepaired(
        _ disk: SimulatedDisk, _ store: LongStore, _ count: Int, _ what: String
    ) throws {
        do throws(StoreError) {
            let journal = try World(disk, seed: 71, options: .small).open(createIfMissing: false)
            journal.settleIndex()
            while journal.stepIndex() {}
            journal.close()
        } catch {
            throw Discrepancy("\(what): \(error)")
        }
        try CopyAudit(original: store.scan).check(disk, appends: count, what)
    }

    @Test func `A damaged index loses nothing, is told, and goes out of the way`() throws {
        let store = try LongStore()
        let path = try #require(store.disk.files().first { $0.contains("/index/") })
        try store.disk.flipBit(path, 0, 3)
        let report = try store.disk.repair(acceptsLoss: true)
        #expect(report.loss == nil && report.findings == [] && report.isRepaired)
        #expect(report.derived.map(\.place) == [path + ", offset 0"])
        #expect(report.moved.contains(path))
    }

    @Test func `What lies behind the end and belongs to nothing is taken away without loss`() throws
    {
        let store = try LongStore()
        let damaged = store.disk.copy()
        let end = try #require(store.segments[0].sealed?.end)
        try damaged.edit(store.path(0)) { $0[end + 8] = 1 }
        let verified = try Verifier.verify(World(damaged).environment()) { _, _ in }
        #expect(verified.findings.count == 1)
        let epoch = try StoreScan(damaged).manifest?.epoch
        let report = try damaged.repair(acceptsLoss: false)
        #expect(report.isRepaired && report.loss == nil)
        #expect(try StoreScan(damaged).manifest?.epoch == epoch)
        try CopyAudit(original: store.scan).check(damaged, appends: 60)
    }

    @Test func `A store in use, none at all, and one that is not finished are refused`() throws {
        let store = try LongStore()
        let journal = try World(store.disk, options: .small).open()
        let locked = #expect(throws: StoreError.self) {
            try store.disk.repair(acceptsLoss: false)
        }
        #expect(locked?.code == .locked)
        journal.close()
        let none = #expect(throws: StoreError.self) {
            try SimulatedDisk().repair(acceptsLoss: true)
        }
        #expect(none?.code == .notFound)
        let file = try OpenFile(store.disk, JournalPaths(name: "main").unfinished, .createNew)
        let unfinished = #expect(throws: StoreError.self) {
            try store.disk.repair(acceptsLoss: true)
        }
        #expect(unfinished?.what == "The journal is not finished")
        withExtendedLifetime(file) {}
    }

    @Test func `It looks at nothing before nobody else can write`() throws {
        let store = try LongStore()
        let base = store.disk
        try base.flipBit(store.path(2), SegmentHeader.byteCount + 900, 2)
        let disk = WatchedDisk(base, tellsOf: [.read, .list])
        let looks = Mutex(0)
        let unlocked = Mutex(0)
        disk.onCall { _ in
            looks.withLock { $0 += 1 }
            if !JournalLock.isHeld(base, JournalPaths(name: "main")) {
                unlocked.withLock { $0 += 1 }
            }
        }
        let report = try Repair(of: World(disk, seed: 70).environment()).run(acceptsLoss: true)
        disk.onCall(nil)
        #expect(report.isRepaired && looks.withLock { $0 } > 50)
        #expect(unlocked.withLock { $0 } == 0)
    }

    @Test func `What cannot be written to is looked at, and not repaired`() throws {
        let store = try LongStore()
        try store.disk.flipBit(store.path(2), SegmentHeader.byteCount + 900, 2)
        store.disk.plan =
            .fail(at: 1, with: .EROFS, .forEver, only: .changes)
            + .fail(at: 1, with: .EROFS, .forEver, only: [.open], path: "LOCK")
        #expect(try store.disk.repair(acceptsLoss: false).loss?.lastPosition == 60)
        let error = #expect(throws: StoreError.self) {
            try store.disk.repair(acceptsLoss: true)
        }
        #expect(error?.code == .readOnly)
    }

    @Test func `Lost system records and tracking marks are told by owner and consumer`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        try journal.append("stays", to: "account-1")
        let start = journal.view.watermark.position
        for number in 0..<3 {
            var append = Append(
                [Event(id: EventID(high: 9, low: UInt64(number)), type: "Opened")], to: "account-1")
            append.tracking = TrackingMark(
                consumer: "ledger", from: number == 0 ? nil : [UInt8(number)],
                to: [UInt8(number + 1)])
            append.records = [SystemRecord(owner: "queue", key: "k\(number)", value: [1])]
            _ = try journal.append(append)
        }
        journal.close()
        let damaged = disk.afterProcessKill()
        let path = JournalPaths(name: "main").segment(serial: 1, generation: 0)
        let frames = try damaged.frames(of: path)
        // The first of the three: of it only the header can be read, and that is enough.
        try damaged.flipBit(path, frames[1].upperBound - 20, 1)
        let loss = try #require(try damaged.repair(acceptsLoss: false).loss)
        #expect(loss.firstPosition == start + 1 && loss.events == 3)
        #expect(loss.records == 3 && loss.owners == ["queue": 3])
        #expect(loss.consumers == ["ledger": 3])
    }
}
