internal import Daybook
internal import DaybookJournal
internal import DaybookPlatform

/// Goes through a list, from one of its ordinals on.
struct ListWalk: Sendable {
    private let list: EventList
    private let isBackwards: Bool
    /// The first wanted; forwards it may not have come yet.
    private let first: Ordinal
    /// Where it looks next.
    private(set) var position: Position
    /// How many of the list stand before that; backwards, at or before it.
    private(set) var count: Ordinal

    /// - Parameter first: backwards, where there is no such one yet, it begins with the last there is.
    static func begin(
        _ list: EventList, from first: Ordinal, backwards: Bool, upTo head: Position,
        in view: JournalView, _ mode: ReadMode
    ) throws(ReadFailure) -> ListWalk {
        if first == 0 && !backwards {
            return ListWalk(list, first, backwards, position: 1, count: 0)
        }
        let place = try view.place(of: first, in: list, upTo: head, mode)
        let isThere = place.position <= head
        return ListWalk(
            list, first, backwards,
            position: backwards ? min(place.position, head) : place.position,
            count: place.ordinal + (backwards && isThere ? 1 : 0))
    }

    private init(
        _ list: EventList, _ first: Ordinal, _ isBackwards: Bool, position: Position, count: Ordinal
    ) {
        self.list = list
        self.first = first
        self.isBackwards = isBackwards
        self.position = position
        self.count = count
    }

    /// Whether nothing is left up to a position; backwards, down to the first.
    func isAtEnd(_ head: Position) -> Bool { isBackwards ? count == 0 : position > head }

    /// Looks at some more, and tells what is there; it is not at its end.
    mutating func next(
        _ limit: Int, upTo head: Position, in view: JournalView, _ mode: ReadMode
    ) throws(ReadFailure) -> ListedEvents {
        let bounds = isBackwards ? 1...position : position...head
        let (batch, lookedAt) = try view.batch(
            of: list, in: bounds, backwards: isBackwards, limit: limit, mode)
        let isBackwards = isBackwards
        let found = ListedEvents(
            batch, from: isBackwards ? count &- 1 : count, backwards: isBackwards
        ) { [first] in isBackwards || $0 >= first }
        let passed = Ordinal(batch.count)
        count = isBackwards ? count - passed : count + passed
        position = isBackwards ? lookedAt - 1 : lookedAt + 1
        return found
    }
}
