import DaybookBytes

/// Finds keys that stand twice among many, in time that grows with their number whatever they are:
/// hashes are seeded for each process, so that nobody can choose keys that fall together.
package struct KeyTable: Sendable {
    /// Up to this many keys, comparing each with each is faster.
    package static let pairwiseMax = 16

    /// An entry's number plus one; a power of two of them, at least half of them 0.
    private var slots: [UInt32] = []

    package init() {}

    /// Forgets all and makes room for so many keys.
    package mutating func start(count: Int) {
        let room = 1 << (Int.bitWidth - (count * 2).leadingZeroBitCount)
        slots.removeAll(keepingCapacity: true)
        slots.append(contentsOf: repeatElement(0, count: room))
    }

    /// Enters a key, in place of the same one where that is there already.
    ///
    /// - Parameter key: answers where the key of an entry stands, nil where it is of another kind.
    /// - Returns: the entry whose place it took.
    package mutating func insert(
        _ entry: Int, _ range: Range<Int>, in text: RawSpan, key: (Int) -> Range<Int>?
    ) -> Int? {
        let wanted = text.extracting(range)
        var hasher = Hasher()
        // Safe: the pointer does not leave the closure.
        unsafe wanted.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        var slot = hasher.finalize() & (slots.count - 1)
        while slots[slot] != 0 {
            let other = Int(slots[slot]) - 1
            if let otherRange = key(other), text.extracting(otherRange).isEqual(to: wanted) {
                slots[slot] = UInt32(entry + 1)
                return other
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt32(entry + 1)
        return nil
    }
}
