public import Daybook
internal import DaybookCoding

/// One of the events that can happen to something: an enum with a case for each.
///
/// ```swift
/// enum AccountEvent: EventSet {
///     case opened(Opened)
///     case deposited(Deposited)
///
///     static var members: [EventMember<AccountEvent>] {
///         EventMember(AccountEvent.opened)
///         EventMember(AccountEvent.deposited)
///     }
///     var event: any DomainEvent {
///         switch self {
///         case .opened(let event): event
///         case .deposited(let event): event
///         }
///     }
/// }
/// ```
public protocol EventSet: Sendable {
    /// A line for each case.
    @EventMembers<Self> static var members: [EventMember<Self>] { get }
    /// What happened, without the case around it.
    var event: any DomainEvent { get }
    /// An event that the catalog does not know, where its rule for those is `.raw`; nil passes over it.
    static func unknown(_ event: RecordedEvent) -> Self?
}

extension EventSet {
    public static func unknown(_ event: RecordedEvent) -> Self? { nil }
}

/// A case of an ``EventSet``: a type of events, and how the case is made of one.
public struct EventMember<Events>: Sendable {
    package let payload: any DomainEvent.Type
    /// Reads an event of the present version.
    let read: @Sendable (PayloadDecoder, RawSpan) throws -> Events
    /// Nil where the event is another's.
    package let wrap: @Sendable (any DomainEvent) -> Events?

    /// - Parameter make: The case, by its name: `EventMember(AccountEvent.opened)`.
    public init<Payload: DomainEvent>(_ make: @escaping @Sendable (Payload) -> Events) {
        payload = Payload.self
        read = { make(try $0.decode(Payload.self, from: $1)) }
        wrap = { ($0 as? Payload).map(make) }
    }
}

/// Makes a list of the cases that are named one below the other.
@resultBuilder
public enum EventMembers<Events> {
    /// All of them, one below the other.
    public static func buildBlock(_ members: EventMember<Events>...) -> [EventMember<Events>] {
        members
    }
}
