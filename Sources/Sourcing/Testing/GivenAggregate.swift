public import DaybookSourcing
public import Testing

/// What has happened to an aggregate. No store, nothing to wait for.
public func given<Root: Aggregate>(
    _ type: Root.Type, _ events: Root.Event...
) -> GivenAggregate<Root> {
    GivenAggregate(past: events)
}

/// The same, with the events one below the other.
public func given<Root: Aggregate>(
    _ type: Root.Type, sourceLocation: SourceLocation = #_sourceLocation,
    @EventList events: () -> [ListedEvent]
) -> GivenAggregate<Root> {
    GivenAggregate(past: Root.Event.wrapping(events(), sourceLocation))
}

/// An aggregate, and what has happened.
public struct GivenAggregate<Root: Aggregate> {
    let past: [Root.Event]

    /// Has it do something. Where that throws, nothing was recorded.
    public func when(
        _ body: (inout Root) throws -> Void
    ) -> Outcome<Root.Event, Root, any Error> {
        let before = AggregateFold<Root>().state(past)
        var root = before
        let result: Result<[Root.Event], any Error>
        do {
            try body(&root)
            result = .success(root.changes.events)
        } catch {
            root = before
            result = .failure(error)
        }
        return Outcome(trial: Trial(past: past) { $0.event }, result: result, state: root)
    }
}
