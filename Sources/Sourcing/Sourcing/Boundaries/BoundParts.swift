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
        let stopwatch = store.observe.stopwatch()
        let place = try await store.store.head()
        let head = place.position
        let shelf = store.kept.shelf(at: place)
        let readers = (repeat PartReader(each parts, shelf))
        // Those that have come equally far are read together.
        var reads: [Position: [Query.Item]] = [:]
        for reader in repeat each readers {
            reads[reader.begun, default: []].append(reader.part.read)
        }
        var reached = Position.max
        var events = 0
        do {
            for (begun, var items) in reads {
                // What is recorded behind the head meanwhile may be read or not.
                var end = max(head, begun)
                if begun < head {
                    if begun > 0 { items.append(KeptFolds.compactions) }
                    let last = try await store.read(Query(items), behind: begun) {
                        event, decoders in
                        if event.isSystem { throw CompactionBegun() }
                        events += 1
                        for reader in repeat each readers {
                            if reader.begun == begun { try reader.take(event, &decoders) }
                        }
                    }
                    end = max(head, last)
                }
                reached = min(reached, end)
                // Of what was read from its beginning it is known up to the head alone that no compaction has begun.
                if begun == 0 && end > head { continue }
                for reader in repeat each readers {
                    if reader.begun == begun { reader.keep(reached: end) }
                }
            }
        } catch is CompactionBegun {
            store.kept.forget(shelf)
            return try await load(in: store)
        }
        store.observe(.loaded(place: name, events: events, duration: stopwatch.elapsed))
        return ((repeat (each readers).state), reached)
    }
}

/// Behind a state that was kept: it may know events that are there no more.
private struct CompactionBegun: Error {}

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
    typealias Kept = FoldShelf.Kept<Part.State>

    let part: BoundPart<Part>
    /// The position behind which it is to be read.
    let begun: Position
    private let tags: [[UInt8]]
    private(set) var state: Part.State
    private let cache: StateCache<Part, Kept>?

    init(_ part: BoundPart<Part>, _ shelf: FoldShelf) {
        self.part = part
        tags = part.tags.map { Array($0.utf8) }
        cache = shelf.cache(of: Part.self)
        let known = cache?[part.fold]
        state = known?.state ?? part.fold.initial
        begun = known?.reached ?? 0
    }

    /// Keeps the state for the next decision.
    /// - Parameter reached: up to where it was read.
    func keep(reached: Position) {
        cache?.keep(Kept(state: state, reached: reached), as: part.fold)
    }

    /// Takes an event in, if it is one of its own.
    func take(_ event: borrowing EventView, _ decoders: inout PayloadDecoders) throws {
        var missing = tags.count
        event.forEachTag { tag in
            if tags.contains(where: { $0.rawSpan.isEqual(to: tag) }) { missing -= 1 }
        }
        if missing > 0 { return }
        do {
            try part.table.read(event, &decoders, sharedBy: part.tags) {
                part.fold.evolve(&state, $0)
            }
        } catch let error as SourcingError { throw error.readBy("part '\(Part.name)'") }
    }
}
