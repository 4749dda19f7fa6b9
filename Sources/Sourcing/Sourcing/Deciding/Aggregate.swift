/// An aggregate as a value that changes itself: methods check, and record what happens.
///
/// ```swift
/// struct Account: Aggregate {
///     static let name = "account"
///     var balance = 0
///     var changes = Changes<AccountEvent>()
///
///     mutating func withdraw(_ amount: Int) throws(Refusal) {
///         if balance < amount { throw .notEnough(balance: balance) }
///         record(.withdrawn(Withdrawn(amount: amount)))
///     }
///     mutating func apply(_ event: AccountEvent) {
///         if case .withdrawn(let withdrawn) = event { balance -= withdrawn.amount }
///     }
/// }
/// ```
public protocol Aggregate: Sendable {
    /// What can happen to it.
    associatedtype Event: EventSet
    /// What it is called where it is kept; see ``Fold/name``.
    static var name: String { get }
    /// See ``Fold/version``.
    static var version: Int { get }
    /// Before the first event.
    init()
    /// Takes in the next event; records nothing.
    mutating func apply(_ event: Event)
    /// What was recorded since it was loaded.
    var changes: Changes<Event> { get set }
}

extension Aggregate {
    public static var version: Int { 1 }

    /// Something happens to it.
    public mutating func record(_ event: Event) {
        apply(event)
        changes.events.append(event)
    }
}

/// What has happened to an aggregate and is not in the store yet. It is no part of its state: nothing of it is kept in a
/// snapshot, and aggregates that differ in it are equal.
public struct Changes<Event: EventSet>: Hashable, Codable, Sendable {
    /// In the order in which they happened.
    public internal(set) var events: [Event] = []
    /// Nothing has happened yet.
    public init() {}

    public init(from decoder: any Decoder) {}
    public func encode(to encoder: any Encoder) throws {
        // An empty object.
        _ = encoder.container(keyedBy: NoKey.self)
    }
    public static func == (one: Self, other: Self) -> Bool { true }
    public func hash(into hasher: inout Hasher) {}

    private enum NoKey: CodingKey {}
}

/// An aggregate, seen as a fold: the same repository serves both.
public struct AggregateFold<Root: Aggregate>: Fold {
    public static var name: String { Root.name }
    public static var version: Int { Root.version }
    /// There is one for each type of aggregate.
    public init() {}
    public var initial: Root { Root() }
    public func evolve(_ state: inout Root, _ event: Root.Event) { state.apply(event) }
}
