internal import Daybook

/// Makes the state of a stream of its events.
struct StateLoader<Model: Fold>: Sendable {
    let model: Model
    let store: any EventStore
    let table: EventTable<Model.Event>
    let readsTruncatedStreams: Bool

    init(
        _ model: Model, in store: any EventStore, _ catalog: EventCatalog,
        readsTruncatedStreams: Bool
    ) throws(SourcingError) {
        self.model = model
        self.store = store
        self.readsTruncatedStreams = readsTruncatedStreams
        table = try EventTable(catalog)
    }

    /// The state before anything has happened.
    var nothing: Loaded<Model.State> { Loaded(model.initial) }

    /// A state with all that has come behind it. Where the events behind it are not the next ones, since the stream was
    /// deleted or truncated meanwhile, the state that those lead to which are left.
    func load(_ stream: String, behind known: Loaded<Model.State>) async throws -> Loaded<
        Model.State
    > {
        do {
            return try await follow(stream, behind: known)
        } catch let gap as Gap {
            if known.revision != nil { return try await load(stream, behind: nothing) }
            try await allow(gap, in: stream)
            return try await follow(stream, behind: nothing, from: gap.first)
        }
    }

    /// The first event that is left is not the one that comes next.
    private struct Gap: Error { let first: Revision }

    private func follow(
        _ stream: String, behind known: Loaded<Model.State>, from start: Revision? = nil
    ) async throws -> Loaded<Model.State> {
        var loaded = known
        var next = start ?? known.next
        let cursor = try store.cursor(Read(.stream(stream), from: .revision(next)))
        var decoders = PayloadDecoders()
        do {
            while let batch = try await cursor.next() {
                for index in batch.indices {
                    let event = batch.view(at: index)
                    if event.revision != next { throw Gap(first: event.revision) }
                    next += 1
                    try table.read(event, &decoders) { model.evolve(&loaded.state, $0) }
                    loaded.revision = event.revision
                    loaded.position = event.position
                }
            }
        } catch let error as StoreError where error.code == .streamNotFound {
            return try nothingLeft(error, known)
        }
        return loaded
    }

    /// What a stream is in which there is nothing to read.
    private func nothingLeft(
        _ error: StoreError, _ known: Loaded<Model.State>
    ) throws -> Loaded<Model.State> {
        guard case .live(let last)? = error.actual else {
            // It never was, or it was deleted: what happens next happens to something new.
            return nothing
        }
        if known.revision == last { return known }
        if known.revision != nil || !readsTruncatedStreams { throw Gap(first: last + 1) }
        return Loaded(model.initial, revision: last)
    }

    /// A stream that was deleted and written again begins behind what it was. Another has lost events that count.
    private func allow(_ gap: Gap, in stream: String) async throws {
        if readsTruncatedStreams { return }
        let metadata = try StreamMetadata(decoding: try await store.metadata(of: stream) ?? [])
        if metadata.truncateBefore == nil && metadata.maxCount == nil
            && metadata.maxAgeSeconds == nil
        {
            return
        }
        throw SourcingError(
            .invalid, "Stream '\(stream)' cannot be folded from its beginning",
            why: "its first \(gap.first) events are gone, as its metadata say",
            remedy:
                "Keep snapshots of what is truncated, or set 'readsTruncatedStreams' where what is left says all.",
            place: "stream '\(stream)'")
    }
}

extension Loaded {
    /// The revision of the event that would be the next.
    var next: Revision { revision.map { $0 + 1 } ?? 0 }

    /// What its stream has to be for it to be the last state.
    var condition: StreamCondition { revision.map { .revision($0) } ?? .none }
}
