internal import CDaybookPlatform
internal import Synchronization

/// The kernel's randomness, good enough for keys and identities.
///
/// It is fetched 32 numbers at a time; a number is given once.
public final class SystemRandomness: Randomness {
    private struct Store: Sendable {
        var numbers: [UInt64] = []
    }

    private let store = Mutex(Store())

    /// Fetches nothing until it is asked.
    public init() {}

    /// A number that nobody can guess.
    public func next() -> UInt64 {
        store.withLock { store in
            if store.numbers.isEmpty { store.numbers = Self.fetch() }
            return store.numbers.removeLast()
        }
    }

    /// 256 bytes are what the kernel gives whole, whatever interrupts it.
    private static func fetch() -> [UInt64] {
        var numbers = [UInt64](repeating: 0, count: 32)
        let count = unsafe numbers.withUnsafeMutableBytes { memory in
            // Safe: pointer and count are the array's.
            unsafe daybook_random(memory.baseAddress, memory.count)
        }
        // Without randomness every identity to come would be a lie.
        precondition(count == 256, "the kernel gives no randomness: \(Errno.last)")
        return numbers
    }
}
