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
    /// - Parameter now: Of each event is told whether a read of its stream gives it at this instant; nil: of none.
    mutating func next(
        _ limit: Int, upTo head: Position, readableAt now: Timestamp?, in view: JournalView,
        _ mode: ReadMode
    ) throws(ReadFailure) -> ListedEvents {
        let bounds = isBackwards ? 1...position : position...head
        let (found, lookedAt) = try view.batch(
            of: list, in: bounds, backwards: isBackwards, limit: limit, mode)
        // Forwards those before the first are passed over, which came after it was asked for.
        let early = isBackwards || count >= first ? 0 : Int(min(first - count, .init(found.count)))
        let batch = early == 0 ? found : found.dropping(early)
        let readable = if let now { try view.areReadable(batch, at: now, mode) } else { [Bool]() }
        let listed = ListedEvents(
            batch, from: isBackwards ? count &- 1 : count + Ordinal(early), backwards: isBackwards,
            readable: readable)
        let passed = Ordinal(found.count)
        count = isBackwards ? count - passed : count + passed
        position = isBackwards ? lookedAt - 1 : lookedAt + 1
        return listed
    }
}

extension EventBatch {
    /// All but the first so many, in the same memory.
    fileprivate func dropping(_ count: Int) -> EventBatch {
        EventBatch(block: block, entries: Array(entries.dropFirst(count)))
    }
}
