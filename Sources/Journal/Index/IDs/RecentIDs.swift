internal import Daybook
internal import Synchronization

/// Where the last events stand, by their ids: how an append without another rule is recognised.
///
/// It says where an event may stand, the last such place among few others; whether it does is read there. Three
/// generations of half as many events as have to be known, so that nothing is ever taken out one by one. Up to
/// 18 bytes for each that has to be known: 19 MB for the window of a million.
final class RecentIDs: Sendable {
    fileprivate struct Generation {
        var first: Position
        /// More slots than this are never needed.
        let slotsMax: Int
        var count = 0
        var slotsTaken = 0
        /// In each the upper 40 bits of a hash and the number of the event, from 1; 0 where there is none. They
        /// lie in the order of their hashes, but for collisions.
        var slots: [UInt64] = []
        /// The last event with a hash of which enough are in slots: one id that is used again and again makes neither
        /// adding nor finding slower.
        var repeated: [UInt64: UInt32] = [:]

        init(first: Position, countMax: Int) {
            self.first = first
            slotsMax = countMax * 3 / 2 + 2
        }
    }

    private struct State {
        /// Oldest first.
        var generations: [Generation]
        var last: Position
    }

    private static let generationsMax = 3

    /// Events at and before it were never taken in.
    let start: Position
    /// Events of a generation.
    private let countMax: Int
    private let state: Mutex<State>

    /// Events in a generation are numbered in 24 bits.
    static let capacityMax = 1 << 24 - 2

    /// - Parameter capacity: so many of the last events are known at least.
    init(capacity: Int, after position: Position = 0) {
        precondition(capacity > 0 && capacity <= Self.capacityMax, "events have 24 bits")
        countMax = (capacity + 1) / 2
        start = position
        let first = Generation(first: position + 1, countMax: countMax)
        state = Mutex(State(generations: [first], last: position))
    }

    /// Bytes of memory it holds, about.
    var memoryBytes: Int {
        state.withLock { $0.generations.reduce(0) { $0 + $1.slots.count * 8 } }
    }

    /// Takes in the next events; those it has already, and those before its start, are passed over.
    /// - Parameter hashes: `IDHash` of each.
    func add(_ hashes: borrowing Span<UInt64>, from first: Position) {
        state.withLock { state in
            precondition(first <= state.last + 1, "no event is passed over")
            var next = Int(min(state.last + 1 - first, Position(hashes.count)))
            while next < hashes.count {
                var current = state.generations.count - 1
                if state.generations[current].count == countMax {
                    if state.generations.count == Self.generationsMax {
                        state.generations.removeFirst()
                    }
                    state.generations.append(
                        Generation(first: state.last + 1, countMax: countMax))
                    current = state.generations.count - 1
                }
                let room = countMax - state.generations[current].count
                let end = min(hashes.count, next + room)
                state.generations[current].insert(hashes, next..<end)
                state.last += Position(end - next)
                next = end
            }
        }
    }

    /// Where events with some hashes may stand, with the index of the hash.
    func candidates(for hashes: [(index: Int, hash: UInt64)]) -> [(index: Int, position: Position)]
    {
        state.withLock { state in
            var found: [(index: Int, position: Position)] = []
            // By number: taken out of the array one would be counted as held twice.
            for number in state.generations.indices {
                state.generations[number].find(hashes) { found.append(($0, $1)) }
            }
            return found
        }
    }
}

extension RecentIDs.Generation {
    private static let numberMask: UInt64 = 1 << 24 - 1
    /// So many slots have the same part of a hash. By chance hardly ever two do.
    fileprivate static let equalMax = 4

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
    fileprivate mutating func insert(_ hashes: borrowing Span<UInt64>, _ range: Range<Int>) {
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

    fileprivate func find(
        _ hashes: [(index: Int, hash: UInt64)], _ body: (Int, Position) -> Void
    ) {
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
