import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// An error at every disk call of a workload, once and for ever.
@Suite(.tags(.crash)) struct FaultSweepTests {
    /// A kind of error, by the number of the call that it hits.
    struct Kind: Sendable, CustomStringConvertible {
        var description: String
        var kinds: Set<DiskCall.Kind>
        var plan: @Sendable (Int) -> FaultPlan

        static let writing = Set<DiskCall.Kind>.changes.union(Set<DiskCall.Kind>.syncs)
        static let all: [Kind] = [
            Kind("EIO once", .all) { .fail(at: $0, with: .EIO) },
            Kind("EIO for ever", writing) { .fail(at: $0, with: .EIO, .forEver, only: writing) },
            Kind("ENOSPC once", writing) { .fail(at: $0, with: .ENOSPC, only: writing) },
            Kind("ENOSPC for ever", .changes) {
                .fail(at: $0, with: .ENOSPC, .forEver, only: .changes)
            },
            Kind("a short write", [.write]) { .shortWrite(at: $0) },
            Kind("short writes, then EIO", [.write]) {
                .shortWrite(at: $0) + .fail(at: $0 + 1, with: .EIO, only: [.write])
            },
            Kind("EIO at syncs once", .syncs) { .fail(at: $0, with: .EIO, only: .syncs) },
        ]

        private init(
            _ description: String, _ kinds: Set<DiskCall.Kind>,
            plan: @escaping @Sendable (Int) -> FaultPlan
        ) {
            self.description = description
            self.kinds = kinds
            self.plan = plan
        }
    }

    /// How many calls of some kinds the whole work makes.
    private static func count(_ kinds: Set<DiskCall.Kind>, _ sweep: Sweep) throws -> Int {
        let disk = SimulatedDisk()
        try sweep.workload(disk).run(closes: sweep.seed.isMultiple(of: 2))
        return disk.calls.count { kinds.contains($0.kind) }
    }

    @Test(arguments: Kind.all, [.whole(31, operations: 20)] + Sweep.sampled(21...22))
    func `An error at any call is never hidden, and nothing acknowledged is lost`(
        kind: Kind, sweep: Sweep
    ) throws {
        let count = try Self.count(kind.kinds, sweep)
        #expect(count > sweep.operations / 4)
        for call in sweep.calls(of: count, every: max(1, count / 12)) {
            let place = "\(sweep), \(kind) at \(call)"
            do { try Self.run(kind.plan(call), sweep) } catch {
                throw Discrepancy("\(place): \(error)")
            }
        }
    }

    private static func run(_ plan: FaultPlan, _ sweep: Sweep) throws {
        let disk = SimulatedDisk(plan: plan)
        let workload = sweep.workload(disk)
        var failed: Discrepancy?
        workload.afterEach = { journal in
            do { try Self.checkReads(journal) } catch { failed = failed ?? Discrepancy("\(error)") }
        }
        try workload.run(closes: sweep.seed.isMultiple(of: 2))
        try require(disk.faultCount > 0, "the fault was not reached")
        if let failed { throw failed }
        try checkSyncs(disk.calls)
        disk.plan = .none
        workload.close()
        var images = [disk.afterPowerCutLosingAllUnsynced()]
        // A folder whose name could not be synced, nor removed, is seen and will never be durable: nobody can
        // tell, and nothing was acknowledged.
        if workload.hasOpened { images.append(disk.afterProcessKill()) }
        for image in images { try Audit(ledger: workload.ledger.copy()).check(image) }
        for names in NameOrder.allCases {
            let image = disk.afterCrash(seed: sweep.seed, names: names)
            try Audit(ledger: workload.ledger.copy()).check(image)
        }
    }

    /// A journal that stopped is still read.
    private static func checkReads(_ journal: Journal) throws {
        guard journal.failure != nil else { return }
        let events = try journal.readAll()
        try require(
            events.count == Int(journal.view.watermark.position), "reads do not go on")
    }

    /// Within one opening, no file whose sync failed is synced again.
    private static func checkSyncs(_ calls: [DiskCall]) throws {
        var failed: Set<String> = []
        for call in calls {
            switch call.kind {
            case .lock: failed = []
            case .remove: failed.remove(call.path)
            case .rename:
                failed.remove(call.path)
                if let target = call.target { failed.remove(target) }
            case .sync:
                try require(!failed.contains(call.path), "\(call.path) was synced again")
                if call.fault != nil { failed.insert(call.path) }
            default: break
            }
        }
    }
}
