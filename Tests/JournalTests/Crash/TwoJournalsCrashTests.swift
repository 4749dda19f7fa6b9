import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A crash at every disk call while two journals of one store are written: each comes back by itself.
@Suite(.tags(.crash)) struct TwoJournalsCrashTests {
    private typealias Image = CrashSweepTests.Image

    @Test(arguments: [.whole(41, operations: 24)] + Sweep.sampled(42...44))
    func `A crash at any call leaves each journal what it acknowledged`(sweep: Sweep) throws {
        let whole = TwoJournals(SimulatedDisk(), sweep)
        try whole.run()
        let calls = whole.disk.callCount
        let scans = try TwoJournals.names.map { try StoreScan(whole.disk, journal: $0) }
        for scan in scans { #expect(scan.appends.count > 3) }
        for call in sweep.calls(of: calls, every: 17) {
            let crashed = TwoJournals(SimulatedDisk(plan: .crash(at: call)), sweep)
            try crashed.run()
            try require(crashed.disk.hasCrashed, "call \(call) was not reached")
            for image in Image.all(of: crashed.disk, seeds: UInt64(call)..<UInt64(call) + 1) {
                let place = "\(sweep), call \(call), \(image.name)"
                do {
                    try Self.auditEach(image.disk, crashed, scans)
                    try Self.auditBoth(image.disk, crashed)
                } catch {
                    throw Discrepancy("\(place): \(error)")
                }
            }
        }
    }

    @Test(arguments: [.whole(51, operations: 12)] + Sweep.sampled(52...53))
    func `A failure of any call to one journal leaves the other open`(sweep: Sweep) throws {
        let whole = TwoJournals(SimulatedDisk(), sweep)
        try whole.run()
        let calls = whole.disk.calls.filter { $0.path.contains("journals/billing/") }.count
        for call in sweep.calls(of: calls, every: 23) {
            let plan = FaultPlan.fail(at: call, with: .EIO, path: "journals/billing/")
            let failed = TwoJournals(SimulatedDisk(plan: plan), sweep)
            try failed.run()
            try require(failed.disk.faultCount > 0, "call \(call) was not reached")
            let refusals = failed.workloads[0].ledger.sent.flatMap(\.answers).compactMap(\.code)
            try require(
                !refusals.contains(.poisoned) && !refusals.contains(.outcomeUnknown),
                "\(sweep), call \(call): the other journal heard of it")
            failed.disk.plan = .none
            for workload in failed.workloads { workload.close() }
            do { try Self.auditEach(failed.disk, failed, [nil, nil]) } catch {
                throw Discrepancy("\(sweep), call \(call): \(error)")
            }
        }
    }

    /// Opens each journal alone: what the other has stays as it is, byte for byte.
    private static func auditEach(
        _ disk: SimulatedDisk, _ journals: TwoJournals, _ scans: [StoreScan?]
    ) throws {
        for (number, name) in TwoJournals.names.enumerated() {
            let image = disk.copy()
            let other = TwoJournals.names[1 - number]
            let before = try image.files(of: other)
            let audit = Audit(
                ledger: journals.workloads[number].ledger.copy(), journal: name,
                reference: scans[number])
            do { try audit.check(image) } catch { throw Discrepancy("journal \(name): \(error)") }
            try require(
                try image.files(of: other) == before,
                "opening and writing journal \(name) changed files of \(other)")
        }
    }

    /// Opens one beside the other.
    private static func auditBoth(_ disk: SimulatedDisk, _ journals: TwoJournals) throws {
        let image = disk.copy()
        var open: [Journal] = []
        for (number, name) in TwoJournals.names.enumerated() {
            var world = World(image, seed: 600 + UInt64(number), journal: name)
            let first = open.first
            world.neighbour = { first }
            open.append(try world.open())
        }
        for (journal, workload) in zip(open, journals.workloads) {
            try journal.append("went on", to: "account-1")
            let scan = try StoreScan(image, journal: journal.name)
            try require(
                try journal.readAll() == scan.events,
                "journal \(journal.name), beside the other: readers see something else")
            let ids = Set(scan.events.map(\.id))
            let lost = workload.ledger.sent.filter { !$0.acknowledged.isEmpty }
                .flatMap(\.append.entries).contains { !ids.contains($0.event.id) }
            try require(!lost, "journal \(journal.name), beside the other: something is lost")
        }
        for journal in open { journal.close() }
    }
}
