public import DaybookSourcing
internal import Testing

/// A line of what is given or expected: an event as it stands in its own type, or as a case of a set.
public struct ListedEvent: Sendable {
    let event: any DomainEvent
}

/// Makes a list of events that stand one below the other.
@resultBuilder
public enum EventList {
    /// An event as it stands in its own type.
    public static func buildExpression(_ event: some DomainEvent) -> [ListedEvent] {
        [ListedEvent(event: event)]
    }
    /// An event as a case of a set.
    public static func buildExpression(_ event: some EventSet) -> [ListedEvent] {
        [ListedEvent(event: event.event)]
    }
    /// Some events that were made elsewhere.
    public static func buildExpression(_ events: [any DomainEvent]) -> [ListedEvent] {
        events.map { ListedEvent(event: $0) }
    }
    /// All of them, one below the other.
    public static func buildBlock(_ parts: [ListedEvent]...) -> [ListedEvent] {
        parts.flatMap { $0 }
    }
    /// What stands below an `if`; none where it does not hold.
    public static func buildOptional(_ part: [ListedEvent]?) -> [ListedEvent] { part ?? [] }
    /// What stands below an `if` that has an `else`.
    public static func buildEither(first part: [ListedEvent]) -> [ListedEvent] { part }
    /// What stands below an `else`.
    public static func buildEither(second part: [ListedEvent]) -> [ListedEvent] { part }
    /// What a `for` makes, one round after the other.
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
