package import Daybook
internal import DaybookBytes

/// Reads from a copy of the journal as it was when the cursor was made.
final class ModelCursor: EventCursor {
    private let store: ModelStore
    private let journal: ModelJournal
    private let read: Read
    private var rest: ArraySlice<RecordedEvent>?
    /// Odd and small, so that many reads have more than one batch.
    private static let batchEventsMax = 7

    init(store: ModelStore, journal: ModelJournal, read: Read) {
        self.store = store
        self.journal = journal
        self.read = read
    }

    func next() async throws(StoreError) -> EventBatch? {
        let now = try store.ask { store.now($0) }
        if Task.isCancelled { throw .cancelled() }
        let events = if let rest { rest } else { try journal.events(read, at: now)[...] }
        rest = events.dropFirst(Self.batchEventsMax)
        return events.isEmpty ? nil : EventBatch(copying: events.prefix(Self.batchEventsMax))
    }
}

/// Goes through the journal position by position.
final class ModelSubscription: SubscriptionCursor {
    private let store: ModelStore
    private let subscription: Subscription
    /// Everything up to here was looked at.
    private var position: Position
    /// The last place the subscriber knows of.
    private var told: Position
    private var isLive = false
    private static let scanEventsMax = 7

    init(store: ModelStore, subscription: Subscription, from position: Position) {
        self.store = store
        self.subscription = subscription
        self.position = position
        told = position
    }

    func next() async throws(StoreError) -> SubscriptionSignal? {
        while !Task.isCancelled {
            let (news, head, removed) = try store.ask { [position] journal in
                (
                    Array(journal.events.dropFirst(Int(position)).prefix(Self.scanEventsMax)),
                    journal.head, journal.removed
                )
            }
            position += Position(news.count)
            if position < head { isLive = false }
            let first = try store.ask { store.firstFollowed(by: subscription, $0) }
            let found = news.filter {
                subscription.selection.holds(
                    $0, includesSystemStreams: subscription.includesSystemStreams)
                    && $0.revision >= first && !removed.contains($0.position)
            }
            if let last = found.last {
                told = last.position
                return .events(EventBatch(copying: found[...]))
            }
            let isFar = position - told + Position(Self.scanEventsMax) > 10_000
            if !news.isEmpty && !isFar { continue }
            if told < position {
                told = position
                return .progress(position)
            }
            if !isLive {
                isLive = true
                return .caughtUp
            }
            await store.wait(beyond: position)
        }
        return nil
    }
}

extension ModelStore {
    /// The first revision that the metadata of a stream show to whoever follows it, deleted or not.
    fileprivate func firstFollowed(
        by subscription: Subscription, _ journal: ModelJournal
    ) -> Revision {
        guard case .stream(let name) = subscription.selection else { return 0 }
        var stream = journal.stream(name)
        stream.first = 0
        return journal.firstRevision(of: stream, at: now(journal))
    }

    package func subscribe(
        _ subscription: Subscription
    ) async throws(StoreError) -> any SubscriptionCursor {
        try subscription.validate()
        let start = try ask { (journal) throws(StoreError) -> Position in
            switch subscription.start {
            case .beginning: return 0
            case .now: return journal.head
            case .after(let position):
                if position > journal.head { throw .beyondHead(position, head: journal.head) }
                return position
            case .checkpoint(let place):
                try place.check(against: journal.checkpoint) { (position) throws(StoreError) in
                    journal.events[Int(position) - 1].id
                }
                return place.position
            }
        }
        return ModelSubscription(store: self, subscription: subscription, from: start)
    }
}

extension EventBatch {
    /// Events encoded as a journal encodes them.
    package init(copying events: ArraySlice<RecordedEvent>) {
        var writer = ByteWriter()
        var entries: [Entry] = []
        for event in events {
            let offset = writer.count
            EventRecord.encode(event.event, stream: event.stream, into: &writer)
            writer.patch(event.recordedAt.microseconds, at: offset + EventRecord.recordedAtAt)
            writer.patch(event.revision, at: offset + EventRecord.revisionAt)
            entries.append(
                Entry(position: event.position, offset: offset, length: writer.count - offset))
        }
        self.init(block: SharedBytes(copying: writer.bytes), entries: entries)
    }
}
