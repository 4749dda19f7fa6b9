import DaybookPlatform
import Testing

extension Tag {
    /// What a crash, a failing disk or a cut leaves behind.
    @Tag static var crash: Self
    /// The bytes on the disk.
    @Tag static var format: Self
}

/// How much a sweep does: every case with `DAYBOOK_THOROUGH=1`, otherwise a part of them that is always
/// the same. With `DAYBOOK_PART=3/20` as well, of every case the third of twenty parts: all of them take long.
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
