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
            for index in hashes.indices where first + Position(index) > state.last {
                var current = state.generations.count - 1
                if state.generations[current].count == countMax {
                    if state.generations.count == Self.generationsMax {
                        state.generations.removeFirst()
                    }
                    state.generations.append(
                        Generation(first: state.last + 1, countMax: countMax))
                    current = state.generations.count - 1
                }
                state.generations[current].insert(hashes[index])
                state.last += 1
            }
        }
    }

    /// Where events with some hashes may stand, with the index of the hash.
    func candidates(for hashes: [(index: Int, hash: UInt64)]) -> [(index: Int, position: Position)]
    {
        state.withLock { state in
            var found: [(index: Int, position: Position)] = []
            for (index, hash) in hashes {
                for generation in state.generations {
                    generation.find(hash) { found.append((index, $0)) }
                }
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

    fileprivate mutating func insert(_ hash: UInt64) {
        if (slotsTaken + 1) * 3 > slots.count * 2 { grow() }
        count += 1
        if !place(hash & ~Self.numberMask | UInt64(count)) { repeated[hash] = UInt32(count) }
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

    private mutating func grow() {
        let before = slots
        slots = Array(repeating: 0, count: min(slotsMax, max(1024, before.count * 2)))
        slotsTaken = 0
        for value in before where value != 0 { _ = place(value) }
    }

    fileprivate func find(_ hash: UInt64, _ body: (Position) -> Void) {
        if slots.isEmpty { return }
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
