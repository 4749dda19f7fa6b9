import DaybookPlatform
import DaybookSimulation
import Testing

extension Tag {
    /// What a crash, a failing disk or a cut leaves behind.
    @Tag static var crash: Self
    /// The bytes on the disk.
    @Tag static var format: Self
}

/// How much a sweep of a long workload does: every case with `DAYBOOK_THOROUGH=1`, otherwise a part of them
/// that is always the same. With `DAYBOOK_PART=3/20` as well, of every case the third of twenty parts: all of
/// them take long.
enum Thoroughness {
    static let isFull = Host.environment("DAYBOOK_THOROUGH") == "1"

    /// The part that is asked for, from 1, and how many there are.
    private static let part: (number: Int, of: Int)? = {
        guard let text = Host.environment("DAYBOOK_PART") else { return nil }
        let numbers = text.split(separator: "/").compactMap { Int($0) }
        precondition(
            numbers.count == 2 && (1...max(1, numbers[1])).contains(numbers[0]),
            "DAYBOOK_PART is a part and how many there are, as in 3/20, and not \(text)")
        return (numbers[0], numbers[1])
    }()

    /// Every one, or every `step`-th from a place that differs from sweep to sweep.
    static func sample(_ range: ClosedRange<Int>, every step: Int, from seed: UInt64 = 0) -> [Int] {
        guard isFull else { return range.filter { ($0 + Int(seed % UInt64(step))) % step == 0 } }
        guard let part else { return Array(range) }
        return range.filter { $0 % part.of == part.number - 1 }
    }
}

/// A workload that goes wrong at one call after the other.
struct Sweep: Sendable, CustomStringConvertible {
    var seed: UInt64
    var operations: Int
    /// Every call is taken, always.
    var isWhole: Bool

    var description: String { "seed \(seed), \(operations) operations" }

    /// Short, and at every call.
    static func whole(_ seed: UInt64, operations: Int) -> Sweep {
        Sweep(seed: seed, operations: operations, isWhole: true)
    }

    /// Long enough for everything to happen, and sampled.
    static func sampled(_ seeds: ClosedRange<UInt64>) -> [Sweep] {
        seeds.map { Sweep(seed: $0, operations: 70, isWhole: false) }
    }

    func workload(_ disk: SimulatedDisk) -> Workload {
        Workload(disk, seed: seed, operations: operations)
    }

    /// The calls at which something goes wrong: where they are sampled, every `step`-th.
    func calls(of count: Int, every step: Int) -> [Int] {
        Thoroughness.sample(1...count, every: isWhole ? 1 : step, from: seed)
    }
}
