import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A crash at every disk call of a workload, and again at every call of the recovery.
@Suite(.tags(.crash)) struct CrashSweepTests {
    /// The image of a crash and how to make it again.
    struct Image {
        var disk: SimulatedDisk
        var name: String

        /// All that was written is there; nothing unsynced is; and what a power cut makes by chance.
        static func all(of disk: SimulatedDisk, seeds: Range<UInt64>) -> [Image] {
            var images = [
                Image(disk: disk.afterProcessKill(), name: "process kill"),
                Image(disk: disk.afterPowerCutLosingAllUnsynced(), name: "all unsynced lost"),
            ]
            for seed in seeds {
                for names in NameOrder.allCases {
                    images.append(
                        Image(
                            disk: disk.afterCrash(seed: seed, names: names),
                            name: "power cut \(seed) with names \(names)"))
                }
            }
            return images
        }
    }

    /// How many calls the whole work makes, and what it leaves.
    private static func reference(_ sweep: Sweep) throws -> (calls: Int, scan: StoreScan) {
        let disk = SimulatedDisk()
        let workload = sweep.workload(disk)
        try workload.run(closes: true)
        return (disk.callCount, try StoreScan(disk))
    }

    /// Runs the work until the power goes at a call.
    private static func crashed(at call: Int, _ sweep: Sweep) throws -> Workload {
        let workload = sweep.workload(SimulatedDisk(plan: .crash(at: call)))
        try workload.run(closes: true)
        try require(workload.disk.hasCrashed, "call \(call) was not reached")
        return workload
    }

    @Test(arguments: [.whole(31, operations: 20)] + Sweep.sampled(1...6))
    func `A crash at any call loses nothing that was acknowledged`(sweep: Sweep) throws {
        let (calls, scan) = try Self.reference(sweep)
        #expect(calls > 2 * sweep.operations)
        for call in sweep.calls(of: calls, every: 9) {
            let seeds = UInt64(call)..<UInt64(call) + (Thoroughness.isFull ? 4 : 1)
            let workload = try Self.crashed(at: call, sweep)
            for image in Image.all(of: workload.disk, seeds: seeds) {
                try Self.audit(image, workload, scan, "\(sweep), call \(call), \(image.name)")
            }
        }
    }

    @Test(arguments: [.whole(32, operations: 10)] + Sweep.sampled(11...14))
    func `A crash inside the recovery loses nothing either`(sweep: Sweep) throws {
        let (calls, scan) = try Self.reference(sweep)
        for call in sweep.calls(of: calls, every: 79) {
            let workload = try Self.crashed(at: call, sweep)
            for image in Image.all(of: workload.disk, seeds: sweep.seed..<sweep.seed + 1) {
                try Self.sweepRecovery(
                    of: image, workload, scan, "\(sweep), call \(call), \(image.name)")
            }
        }
    }

    @Test func `Torn copies never stand for what they were copied from`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        try journal.append("first", to: "account-1")
        // One batch: that it was synced is said by no frame.
        let answers = try (0..<6).map {
            try journal.submit(Append([Event(type: "noted", data: "\($0)")], to: "account-\($0)"))
        }
        journal.step()
        #expect(answers.allSatisfy { $0.appended != nil })
        let acknowledged = try journal.readAll()
        for call in 1...200 {
            let recovering = disk.afterPowerCutLosingAllUnsynced()
            recovering.plan = .crash(at: call)
            _ = try? World(recovering, seed: 500, options: .small).open()
            if !recovering.hasCrashed { return #expect(call > 20) }
            // Only what a sync was to make durable has many ways to be torn.
            let seeds: UInt64 = recovering.calls.last?.kind == .sync ? 300 : 8
            for seed in 0..<seeds {
                let image = recovering.afterCrash(seed: seed)
                let again = try World(image, seed: 501, options: .small).open()
                let found = try again.readAll()
                try require(found == acknowledged, "call \(call), seed \(seed): something is lost")
            }
        }
        Issue.record("the recovery has no end")
    }

    /// Crashes the opening of an image at each of its calls, and opens what is left.
    private static func sweepRecovery(
        of image: Image, _ workload: Workload, _ scan: StoreScan, _ place: String
    ) throws {
        for call in 1...400 {
            let disk = image.disk.afterProcessKill()
            disk.plan = .crash(at: call)
            _ = try? World(disk, seed: 500).open()
            if !disk.hasCrashed { return try require(call > 5, "\(place): an opening makes calls") }
            for second in Image.all(of: disk, seeds: UInt64(call)..<UInt64(call) + 1) {
                try Self.audit(
                    second, workload, scan,
                    "\(place), then call \(call) of the recovery, \(second.name)",
                    goesOn: Thoroughness.isFull)
            }
        }
        throw Discrepancy("\(place): the recovery has no end")
    }

    private static func audit(
        _ image: Image, _ workload: Workload, _ scan: StoreScan, _ place: String,
        goesOn: Bool = true
    ) throws {
        // The audit goes on with the ledger: each image needs its own.
        let audit = Audit(ledger: workload.ledger.copy(), reference: scan, goesOn: goesOn)
        do { try audit.check(image.disk) } catch {
            throw Discrepancy("\(place): \(error)")
        }
    }
}
