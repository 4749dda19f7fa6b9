public import DaybookSourcing
internal import Testing

/// A line of what is given or expected: an event as it stands in its own type, or as a case of a set.
public struct ListedEvent: Sendable {
    let event: any DomainEvent
}

/// Makes a list of events that stand one below the other.
@resultBuilder
public enum EventList {
    public static func buildExpression(_ event: some DomainEvent) -> [ListedEvent] {
        [ListedEvent(event: event)]
    }
    public static func buildExpression(_ event: some EventSet) -> [ListedEvent] {
        [ListedEvent(event: event.event)]
    }
    public static func buildExpression(_ events: [any DomainEvent]) -> [ListedEvent] {
        events.map { ListedEvent(event: $0) }
    }
    public static func buildBlock(_ parts: [ListedEvent]...) -> [ListedEvent] {
        parts.flatMap { $0 }
    }
    public static func buildOptional(_ part: [ListedEvent]?) -> [ListedEvent] { part ?? [] }
    public static func buildEither(first part: [ListedEvent]) -> [ListedEvent] { part }
    public static func buildEither(second part: [ListedEvent]) -> [ListedEvent] { part }
    public static func buildArray(_ parts: [[ListedEvent]]) -> [ListedEvent] {
        parts.flatMap { $0 }
    }
}

extension EventSet {
    /// The cases for some events; those that are none of the set are told.
    static func wrapping(
        _ events: [ListedEvent], _ sourceLocation: SourceLocation
    ) -> [Self] {
        events.compactMap { listed in
            for member in members {
                if let value = member.wrap(listed.event) { return value }
            }
            Issue.record(
                "\(type(of: listed.event)) is no case of \(Self.self): it cannot have happened",
                sourceLocation: sourceLocation)
            return nil
        }
    }
}
