internal import Daybook

/// The positions of events one behind the other, or the place where some would be.
struct PositionSpan: Hashable, Sendable {
    var first: Position
    /// The one before the first, where there are none.
    var last: Position

    init(first: Position, last: Position) {
        precondition(first >= 1 && last &+ 1 >= first, "what ends ends behind its beginning")
        self.first = first
        self.last = last
    }

    init(_ range: ClosedRange<Position>) {
        self.init(first: range.lowerBound, last: range.upperBound)
    }

    var isEmpty: Bool { last < first }
    var count: Int { Int(last &+ 1 &- first) }

    /// The part of it that lies within bounds; nil where none does.
    func clamped(to bounds: ClosedRange<Position>) -> ClosedRange<Position>? {
        let low = max(first, bounds.lowerBound)
        let high = min(last, bounds.upperBound)
        return low <= high ? low...high : nil
    }
}
