public import Daybook

/// What a decision rests on: some folds over some events, read together. Nothing that any of them folds may come between the
/// reading and the recording: a *dynamic consistency boundary*, made for one decision.
///
/// ```swift
/// let done = try await Boundary(Seats(course: "swift"), Courses(of: "ada")).decide(in: store) { free, courses in
///     if free == 0 { throw Refusal.full }
///     if courses.contains("swift") { return [] }
///     return [Enrolled(course: "swift", student: "ada").in("course-swift")]
/// }
/// ```
public struct Boundary<each Part: QueriedFold>: Sendable {
    let parts: (repeat each Part)

    /// - Parameter part: What the decision has to know; the closures of ``decide(in:because:_:)`` get the states in this order.
    public init(_ part: repeat each Part) {
        parts = (repeat each part)
    }

    /// Decides on the states as they are, and records what was decided.
    ///
    /// What has come behind the states that are in memory is read, or all events of its parts. All that is decided is recorded
    /// in one append, whole or not at all.
    /// - Parameters:
    ///   - store: Its catalog has a line for each event of the parts, and for each that is decided.
    ///   - cause: Why; nil: as the task says, see ``Cause``.
    ///   - decide: What is to happen; asked again where something came in the meantime. What it throws is thrown on, and
    ///     nothing is recorded.
    /// - Returns: what was recorded, nil where nothing was to be done.
    /// - Throws: what `decide` throws; `contended`, `invalidCatalog`, `unknownEvent`, `unreadable`, `unwritable`, and what
    ///   the store says.
    @discardableResult
    public func decide(
        in store: SourcedStore, because cause: Cause? = nil,
        _ decide: (repeat (each Part).State) throws -> [Placed]
    ) async throws -> Appended? {
        let cause = Cause.of(cause)
        let bound = try BoundParts(self, store.catalog)
        let condition = bound.condition
        var attempt = 1
        while true {
            let (result, position) = try await bound.ask(decide, in: store)
            let decided = try result.get()
            if decided.isEmpty { return nil }
            do {
                return try await store.append(
                    decided, cause, unlessAfter: position, matches: condition, at: bound.name)
            } catch let error as StoreError where error.code == .conflict {}
            try await store.pause(&attempt, bound.name)
        }
    }

    /// The states of all parts as they are now, and up to where that was looked at.
    /// - Parameter store: Its catalog has a line for each event of the parts.
    /// - Throws: `invalidCatalog`, `unknownEvent`, `unreadable`, and what the store says.
    public func load(in store: SourcedStore) async throws -> (
        states: (repeat (each Part).State), position: Position
    ) {
        try await BoundParts(self, store.catalog).load(in: store)
    }
}
