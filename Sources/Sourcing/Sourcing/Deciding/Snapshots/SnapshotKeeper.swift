internal import Daybook
internal import DaybookBytes
internal import DaybookCoding

/// Keeps the states of a model as snapshots, in the system records of an owner of its own.
struct SnapshotKeeper<State: Sendable>: Sendable {
    let policy: SnapshotPolicy
    let areEqual: @Sendable (State, State) -> Bool
    private let shelf: SnapshotShelf
    private let store: SourcedStore
    private let name: String
    /// What a snapshot was made by: one that was made by anything else is passed over.
    private let maker: SnapshotMaker
    private let encode: @Sendable (Loaded<State>, SnapshotMaker) throws -> [UInt8]
    private let decode: @Sendable ([UInt8]) throws -> Loaded<State>

    init<Model: Fold>(
        _ model: Model.Type, _ policy: SnapshotPolicy, in store: SourcedStore
    ) where Model.State == State, State: Codable & Equatable {
        self.policy = policy
        self.store = store
        name = Model.name
        shelf = SnapshotShelf(
            owner: SnapshotShelf.owner(ofFold: Model.name), store: store.store)
        maker = SnapshotMaker(
            version: Model.version,
            catalog: store.catalog.digest(of: Model.Event.members.map { $0.payload }))
        encode = { try PayloadEncoder(.cbor).encode(Snapshot($0, $1)) }
        decode = { try PayloadDecoder(.cbor).decode(Snapshot<State>.self, from: $0.rawSpan).loaded }
        areEqual = { $0 == $1 }
    }

    /// The last snapshot of a stream, if it was made as it would be made now.
    /// - Throws: `wrongSnapshot` where it cannot be read.
    func load(_ stream: String) async throws -> Loaded<State>? {
        guard let bytes = try await shelf.bytes(stream) else { return nil }
        do {
            let maker = try PayloadDecoder(.cbor).decode(SnapshotMaker.self, from: bytes.rawSpan)
            return maker == self.maker ? try decode(bytes) : nil
        } catch {
            throw SourcingError.wrongSnapshot(of: name, stream, why: SourcingError.words(of: error))
        }
    }

    /// The streams that have one, by the order of their bytes.
    func streams(after last: String?) async throws -> [String] {
        try await shelf.streams(after: last)
    }

    /// Keeps a state where it is time to.
    /// - Returns: what has come since.
    func keep(_ loaded: Loaded<State>, _ stream: String) async throws -> SinceSnapshot {
        let now = store.now()
        guard let revision = loaded.revision, policy.isDue(loaded.since, at: now) else {
            return loaded.since
        }
        try await shelf.put(try encode(loaded, maker), at: revision, stream)
        return SinceSnapshot()
    }

    /// A snapshot is not what the events lead to.
    func difference(_ stream: String, at revision: Revision) -> SourcingError {
        .wrongSnapshot(
            of: name, stream, why: "all events up to revision \(revision) lead to another state")
    }
}

/// What a snapshot was made by.
struct SnapshotMaker: Hashable, Codable, Sendable {
    /// Of the fold.
    var version: Int
    /// What the catalog said of the events that were folded, as a digest.
    var catalog: UInt64
}

/// A state as it is kept.
private struct Snapshot<State: Codable & Sendable>: Codable {
    // Its maker, field by field: it is read before the state, which may have become another type.
    var version: Int
    var catalog: UInt64
    var revision: Revision?
    var position: Position
    var state: State

    init(_ loaded: Loaded<State>, _ maker: SnapshotMaker) {
        version = maker.version
        catalog = maker.catalog
        revision = loaded.revision
        position = loaded.position
        state = loaded.state
    }

    var loaded: Loaded<State> { Loaded(state, revision: revision, position: position) }
}

extension SourcingError {
    fileprivate static func wrongSnapshot(
        of name: String, _ stream: String, why: String
    ) -> SourcingError {
        SourcingError(
            .wrongSnapshot, "A snapshot of '\(name)' cannot be relied on", why: why,
            remedy:
                "Count 'version' of the fold up whenever its state or what it makes of events has "
                + "changed: snapshots of earlier versions are passed over.",
            place: "stream '\(stream)'")
    }
}
