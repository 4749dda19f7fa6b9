internal import Daybook

/// Makes the state of a stream of its events.
struct StateLoader<Model: Fold>: Sendable {
    typealias Known = Loaded<Model.State>

    let model: Model
    let store: any EventStore
    let table: EventTable<Model.Event>
    let readsTruncatedStreams: Bool
    private let observe: @Sendable (SourcingSignal) -> Void

    init(
        _ model: Model, in store: SourcedStore, readsTruncatedStreams: Bool
    ) throws(SourcingError) {
        self.model = model
        self.store = store.store
        self.readsTruncatedStreams = readsTruncatedStreams
        observe = store.observe
        table = try EventTable(store.catalog)
    }

    /// The state before anything has happened.
    var nothing: Known { Loaded(model.initial) }

    /// A state with all that has come behind it. Where the events behind it are not the next ones, since the stream was
    /// deleted or truncated meanwhile, the state that those lead to which are left.
    /// - Parameters:
    ///   - last: Nothing behind this revision is taken in.
    ///   - told: Called with each event that is taken in.
    func load(
        _ stream: String, behind known: Known, upTo last: Revision = .max,
        told: (Revision, Model.Event) -> Void = { _, _ in }
    ) async throws -> Known {
        do {
            return try await follow(stream, behind: known, upTo: last, told)
        } catch let gap as Gap {
            if known.revision != nil {
                // What was truncated is in the state. A stream that was deleted is another one.
                let truncates = try await isTruncated(stream)
                if gap.first == known.next && truncates {
                    return try await follow(
                        stream, behind: known, from: gap.first, upTo: last, told)
                }
                return try await load(stream, behind: nothing, upTo: last, told: told)
            }
            try await allow(gap, in: stream)
            return try await follow(stream, behind: nothing, from: gap.first, upTo: last, told)
        }
    }

    /// The first event that is left is not the one that comes next.
    private struct Gap: Error { let first: Revision }

    /// - Parameter start: What comes first; nil: the last event of the state, which is there as long as the stream was not
    ///   deleted in between.
    private func follow(
        _ stream: String, behind known: Known, from start: Revision? = nil, upTo last: Revision,
        _ told: (Revision, Model.Event) -> Void
    ) async throws -> Known {
        var loaded = known
        var next = start ?? known.revision ?? 0
        let cursor = try store.cursor(Read(.stream(stream), from: .revision(next)))
        var decoders = PayloadDecoders()
        var events = 0
        do {
            while let batch = try await cursor.next() {
                for index in batch.indices {
                    let event = batch.view(at: index)
                    if event.revision > last { return loaded }
                    if event.revision != next { throw Gap(first: event.revision) }
                    next += 1
                    if event.revision == known.revision { continue }
                    try table.read(event, &decoders) {
                        model.evolve(&loaded.state, $0)
                        told(event.revision, $0)
                    }
                    events += 1
                    loaded.revision = event.revision
                    loaded.position = event.position
                    loaded.since.events += 1
                    loaded.since.bytes += event.dataBytes.byteCount + event.metadataBytes.byteCount
                }
            }
        } catch let error as StoreError where error.code == .streamNotFound {
            return try nothingLeft(error, known)
        }
        observe(.loaded(stream: stream, events: events))
        return loaded
    }

    /// What a stream is in which there is nothing to read.
    private func nothingLeft(_ error: StoreError, _ known: Known) throws -> Known {
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
        guard try await isTruncated(stream) else { return }
        throw SourcingError(
            .truncated, "Stream '\(stream)' cannot be folded from its beginning",
            why: "its first \(gap.first) events are gone, as its metadata say",
            remedy:
                "Keep snapshots of what is truncated, or set 'readsTruncatedStreams' where what "
                + "is left says all.",
            place: "stream '\(stream)'")
    }
}

extension StateLoader {
    /// Whether the metadata of a stream take events away from it.
    private func isTruncated(_ stream: String) async throws -> Bool {
        let metadata = try StreamMetadata(decoding: try await store.metadata(of: stream) ?? [])
        return metadata.truncateBefore != nil || metadata.maxCount != nil
            || metadata.maxAgeSeconds != nil
    }
}

extension Loaded {
    /// The revision of the event that would be the next.
    var next: Revision { revision.map { $0 + 1 } ?? 0 }

    /// What its stream has to be for it to be the last state.
    var condition: StreamCondition { revision.map { .revision($0) } ?? .none }
}
