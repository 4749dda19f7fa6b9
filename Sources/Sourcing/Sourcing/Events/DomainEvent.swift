public import Daybook

/// Something that happened, as a plain value of a program's own.
///
/// ```swift
/// struct Deposited: DomainEvent {
///     static let eventType: EventType = "money-deposited"
///     var amount: Int
/// }
/// ```
public protocol DomainEvent: Codable, Sendable {
    /// What it is recorded as.
    static var eventType: EventType { get }
    /// What it is about, `key:value` by convention: queries find it by them. None unless you say so.
    var tags: Set<String> { get }
    /// When it happened, where that is not when it is recorded. Nil unless you say so.
    var occurredAt: Timestamp? { get }
}

extension DomainEvent {
    public var tags: Set<String> { [] }
    public var occurredAt: Timestamp? { nil }
}
