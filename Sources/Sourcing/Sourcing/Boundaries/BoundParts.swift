internal import Daybook
internal import DaybookBytes

/// The parts of a boundary, with what a catalog makes of them: once for all attempts.
struct BoundParts<each Part: QueriedFold>: Sendable {
    private let parts: (repeat BoundPart<each Part>)

    /// - Throws: `invalidCatalog`.
    init(_ boundary: Boundary<repeat each Part>, _ catalog: EventCatalog) throws {
        parts = try (repeat BoundPart(each boundary.parts, catalog))
    }

    /// What makes a decision on them void; nil: nothing.
    var condition: Query? {
        var items: [Query.Item] = []
        for part in repeat each parts { if let item = part.deciding { items.append(item) } }
        return items.isEmpty ? nil : Query(items)
    }

    /// The names of all parts.
    var name: String {
        var names: [String] = []
        for part in repeat each parts { names.append(type(of: part.fold).name) }
        return names.joined(separator: " + ")
    }

    /// What is decided on the states as they are, and up to where that was looked at.
    func ask(
        _ decide: (repeat (each Part).State) throws -> [Placed], in store: SourcedStore
    ) async throws -> (decided: Result<[Placed], any Error>, position: Position) {
        let (states, position) = try await load(in: store)
        let stopwatch = store.observe.stopwatch()
        let decided: Result<[Placed], any Error>
        do { decided = .success(try decide(repeat each states)) } catch {
            decided = .failure(error)
        }
        store.observe.tell(decided, at: name, stopwatch)
        return (decided, position)
    }

    /// The states of all parts as they are now, and up to where that was looked at.
    func load(in store: SourcedStore) async throws -> (
        states: (repeat (each Part).State), position: Position
    ) {
        var items: [Query.Item] = []
        for part in repeat each parts { items.append(part.read) }
        let readers = (repeat PartReader(each parts))
        let stopwatch = store.observe.stopwatch()
        let (count, position) = try await store.read(Query(items)) { event, decoders in
            for reader in repeat each readers { try reader.take(event, &decoders) }
        }
        store.observe(.loaded(place: name, events: count, duration: stopwatch.elapsed))
        return ((repeat (each readers).state), position)
    }
}

/// A part, and what the catalog makes of it.
struct BoundPart<Part: QueriedFold>: Sendable {
    let fold: Part
    let tags: Set<String>
    let table: EventTable<Part.Event>
    /// What it reads.
    let read: Query.Item
    /// What makes a decision on it void; nil: nothing.
    let deciding: Query.Item?

    /// - Throws: `invalidCatalog` where the catalog has no line for one of its events.
    init(_ fold: Part, _ catalog: EventCatalog) throws(SourcingError) {
        self.fold = fold
        tags = fold.tags
        let table = try catalog.table(of: Part.Event.self)
        self.table = table.events
        read = Query.Item(types: table.recordedNames, tags: tags)
        guard let types = fold.decidingTypes else {
            deciding = read
            return
        }
        for payload in types { try self.table.check(payload) }
        deciding =
            types.isEmpty
            ? nil : Query.Item(types: Set(catalog.recordedNames(of: types)), tags: tags)
    }
}

/// The state of a part on its way.
final class PartReader<Part: QueriedFold> {
    private let part: BoundPart<Part>
    private let tags: [[UInt8]]
    private(set) var state: Part.State

    init(_ part: BoundPart<Part>) {
        self.part = part
        tags = part.tags.map { Array($0.utf8) }
        state = part.fold.initial
    }

    /// Takes an event in, if it is one of its own.
    func take(_ event: borrowing EventView, _ decoders: inout PayloadDecoders) throws {
        var missing = tags.count
        event.forEachTag { tag in
            if tags.contains(where: { $0.rawSpan.isEqual(to: tag) }) { missing -= 1 }
        }
        if missing > 0 { return }
        try part.table.read(event, &decoders, sharedBy: part.tags) {
            part.fold.evolve(&state, $0)
        }
    }
}
