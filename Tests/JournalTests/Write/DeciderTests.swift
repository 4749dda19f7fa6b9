import Daybook
import DaybookPlatform
import Testing

@testable import DaybookJournal

/// A decision follows from the journal and the append alone, whenever its facts were found out, and however much
/// the overlay remembers.
@Suite struct DeciderTests {
    @Test(arguments: 91...98 as ClosedRange<UInt64>)
    func `The same append on the same journal is decided the same, by facts of any age`(
        seed: UInt64
    ) throws {
        let bench = try DeciderBench(seed: seed)
        var codes: [String: Int] = [:]
        for round in 0..<160 {
            try bench.addCandidate()
            if bench.chance.chance(1, in: 3) { try bench.recordCandidate() }
            try bench.record(bench.invent())
            let difference = try bench.compare(&codes)
            #expect(difference == nil, "seed \(seed), round \(round)")
            if difference != nil { return }
        }
        for name in [
            "accept", "duplicate", "conflict", "wrongRevision", "wrongToken", "resolveAgain",
            "conditionTooBroad",
        ] {
            #expect(codes[name, default: 0] > 20, "\(name) was hardly met: \(codes)")
        }
    }
}
