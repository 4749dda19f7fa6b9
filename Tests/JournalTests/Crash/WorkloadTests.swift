import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// The work that the crash tests interrupt, uninterrupted: it must reach what it is to test.
@Suite(.tags(.crash)) struct WorkloadTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `A workload without faults is recorded as it was answered`(seed: UInt64) throws {
        let disk = SimulatedDisk()
        let workload = Workload(disk, seed: seed, operations: 200)
        try workload.run(closes: seed.isMultiple(of: 2))
        #expect(workload.refusal == nil)
        let sent = workload.ledger.sent
        #expect(sent.allSatisfy { !$0.isUnknown }, "seed \(seed): something was not answered")
        #expect(throws: Never.self, "seed \(seed)") {
            try Audit(ledger: workload.ledger).check(disk.afterProcessKill())
        }
    }

    @Test func `Together the workloads meet everything an append can meet`() throws {
        var codes: Set<String> = []
        var duplicates = 0
        var batches = 0
        var segments = 0
        for seed in 1...12 as ClosedRange<UInt64> {
            let disk = SimulatedDisk()
            let workload = Workload(disk, seed: seed, operations: 200)
            try workload.run()
            for sent in workload.ledger.sent {
                codes.formUnion(sent.answers.compactMap(\.code?.description))
                duplicates += sent.acknowledged.count(where: \.isDuplicate)
            }
            let scan = try StoreScan(disk)
            segments = max(segments, scan.manifest?.segments.count ?? 0)
            let gaps = scan.frames.map { $0.number - $0.durableUpTo }
            batches += gaps.count { $0 > 2 }
        }
        #expect(codes.isSuperset(of: ["wrongRevision", "conflict", "wrongToken", "streamDeleted"]))
        #expect(duplicates > 10)
        #expect(batches > 50, "appends are batched")
        #expect(segments >= 5, "segments are filled")
    }

    @Test func `A workload repeats itself exactly`() throws {
        func history() throws -> ([StoreScan.Frame], Int) {
            let disk = SimulatedDisk()
            let workload = Workload(disk, seed: 5)
            try workload.run()
            return (try StoreScan(disk).frames, disk.callCount)
        }
        let (first, second) = (try history(), try history())
        #expect(first.0 == second.0)
        #expect(first.1 == second.1)
        #expect(first.0.count > 20)
    }
}
