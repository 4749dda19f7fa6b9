import Daybook
import DaybookPlatform
import DaybookSimulation
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

    @Test(arguments: [14, 15, 16, 17])
    func `An id that leaves the window between looking and deciding is not recognised`(
        others: Int
    ) throws {
        var options = JournalOptions.tiny
        options.idempotencyWindow = 16
        let journal = try World(SimulatedDisk(), options: options).open()
        let first = Append([Event(type: "noted", data: "first")], to: "account-1")
        try journal.append(first)
        for number in 1..<others { try journal.append("\(number)", to: "account-2") }
        // Both are looked at in one moment; one is decided behind the other.
        let last = try journal.submit(
            Append([Event(type: "noted", data: "last")], to: "account-2"))
        let again = try journal.submit(first)
        for _ in 0..<4 { journal.step() }
        #expect(last.appended?.lastPosition == Position(others + 1))
        #expect(again.appended?.isDuplicate == (others + 1 <= options.idempotencyWindow))
    }
}
