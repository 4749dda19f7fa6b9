internal import Daybook

/// Walks the events that match any item of a query, within bounds, and can pause between any two steps.
///
/// The item that is furthest behind goes next. So when it pauses, everything up to the least of their places was
/// looked at, and no item has worked for nothing.
struct QueryWalk<Cursor: PostingCursor> {
    private var items: [ItemWalk<Cursor>]
    private let request: IndexRequest
    private let first: Int
    private let last: Int

    /// - Parameter items: those of the request that may match, each from the first place on.
    init(_ request: IndexRequest, _ items: [ItemWalk<Cursor>]) {
        self.items = items
        self.request = request
        first = request.firstPlace
        last =
            request.backwards
            ? -Int(request.bounds.lowerBound) : Int(request.bounds.upperBound)
    }

    /// The matches up to the limit, or until the steps are used up; it gets beyond the first place in any case.
    consuming func chunk() throws(Cursor.Failure) -> IndexChunk {
        var positions: [Position] = []
        var steps = 0
        while let index = nearestItem(), items[index].place <= last {
            let place = items[index].place
            if place > first && (positions.count >= request.limit || steps >= request.stepsMax) {
                return IndexChunk(positions: positions, lookedAt: Self.position(place - 1))
            }
            if items[index].isMatch {
                positions.append(Self.position(place))
                for other in items.indices where items[other].place == place {
                    items[other].passOver()
                }
            } else {
                steps += items[index].steps
                if !(try items[index].step()) { items.remove(at: index) }
            }
        }
        return IndexChunk(positions: positions, lookedAt: Self.position(last))
    }

    /// The one furthest behind; of several, one that matches there.
    private func nearestItem() -> Int? {
        var nearest = items.indices.first
        for index in items.indices.dropFirst() {
            let (place, least) = (items[index].place, items[nearest!].place)
            if place < least || (place == least && items[index].isMatch) { nearest = index }
        }
        return nearest
    }

    private static func position(_ place: Int) -> Position { Position(abs(place)) }
}
