internal import Daybook

/// The positions of the events that have one thing in common, ascending.
///
/// In memory as 32 bits each, so it spans 2³¹ positions at least, wherever they begin. One alone, as most names
/// have, takes no memory of its own.
struct PostingList {
    /// The only one, as long as there is no second; 0 where there is none.
    private var only: UInt32 = 0
    /// Positions are counted from so many times 2³¹, the first being 1.
    private var start: UInt32 = 0
    private var values: [UInt32] = []

    init() {}

    /// One position.
    init(_ position: Position) { append(position) }

    var count: Int { values.isEmpty ? only == 0 ? 0 : 1 : values.count }
    var first: Position? { count == 0 ? nil : self[0] }
    var last: Position? { count == 0 ? nil : self[count - 1] }
    subscript(index: Int) -> Position {
        Position(start) << 31 + Position(values.isEmpty ? only : values[index]) - 1
    }

    /// - Returns: how many more bytes of memory it holds now.
    @discardableResult
    mutating func append(_ position: Position) -> Int {
        let before = values.capacity
        if count == 0 { start = UInt32(position >> 31) }
        let value = position - Position(start) << 31 + 1
        precondition(value <= Position(UInt32.max), "a part of the index spans 2³¹ positions")
        if !values.isEmpty {
            values.append(UInt32(value))
        } else if only == 0 {
            only = UInt32(value)
        } else {
            values = [only, UInt32(value)]
        }
        return (values.capacity - before) * 4
    }

    /// The index of the first position at or after `position`, galloping on from `hint`; `count` if none.
    func firstIndex(atOrAfter position: Position, from hint: Int) -> Int {
        var low = hint
        var step = 1
        while low < count && self[low] < position {
            let next = min(low + step, count)
            if next == count || self[next] >= position { return search(position, low + 1, next) }
            low = next
            step *= 2
        }
        return low
    }

    /// The index of the last position at or before `position`, galloping back from `hint`; −1 if none.
    func lastIndex(atOrBefore position: Position, from hint: Int) -> Int {
        var high = min(hint, count - 1)
        var step = 1
        while high >= 0 && self[high] > position {
            let next = max(high - step, -1)
            if next == -1 || self[next] <= position {
                return search(position + 1, next + 1, high) - 1
            }
            high = next
            step *= 2
        }
        return high
    }

    /// How many positions lie behind one, up to and including another.
    func count(after: Position, upTo last: Position) -> Int {
        guard let first, after < last else { return 0 }
        let end = lastIndex(atOrBefore: last, from: count - 1)
        // Most ask for all from the beginning on.
        return after < first ? end + 1 : end - lastIndex(atOrBefore: after, from: end)
    }

    /// The first position at or after `position` that is not in the list.
    func firstMissing(atOrAfter position: Position) -> Position {
        // In a run without gaps a position is as far from the first as its index is.
        let start = firstIndex(atOrAfter: position, from: 0)
        var low = start
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] - position == Position(middle - start) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return position + Position(low - start)
    }

    /// The first index in `low..<high` whose position is at or after `position`, or `high`.
    private func search(_ position: Position, _ low: Int, _ high: Int) -> Int {
        var low = low
        var high = high
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
