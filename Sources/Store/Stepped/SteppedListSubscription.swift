package import Daybook
package import DaybookJournal
package import DaybookPlatform

/// Follows a list of events and stubs, from an ordinal on. Its places to resume from are ordinals.
package struct SteppedListSubscription: SteppedReading {
    package let store: EmbeddedStore
    private let list: EventList
    private let first: Ordinal
    private let tellsReadable: Bool
    private var walk: ListWalk?
    private var isLive = false

    init(
        _ list: EventList, from first: Ordinal, tellsReadable: Bool, of store: EmbeddedStore
    ) {
        self.store = store
        self.list = list
        self.first = first
        self.tellsReadable = tellsReadable
    }

    /// Everything up to here was looked at; 0 as long as it has not begun.
    package var position: Position { walk.map { $0.position - 1 } ?? 0 }

    /// How many events of the list it has passed, those before its first among them: the ordinal of the next. Nil as
    /// long as it has not begun.
    package var passed: Ordinal? { walk?.count }

    package mutating func step(_ mode: ReadMode) throws(ReadFailure) -> StoreStep<ListedEvents> {
        let view = store.journal.view
        let head = view.watermark.position
        var walk: ListWalk
        if let begun = self.walk {
            walk = begun
        } else {
            walk = try ListWalk.begin(
                list, from: first, backwards: false, upTo: head, in: view, mode)
        }
        if !walk.isAtEnd(head) {
            let found = try walk.next(
                .max, upTo: head, readableAt: tellsReadable ? store.now : nil, in: view, mode)
            self.walk = walk
            if !walk.isAtEnd(head) { isLive = false }
            if !found.isEmpty { return .events(found) }
            if !walk.isAtEnd(head) { return .nothing }
        }
        self.walk = walk
        try view.checkEnd()
        if !isLive {
            isLive = true
            return .caughtUp
        }
        return .atHead(walk.position - 1)
    }
}
