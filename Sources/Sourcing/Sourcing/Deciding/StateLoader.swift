internal import Daybook

/// Makes the state of a stream of its events.
struct StateLoader<Model: Fold>: Sendable {
    typealias Known = Loaded<Model.State>

    let model: Model
    let store: any EventStore
    let table: EventTable<Model.Event>
    let readsTruncatedStreams: Bool
    private let observe: SourcingObserver

    init(
        _ model: Model, in store: SourcedStore, readsTruncatedStreams: Bool
    ) throws(SourcingError) {
        self.model = model
        self.store = store.store
        self.readsTruncatedStreams = readsTruncatedStreams
        observe = store.observe
        table = try store.catalog.table(of: Model.Event.self).events
    }

    /// The state before anything has happened.
    var nothing: Known { Loaded(model.initial) }

    /// A state with all that has come behind it; where the stream was deleted since, the state of what it is now.
    /// - Parameters:
    ///   - last: Nothing behind this revision is taken in.
    ///   - told: Called with each event that is taken in; where something is known, perhaps twice with the same ones.
    /// - Throws: `truncated` where events that count are gone.
    func load(
        _ stream: String, behind known: Known, upTo last: Revision = .max,
        told: (Revision, Model.Event) -> Void = { _, _ in }
    ) async throws -> Known {
        if let loaded = try await goOn(stream, behind: known, upTo: last, told) { return loaded }
        var first: Revision = 0
        while true {
            do {
                return try await follow(stream, behind: nothing, from: first, upTo: last, told)
            } catch let gap as Gap {
                try await allow(gap, StreamLife(store: store, stream: stream))
                first = gap.first
            }
        }
    }

    /// What is known with all that has come behind it; nil where nothing is, where the stream was deleted since, or where
    /// what has come is gone in part.
    private func goOn(
        _ stream: String, behind known: Known, upTo last: Revision,
        _ told: (Revision, Model.Event) -> Void
    ) async throws -> Known? {
        guard let revision = known.revision else { return nil }
        let loaded: Known
        do {
            loaded = try await follow(stream, behind: known, from: known.next, upTo: last, told)
        } catch is Gap { return nil }
        // Behind the reading: what is deleted from now on is found by the append that comes.
        let info = try await store.stream(stream)
        if info.isOfAnotherHistory(than: known) { return nil }
        if info.firstRevision <= revision { return loaded }
        if loaded.next <= last && info.firstRevision > loaded.next { return nil }
        let life = StreamLife(store: store, stream: stream)
        return try await life.deletion(behind: known.position) == nil ? loaded : nil
    }

    /// The first event that is left is not the one that comes next.
    private struct Gap: Error { let first: Revision }

    private func follow(
        _ stream: String, behind known: Known, from start: Revision, upTo last: Revision,
        _ told: (Revision, Model.Event) -> Void
    ) async throws -> Known {
        var loaded = known
        var next = start
        let cursor = try store.cursor(Read(.stream(stream), from: .revision(start)))
        var decoders = PayloadDecoders()
        let stopwatch = observe.stopwatch()
        do {
            reading: while let batch = try await cursor.next() {
                for index in batch.indices {
                    let event = batch.view(at: index)
                    if event.revision != next { throw Gap(first: event.revision) }
                    if next > last { break reading }
                    try table.read(event, &decoders) {
                        model.evolve(&loaded.state, $0)
                        told(next, $0)
                    }
                    loaded.took(event)
                    next += 1
                }
            }
        } catch let error as StoreError where error.code == .streamNotFound {
            return try nothingLeft(error.actual, known, from: start)
        }
        if loaded.revision == nil {
            return try nothingLeft(try await store.stream(stream).state, known, from: start)
        }
        observe(
            .loaded(place: stream, events: Int(next - start), duration: stopwatch.elapsed))
        return loaded
    }

    /// What a stream is in which there is nothing to read from a revision on.
    private func nothingLeft(
        _ state: StreamState?, _ known: Known, from start: Revision
    ) throws -> Known {
        var loaded = known
        if case .live(let last)? = state {
            if start != last + 1 { throw Gap(first: last + 1) }
            loaded.revision = last
            return loaded
        }
        // It never was, or it was deleted: what happens next happens to something new.
        var nothing = nothing
        nothing.begins = state?.next ?? 0
        return nothing
    }

    /// A stream that was deleted and written again begins behind what it was. Another has lost events that count.
    private func allow(_ gap: Gap, _ life: StreamLife) async throws {
        if readsTruncatedStreams { return }
        if try await life.beginning(of: store.stream(life.stream)) != nil { return }
        throw SourcingError(
            .truncated, "Stream '\(life.stream)' cannot be folded from its beginning",
            why: "its first \(gap.first) events are gone, as its metadata say",
            remedy:
                "Keep snapshots of what is truncated, or set 'readsTruncatedStreams' where what "
                + "is left says all.",
            place: "stream '\(life.stream)'")
    }
}

extension StreamInfo {
    /// Whether it is shorter than what is known of it, or ends with another event: its store was restored.
    fileprivate func isOfAnotherHistory(than known: Loaded<some Any>) -> Bool {
        state.next < known.next || state.next == known.next && lastPosition != known.position
    }
}

extension Loaded {
    /// The revision of the event that would be the next.
    var next: Revision { revision.map { $0 + 1 } ?? begins }

    /// What its streams have to be for it to be the last state: a stream that was deleted behind its last revision still
    /// has that.
    func conditions(_ stream: String) -> [String: StreamCondition] {
        [
            stream: revision.map { .revision($0) } ?? .none,
            StreamName.metadata(of: stream): metadata.map { .revision($0) } ?? .none,
        ]
    }

    /// Whether an append failed since nothing was known of the metadata stream, and not since somebody was quicker.
    func wasUnknown(to error: StoreError, of stream: String) -> Bool {
        guard metadata == nil, case .live? = error.actual else { return false }
        return error.stream == StreamName.metadata(of: stream)
    }

    /// An event was taken in.
    fileprivate mutating func took(_ event: borrowing EventView) {
        revision = event.revision
        position = event.position
        since.took(
            bytes: event.dataBytes.byteCount + event.metadataBytes.byteCount, at: event.recordedAt)
    }
}
