package import DaybookPlatform

/// How long to wait before a server is tried again: longer each time, and never as long as everybody else.
package struct Backoff: Sendable {
    /// The first wait, and the longest.
    package let millisecondsFirst: Int
    package let millisecondsMax: Int
    private let randomness: any Randomness
    /// Tries in a row that failed.
    package private(set) var failures = 0

    /// Each wait is as many times the one before.
    private static let factor = 1.6
    /// The part of a wait that is left to chance: clients that lost a server together do not come back together.
    private static let jitter = 0.4

    package init(
        millisecondsFirst: Int = 50, millisecondsMax: Int = 5_000, _ randomness: any Randomness
    ) {
        precondition(millisecondsFirst > 0 && millisecondsMax >= millisecondsFirst)
        self.millisecondsFirst = millisecondsFirst
        self.millisecondsMax = millisecondsMax
        self.randomness = randomness
    }

    /// A try failed.
    /// - Returns: After how many milliseconds the next one is due.
    package mutating func failed() -> Int {
        var whole = Double(millisecondsFirst)
        for _ in 0..<failures where whole < Double(millisecondsMax) { whole *= Self.factor }
        whole = min(whole, Double(millisecondsMax))
        failures += 1
        let chance = Double(randomness.next() >> 11) / Double(1 << 53 as UInt64)
        return max(Int(whole * (1 - Self.jitter * chance)), 1)
    }

    /// A try succeeded.
    package mutating func succeeded() { failures = 0 }
}
