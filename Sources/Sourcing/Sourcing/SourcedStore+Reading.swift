public import Daybook

/// An event as it was recorded, and as what it is to the program.
public struct Sourced<Events: EventSet>: Sendable {
    /// What it is to the program.
    public let event: Events
    /// With its place, its times, and what caused it. An event that became several is here with each of them.
    public let recorded: RecordedEvent
}

extension SourcedStore {
    /// Events as values, fetched as they are asked for.
    ///
    /// What is in the catalog and no case of `events` is passed over.
    /// - Throws: `invalidCatalog` where the catalog has no line for a case of `events`; each pass over the events what
    ///   reading throws, `unknownEvent` and `unreadable`.
    public func read<Events: EventSet>(
        _ events: Events.Type, _ read: Read
    ) throws(SourcingError) -> SourcedSequence<Events> {
        SourcedSequence(store: store, read: read, table: try catalog.table(of: events).events)
    }

    /// The events of a batch as values, in its order: for who follows, as a subscription gives batches.
    ///
    /// They are read as ``read(_:_:)`` does. What is in the catalog and no case of `events` is passed over, so there may be
    /// none. An event that became several is there several times, with the same place.
    /// - Throws: `invalidCatalog` where the catalog has no line for a case of `events`; `unknownEvent` and `unreadable` with
    ///   the position of the event: then none of the batch is given.
    public func events<Events: EventSet>(
        _ events: Events.Type, in batch: EventBatch
    ) throws -> [Sourced<Events>] {
        let table = try catalog.table(of: events).events
        var decoders = PayloadDecoders()
        var sourced: [Sourced<Events>] = []
        sourced.reserveCapacity(batch.count)
        try table.read(batch, &decoders) { sourced.append($0) }
        return sourced
    }
}

extension EventTable {
    /// Hands over each event of a batch that is one of the set.
    /// - Throws: `unknownEvent` and `unreadable`, behind what came before.
    fileprivate func read(
        _ batch: EventBatch, _ decoders: inout PayloadDecoders, _ take: (Sourced<Events>) -> Void
    ) throws {
        for index in batch.indices {
            let event = batch.view(at: index)
            try read(event, &decoders, sharedBy: []) {
                take(Sourced(event: $0, recorded: RecordedEvent(event)))
            }
        }
    }
}

/// Recorded events as values, one by one; each iteration begins anew.
public struct SourcedSequence<Events: EventSet>: AsyncSequence, Sendable {
    public typealias Element = Sourced<Events>
    let store: any EventStore
    let read: Read
    let table: EventTable<Events>

    public func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }

    /// One pass over the events.
    public struct Iterator: AsyncIteratorProtocol {
        let sequence: SourcedSequence<Events>
        private var cursor: (any EventCursor)?
        private var decoders = PayloadDecoders()
        /// Read, and not given yet; the next one last.
        private var ready: [Sourced<Events>] = []
        /// What comes behind those.
        private var failure: (any Error)?

        init(sequence: SourcedSequence<Events>) { self.sequence = sequence }

        public mutating func next() async throws -> Sourced<Events>? {
            let cursor =
                if let cursor { cursor } else { try sequence.store.cursor(sequence.read) }
            self.cursor = cursor
            while ready.isEmpty {
                if let failure { throw failure }
                guard let batch = try await cursor.next() else { return nil }
                do {
                    try sequence.table.read(batch, &decoders) { ready.append($0) }
                } catch { failure = error }
                ready.reverse()
            }
            return ready.removeLast()
        }
    }
}
