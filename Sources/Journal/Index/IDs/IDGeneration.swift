internal import Daybook

/// The places of some events, one behind the other, by hashes of their ids.
///
/// Up to 12 bytes for each there is room for.
struct IDGeneration {
    /// The position of its first event.
    let first: Position
    /// So many events have room.
    let countMax: Int
    private(set) var count = 0
    private var slotsTaken = 0
    /// In each the upper 40 bits of a hash and the number of the event, from 1; 0 where there is none. They
    /// lie in the order of their hashes, but for collisions.
    private var slots: [UInt64] = []
    /// The last event with a hash of which enough are in slots: one id that is used again and again makes neither
    /// adding nor finding slower.
    private var repeated: [UInt64: UInt32] = [:]

    init(first: Position, countMax: Int) {
        self.first = first
        self.countMax = countMax
    }

    /// More slots than this are never needed.
    private var slotsMax: Int { countMax * 3 / 2 + 2 }
    /// The position behind its last event.
    var end: Position { first + Position(count) }
    /// So many more events have room.
    var room: Int { countMax - count }
    /// Bytes of memory it holds, about.
    var memoryBytes: Int { slots.count * 8 }

    private static let numberMask: UInt64 = 1 << 24 - 1
    /// So many slots have the same part of a hash. By chance hardly ever two do.
    private static let equalMax = 4

    /// The first slot of a hash: by its upper bits, so that a longer table has the same order.
    @inline(__always)
    private func slot(_ hash: UInt64) -> Int {
        Int((hash & ~Self.numberMask).multipliedFullWidth(by: UInt64(slots.count)).high)
    }

    private func next(_ slot: Int) -> Int { slot + 1 == slots.count ? 0 : slot + 1 }

    /// From so many at once on they are sorted first.
    private static let sortedMin = 4096

    /// Takes in the next events.
    ///
    /// Many at once, as an opening has them, are put into slots that lie close together one after the other: here and
    /// there, most of the time would be spent waiting for memory.
    mutating func insert(_ hashes: borrowing Span<UInt64>, _ range: Range<Int>) {
        makeRoom(for: range.count)
        let before = count
        count += range.count
        if range.count < Self.sortedMin {
            for index in range {
                insert(hashes[index], number: before + 1 + index - range.lowerBound)
            }
            return
        }
        for index in Self.sorted(hashes, range) {
            insert(hashes[index], number: before + 1 + index - range.lowerBound)
        }
    }

    /// Indices by the upper 8 bits of their hashes; of equal ones in order.
    private static func sorted(_ hashes: borrowing Span<UInt64>, _ range: Range<Int>) -> [Int] {
        var next = [Int](repeating: 0, count: 257)
        for index in range { next[Int(hashes[index] >> 56) + 1] += 1 }
        for bucket in 1...256 { next[bucket] += next[bucket - 1] }
        var sorted = [Int](repeating: 0, count: range.count)
        for index in range {
            let bucket = Int(hashes[index] >> 56)
            sorted[next[bucket]] = index
            next[bucket] += 1
        }
        return sorted
    }

    private mutating func insert(_ hash: UInt64, number: Int) {
        if !place(hash & ~Self.numberMask | UInt64(number)) { repeated[hash] = UInt32(number) }
    }

    /// Whether there was a slot for it: of equal ones only so many have one.
    private mutating func place(_ value: UInt64) -> Bool {
        var at = slot(value)
        var equal = 0
        while slots[at] != 0 {
            if (slots[at] ^ value) & ~Self.numberMask == 0 { equal += 1 }
            if equal == Self.equalMax { return false }
            at = next(at)
        }
        slots[at] = value
        slotsTaken += 1
        return true
    }

    /// Makes the table longer where so many more would fill more than two thirds of it.
    private mutating func makeRoom(for more: Int) {
        let needed = ((slotsTaken + more) * 3 + 1) / 2
        if needed <= slots.count { return }
        let before = slots
        slots = Array(repeating: 0, count: min(slotsMax, max(1024, before.count * 2, needed)))
        slotsTaken = 0
        for value in before where value != 0 { _ = place(value) }
    }

    /// From so many at once on their first slots are looked at beforehand.
    private static let lookedAtFirstMin = 8

    func find(_ hashes: [(index: Int, hash: UInt64)], _ body: (Int, Position) -> Void) {
        if slots.isEmpty { return }
        if hashes.count < Self.lookedAtFirstMin {
            for (index, hash) in hashes { find(hash) { body(index, $0) } }
            return
        }
        // Nothing depends on what stands in them, so the processor waits for memory for many of them at once.
        let first = hashes.map { slots[slot($0.hash)] }
        for (number, (index, hash)) in hashes.enumerated() where first[number] != 0 {
            find(hash) { body(index, $0) }
        }
    }

    private func find(_ hash: UInt64, _ body: (Position) -> Void) {
        var at = slot(hash)
        while slots[at] != 0 {
            if (slots[at] ^ hash) & ~Self.numberMask == 0 {
                body(first + Position(slots[at] & Self.numberMask) - 1)
            }
            at = next(at)
        }
        if let number = repeated[hash] { body(first + Position(number) - 1) }
    }
}
