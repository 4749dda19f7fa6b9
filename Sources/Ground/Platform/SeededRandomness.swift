internal import Synchronization

/// Numbers that follow from a seed: the same in every run, for tests and simulations.
///
/// Never for keys.
///
/// SplitMix64. Threads that share one each get numbers of the one sequence, in the order they ask.
public final class SeededRandomness: Randomness {
    /// What the numbers follow from: print it where a random test fails.
    public let seed: UInt64
    private let state: Atomic<UInt64>

    /// The sequence that follows from `seed`.
    public init(seed: UInt64) {
        self.seed = seed
        state = Atomic(seed)
    }

    /// The next number of the sequence.
    public func next() -> UInt64 {
        let state = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        return Self.mix(state)
    }

    private static func mix(_ state: UInt64) -> UInt64 {
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Randomness {
    /// A number of 0..<bound, each as likely as the others.
    public func next(below bound: Int) -> Int {
        precondition(bound > 0, "there is no number below \(bound) to choose")
        let bound = UInt64(bound)
        // The upper half of the product is even, but for the few lowest values of the lower half.
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= (0 &- bound) % bound { return Int(product.high) }
        }
    }

    /// True as often as `part` of `whole` times.
    public func chance(_ part: Int, in whole: Int) -> Bool { next(below: whole) < part }
}
