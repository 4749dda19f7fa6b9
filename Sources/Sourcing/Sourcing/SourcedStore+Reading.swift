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
                do { try take(batch) } catch { failure = error }
                ready.reverse()
            }
            return ready.removeLast()
        }

        private mutating func take(_ batch: EventBatch) throws {
            for index in batch.indices {
                let event = batch.view(at: index)
                try sequence.table.read(event, &decoders, sharedBy: []) {
                    ready.append(Sourced(event: $0, recorded: RecordedEvent(event)))
                }
            }
        }
    }
}
