import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A rotten event in a full segment: with the index the store goes on, without it the refusal says what to do.
@Suite(.tags(.format)) struct WayThroughTests {
    private let store: LongStore
    private let path: String

    init() throws {
        store = try LongStore()
        path = store.path(2)
        try store.disk.flipBit(path, SegmentHeader.byteCount + 3 * 850 + 400, 2)
    }

    private func verify() throws -> Verifier.Report {
        try Verifier.verify(World(store.disk, seed: 3, options: .small).environment()) { _, _ in }
    }

    private func loseIndex() throws {
        for path in store.disk.files() where path.contains("/index/") { try store.disk.lose(path) }
    }

    @Test func `With the index it is opened and appended to, and verify says that it can be`()
        throws
    {
        let report = try verify()
        #expect(report.damageCount == 1 && !report.refusesWriters)
        let journal = try World(store.disk, seed: 4, options: .small).open()
        try journal.append("goes on", to: "account-1")
        journal.close()
    }

    @Test func `Without it the refusal names what to run, and that leads to a store that is well`()
        throws
    {
        try loseIndex()
        #expect(try verify().refusesWriters)
        let world = World(store.disk, seed: 4, options: .small)
        let error = #expect(throws: StoreError.self) { try world.open() }
        #expect(error?.code == .corrupt && error?.place?.contains(path) == true)
        #expect(error?.why.contains("no index covers this segment") == true)
        #expect(error?.remedy.contains("`daybook repair`") == true)
        #expect(error?.remedy.contains("`daybook repair --accept-loss`") == true)
        let told = try store.disk.repair(acceptsLoss: false)
        let loss = try #require(told.loss)
        #expect(try store.disk.repair(acceptsLoss: true).loss == loss)
        let journal = try world.open()
        try journal.append("goes on", to: "account-1")
        #expect(try journal.readAll().count == Int(loss.firstPosition))
        journal.close()
        let report = try verify()
        #expect(report.findings == [] && !report.refusesWriters)
    }

    @Test func `A reader is told the same where it comes to the damage`() throws {
        try loseIndex()
        let reader = try World(store.disk, seed: 5, options: .small).openReadOnly()
        let error = try #require(reader.view.damage)
        #expect(error.remedy.contains("`daybook repair --accept-loss`"))
        reader.close()
    }

    @Test func `The last event that is full, and a segment that is gone, are needed in any case`()
        throws
    {
        let whole = try LongStore()
        let last = try #require(whole.segments.lastIndex { $0.sealed != nil })
        let end = try #require(whole.segments[last].sealed?.end)
        let damages: [(SimulatedDisk) throws -> Void] = [
            { try $0.flipBit(whole.path(last), end - FrameHeader.emptyFrameBytes - 20, 1) },
            { try $0.lose(whole.path(1)) },
        ]
        for damage in damages {
            let disk = whole.disk.copy()
            try damage(disk)
            let report = try Verifier.verify(
                World(disk, seed: 3, options: .small).environment()
            ) { _, _ in }
            #expect(report.refusesWriters && !report.findings.isEmpty)
            let error = #expect(throws: StoreError.self) {
                try World(disk, seed: 4, options: .small).open()
            }
            #expect(error?.remedy.contains("`daybook repair --accept-loss`") == true)
        }
    }

    /// Whatever is damaged, what `verify` says of opening is so.
    @Test(arguments: [true, false])
    func `Verify knows whether a writer is refused`(hasIndex: Bool) throws {
        let whole = try LongStore()
        if !hasIndex {
            for path in whole.disk.files() where path.contains("/index/") {
                try whole.disk.lose(path)
            }
        }
        for path in whole.disk.files() where path.contains("/segments/") {
            let count = try whole.disk.bytes(path).count
            for offset in stride(from: 0, to: count, by: Thoroughness.isFull ? 127 : 2039) {
                let disk = whole.disk.copy()
                try disk.flipBit(path, offset, offset % 8)
                let report = try Verifier.verify(
                    World(disk, seed: 3, options: .small).environment()
                ) { _, _ in }
                let isRefused = (try? World(disk, seed: 4, options: .small).open()) == nil
                try require(
                    report.refusesWriters == isRefused,
                    "\(path), byte \(offset): refused \(isRefused), and \(report.findings)")
            }
        }
    }
}
