internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// The revision that has to follow in each stream, for whoever reads a journal from its beginning, in one table, so that
/// an event costs one look into memory that is far away.
///
/// Memory: at most 64 bytes a stream, whatever its name, and half as much again while it grows.
struct StreamRevisions {
    /// A stream, by two hashes of its name. With 128 bits two streams are never taken for one.
    private struct Slot {
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// 0 where the slot is free: something was taken of every stream that is here.
        var next: Revision = 0
    }

    private let keys: (UInt64, UInt64)
    /// A power of two of them, of which a quarter is free at least.
    private var slots = [Slot](repeating: Slot(), count: 64)
    private var count = 0

    init(_ randomness: any Randomness) { keys = (randomness.next(), randomness.next()) }

    /// Bytes of memory it holds.
    var memoryBytes: Int { slots.count * MemoryLayout<Slot>.stride }

    /// Takes in that the next event of a stream has a revision.
    /// - Returns: the revision it should have had.
    mutating func take(_ revision: Revision, of stream: borrowing RawSpan) -> Revision {
        if 4 * count >= 3 * slots.count { grow() }
        let high = KeyedHash.hash(stream, key: keys.0)
        let low = KeyedHash.hash(stream, key: keys.1)
        let place = place(of: high, low)
        let expected = slots[place].next
        if expected == 0 { count += 1 }
        slots[place] = Slot(high: high, low: low, next: revision &+ 1)
        return expected
    }

    /// The slot of a stream, or the free one that it gets.
    private func place(of high: UInt64, _ low: UInt64) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: high) & mask
        while slots[place].next != 0 && (slots[place].high != high || slots[place].low != low) {
            place = (place + 1) & mask
        }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: 2 * old.count)
        for slot in old where slot.next != 0 { slots[place(of: slot.high, slot.low)] = slot }
    }
}
