import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Journals with so few bits of the hash of names that most of them collide, in memory and in runs.
@Suite(.tags(.crash)) struct WeakHashTests {
    /// Whatever can be written of the index is written at once.
    private static func workload(_ bits: Int, _ plan: FaultPlan = .none) -> Workload {
        let workload = Workload(
            SimulatedDisk(plan: plan), seed: UInt64(300 + bits), operations: 400,
            options: options(bits))
        workload.afterEach = { journal in
            while journal.stepPreparing() || journal.stepIndex() {}
        }
        return workload
    }

    private static func options(_ bits: Int) -> JournalOptions {
        var options = JournalOptions.small
        options.indexHashBits = bits
        // One filter lets everything through, the other is as long as it has to be.
        if bits == 4 { options.indexFilterBytesMax = 1 }
        return options
    }

    @Test(arguments: [1, 4, 8])
    func `Appends are answered and found again as with many bits`(bits: Int) throws {
        let workload = Self.workload(bits)
        var runs: Set<String> = []
        let writeIndex = workload.afterEach
        workload.afterEach = { journal in
            writeIndex(journal)
            runs.formUnion(RemakeStage.runs(journal).map(\.path))
            #expect(journal.view.index.hash.bits == bits)
        }
        try workload.run(closes: true)
        #expect(runs.count > 2, "what is tried is mostly in memory")
        try Audit(ledger: workload.ledger, options: Self.options(bits)).check(
            workload.disk.afterProcessKill())
    }

    /// What sweeps rest on: the order of a set differs from one to the next, and nobody may see it.
    @Test(arguments: [1, 4, 8])
    func `The same work asks the disk for the same`(bits: Int) throws {
        let counts = try (0..<6).map { _ in
            let workload = Self.workload(bits)
            try workload.run(closes: true)
            return workload.disk.callCount
        }
        #expect(Set(counts).count == 1, "\(counts)")
    }

    @Test(arguments: [1, 4, 8])
    func `A crash at any call loses nothing that was acknowledged`(bits: Int) throws {
        let whole = Self.workload(bits)
        try whole.run(closes: true)
        let count = whole.disk.callCount
        let scan = try StoreScan(whole.disk)
        for call in Thoroughness.sample(1...count, every: 97) {
            let workload = Self.workload(bits, .crash(at: call))
            try workload.run(closes: true)
            try require(workload.disk.hasCrashed, "call \(call) was not reached")
            for image in CrashSweepTests.Image.all(
                of: workload.disk, seeds: UInt64(call)..<UInt64(call) + 1)
            {
                let audit = Audit(
                    ledger: workload.ledger.copy(), options: Self.options(bits), reference: scan,
                    goesOn: Thoroughness.isFull)
                do { try audit.check(image.disk) } catch {
                    throw Discrepancy("\(bits) bits, call \(call), \(image.name): \(error)")
                }
            }
        }
    }
}
