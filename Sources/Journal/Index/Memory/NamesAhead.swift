internal import DaybookBytes

/// Hashes of names that are looked up next, and the numbers that they probably have.
///
/// A table is larger than the processor's caches. Asked for one name after the other, in the midst of other work, most
/// of that time would be spent waiting for memory; what is touched for one name does not depend on the others, so that
/// of many, by themselves, the processor waits for some at once.
struct NamesAhead {
    private var hashes: [UInt64] = []
    private var numbers: [Int32] = []
    private var taken = 0

    mutating func removeAll() {
        hashes.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        taken = 0
    }

    /// - Parameter hash: the whole hash of the name.
    mutating func append(_ hash: UInt64) { hashes.append(hash) }

    /// Looks at all of them in their table.
    mutating func look(in table: NameTable) {
        for hash in hashes { numbers.append(table.probableNumber(hash)) }
    }

    /// The next of them, in order; nil where none was looked at. It has the number, or another one, or is new: negative.
    @inline(__always)
    mutating func next() -> (hash: UInt64, number: Int)? {
        if taken == numbers.count { return nil }
        defer { taken += 1 }
        return (hashes[taken], Int(numbers[taken]))
    }
}
