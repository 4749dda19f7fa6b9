public import Daybook
internal import DaybookBytes

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
    /// All events of its parts are read at each attempt: its work grows with their number. All that is decided is recorded in
    /// one append, whole or not at all.
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
        var attempt = 1
        while true {
            let (states, position) = try await load(in: store)
            let decided = try decide(repeat each states)
            if decided.isEmpty { return nil }
            do {
                return try await store.append(
                    decided, cause, unlessAfter: position, matches: condition(store.catalog))
            } catch let error as StoreError where error.code == .conflict {}
            try await store.pause(&attempt, "position \(position)")
        }
    }

    /// The states of all parts as they are now, and up to where that was looked at.
    /// - Parameter store: Its catalog has a line for each event of the parts.
    /// - Throws: `invalidCatalog`, `unknownEvent`, `unreadable`, and what the store says.
    public func load(in store: SourcedStore) async throws -> (
        states: (repeat (each Part).State), position: Position
    ) {
        var items: [Query.Item] = []
        for part in repeat each parts { items.append(part.item(store.catalog)) }
        let readers = try (repeat PartReader(each parts, store.catalog))
        let position = try await store.read(Query(items)) { event, decoders in
            for reader in repeat each readers { try reader.take(event, &decoders) }
        }
        return ((repeat (each readers).state), position)
    }

    private func condition(_ catalog: EventCatalog) -> Query? {
        var items: [Query.Item] = []
        for part in repeat each parts {
            if let item = part.decidingItem(catalog) { items.append(item) }
        }
        return items.isEmpty ? nil : Query(items)
    }
}

/// The state of a part on its way.
final class PartReader<Part: QueriedFold> {
    private let part: Part
    private let tags: [[UInt8]]
    private let table: EventTable<Part.Event>
    private(set) var state: Part.State

    init(_ part: Part, _ catalog: EventCatalog) throws(SourcingError) {
        self.part = part
        tags = part.tags.map { Array($0.utf8) }
        table = try EventTable(catalog)
        for payload in part.decidingTypes ?? [] { try table.check(payload) }
        state = part.initial
    }

    /// Takes an event in, if it is one of its own.
    func take(_ event: borrowing EventView, _ decoders: inout PayloadDecoders) throws {
        var missing = tags.count
        event.forEachTag { tag in
            if tags.contains(where: { $0.rawSpan.isEqual(to: tag) }) { missing -= 1 }
        }
        if missing > 0 { return }
        try table.read(event, &decoders, sharedBy: part.tags) { part.evolve(&state, $0) }
    }
}
