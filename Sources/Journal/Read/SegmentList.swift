internal import Daybook

/// The segments of a journal in the order of their positions.
struct SegmentList: Sendable {
    private(set) var all: [Segment] = []
    /// The first position of each: looking for one touches no segment.
    private(set) var firsts: [Position] = []

    init(_ segments: [Segment] = []) { for segment in segments { append(segment) } }

    mutating func append(_ segment: Segment) {
        all.append(segment)
        firsts.append(segment.firstPosition)
    }

    /// Puts a copy of a segment in its place.
    mutating func replace(_ old: Segment, with copy: Segment) {
        guard let place = all.firstIndex(where: { $0 === old }) else {
            preconditionFailure("a segment is replaced once")
        }
        all[place] = copy
    }

    /// The number of the segment in which a position lies, nil where it lies before them all.
    func number(of position: Position) -> Int? {
        // The first whose first position is greater, by halving; the one before it.
        var low = 0
        var high = firsts.count
        while low < high {
            let middle = (low + high) / 2
            if firsts[middle] <= position { low = middle + 1 } else { high = middle }
        }
        // A segment without events shares its first position with the next one.
        return low == 0 ? nil : low - 1
    }

    /// Whether that is so of a number.
    func holds(_ position: Position, at number: Int) -> Bool {
        firsts[number] <= position
            && (number + 1 == firsts.count || position < firsts[number + 1])
    }
}
