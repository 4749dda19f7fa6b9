import DaybookPlatform
import Testing

extension Tag {
    /// What a crash, a failing disk or a cut leaves behind.
    @Tag static var crash: Self
    /// The bytes on the disk.
    @Tag static var format: Self
}

/// How much a sweep does: every case with `DAYBOOK_THOROUGH=1`, otherwise a part of them that is always
/// the same.
enum Thoroughness {
    static let isFull = Host.environment("DAYBOOK_THOROUGH") == "1"

    /// Every one, or every `step`-th from a place that differs from sweep to sweep.
    static func sample(_ range: ClosedRange<Int>, every step: Int, from seed: UInt64 = 0) -> [Int] {
        if isFull { return Array(range) }
        return range.filter { ($0 + Int(seed % UInt64(step))) % step == 0 }
    }
}
