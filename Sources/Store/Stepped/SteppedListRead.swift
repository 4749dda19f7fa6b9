internal import Daybook
package import DaybookJournal
package import DaybookPlatform

/// A read of a list of events and stubs, as far as they were recorded when it was made.
package struct SteppedListRead: SteppedReading {
    package let store: EmbeddedStore
    private let list: EventList
    private let direction: Read.Direction
    private let first: Ordinal
    private let tellsReadable: Bool
    /// What was recorded when it was made.
    private let head: Position
    private var left: Int
    private var walk: ListWalk?

    init(
        _ list: EventList, _ direction: Read.Direction, from first: Ordinal, limit: Int,
        tellsReadable: Bool, of store: EmbeddedStore
    ) {
        self.store = store
        self.list = list
        self.direction = direction
        self.first = first
        self.tellsReadable = tellsReadable
        head = store.headPosition
        left = limit
    }

    package mutating func step(_ mode: ReadMode) throws(ReadFailure) -> StoreStep<ListedEvents> {
        let view = store.journal.view
        var walk: ListWalk
        if let begun = self.walk {
            walk = begun
        } else {
            walk = try ListWalk.begin(
                list, from: first, backwards: direction == .backwards, upTo: head, in: view, mode)
            // Backwards from an ordinal that has not come it begins with the last there is.
            if direction == .backwards && left > 0 && first >= walk.count { try view.checkEnd() }
        }
        if left == 0 || walk.isAtEnd(head) {
            // As by a read of the journal, the end of what can be read is told from the end.
            if left > 0 && direction == .forwards { try view.checkEnd() }
            return .end
        }
        let found = try walk.next(
            left, upTo: head, readableAt: tellsReadable ? store.now : nil, in: view, mode)
        self.walk = walk
        left -= found.count
        return found.isEmpty ? .nothing : .events(found)
    }
}
