internal import Daybook

/// A fold over whatever events match a query, wherever they lie: what one part of a decision has to know.
///
/// ```swift
/// struct Seats: QueriedFold {
///     static let name = "seats"
///     let course: String
///     var tags: Set<String> { ["course:\(course)"] }
///     var initial: Int { 0 }
///     func evolve(_ free: inout Int, _ event: SeatEvent) {
///         switch event {
///         case .defined(let course): free += course.capacity
///         case .enrolled: free -= 1
///         }
///     }
/// }
/// ```
///
/// Its name stands in errors and signals, and beside the keys of requests.
///
/// Equal ones are the same fold: its state is kept in memory under it. The compiler writes `==` and `hash(into:)`.
public protocol QueriedFold: Fold, Hashable {
    /// Its events have all of these tags. An event of its types that lacks one is none of its own.
    var tags: Set<String> { get }
    /// The types of events that make a decision on it void, if one comes in the meantime; nil: all that it folds. Fewer, where
    /// a little more or less does no harm.
    var decidingTypes: [any DomainEvent.Type]? { get }
}

extension QueriedFold {
    public var decidingTypes: [any DomainEvent.Type]? { nil }
}
