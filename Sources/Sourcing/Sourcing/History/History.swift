public import Daybook

/// What happened to something, event by event, and what it became each time. Nothing is read before it is asked for, and each
/// iteration reads anew.
public struct History<Model: Fold>: AsyncSequence, Sendable {
    public typealias Element = StateChange<Model>

    let loader: StateLoader<Model>
    let stream: String
    let point: HistoryPoint

    public func makeAsyncIterator() -> Iterator {
        Iterator(walk: HistoryWalk(stream, to: point, loader))
    }

    /// One pass through a history.
    public struct Iterator: AsyncIteratorProtocol {
        let walk: HistoryWalk<Model>

        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws -> StateChange<Model>? {
            guard try await walk.next(), let recorded = walk.event else { return nil }
            let before = walk.loaded.state
            var events: [Model.Event] = []
            try walk.fold { events.append($0) }
            return StateChange(
                recorded: recorded, events: events, before: before, after: walk.loaded.state)
        }

        public mutating func next() async throws -> StateChange<Model>? {
            try await next(isolation: nil)
        }
    }
}

/// An event, and what it made of a state.
public struct StateChange<Model: Fold>: Sendable {
    /// The event as it is recorded.
    public let recorded: RecordedEvent
    /// What it is read as: one event; several, where its type was split since; none, where it is passed over.
    public let events: [Model.Event]
    /// The state without the event.
    public let before: Model.State
    /// The state with it.
    public let after: Model.State
}
