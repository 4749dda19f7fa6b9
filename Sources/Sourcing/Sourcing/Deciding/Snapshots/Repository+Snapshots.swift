internal import Daybook

extension Repository where Model.State: Codable & Equatable {
    /// A repository that keeps snapshots.
    ///
    /// They are taken after a decision, when the policy says so. Now and then one is compared with what all events lead to:
    /// see `SnapshotPolicy.checksOneIn`.
    /// - Parameters:
    ///   - model: What is made of the events, and what is decided.
    ///   - category: What the names of its streams begin with; nil: the name of the model.
    ///   - store: Its catalog has a line for each event of the model.
    ///   - snapshots: When one is taken.
    ///   - options: What is kept and read.
    /// - Throws: as a repository without snapshots.
    public convenience init(
        _ model: Model, category: String? = nil, in store: SourcedStore, snapshots: SnapshotPolicy,
        options: RepositoryOptions = RepositoryOptions()
    ) throws(SourcingError) {
        try self.init(
            model, category: category, in: store, options: options,
            keeper: SnapshotKeeper(Model.self, snapshots, in: store))
    }

    /// Folds all events of each stream that has a snapshot, and compares.
    /// - Returns: how many snapshots were compared; not those that were made by another version of the fold, or with another
    ///   catalog, nor those of streams whose events are gone, or that were deleted since.
    /// - Throws: `wrongSnapshot` at the first difference; what loading throws; `CancellationError`.
    @discardableResult
    public func verifySnapshots() async throws -> Int {
        guard let keeper else { return 0 }
        var count = 0
        var last: String?
        while true {
            let streams = try await keeper.streams(after: last)
            if streams.isEmpty { return count }
            last = streams.last
            for stream in streams where stream.hasPrefix(category + "-") {
                try Task.checkCancellation()
                guard let snapshot = try await keeper.load(stream) else { continue }
                if try await check(snapshot, of: stream, keeper) { count += 1 }
            }
        }
    }
}

extension Repository {
    /// The snapshot of a stream, or the state before anything has happened.
    func begin(_ stream: String) async throws -> Loaded<Model.State> {
        guard let keeper else { return loader.nothing }
        let snapshot: Loaded<Model.State>?
        do { snapshot = try await keeper.load(stream) } catch let error as SourcingError {
            // The events say it all.
            store.observe(.snapshotFailed(stream: stream, error))
            return loader.nothing
        }
        guard let snapshot else { return loader.nothing }
        if keeper.policy.isChecked(by: store.retries.chance) {
            try await check(snapshot, of: stream, keeper)
        }
        return snapshot
    }

    /// Compares a snapshot with what all events lead to.
    /// - Returns: whether it could: not where events that count are gone, nor of a stream that was deleted behind it.
    @discardableResult
    func check(
        _ snapshot: Loaded<Model.State>, of stream: String, _ keeper: SnapshotKeeper<Model.State>
    ) async throws -> Bool {
        guard let revision = snapshot.revision else { return false }
        let info = try await store.store.stream(stream)
        let first = info.firstRevision
        if first > revision { return false }
        let life = StreamLife(store: store.store, stream: stream)
        if first > 0, try await life.beginning(of: info) == nil { return false }
        let folded = try await loader.load(stream, behind: loader.nothing, upTo: revision)
        if folded.revision == revision && keeper.areEqual(folded.state, snapshot.state) {
            return true
        }
        // What was deleted or truncated meanwhile is no fault of the snapshot.
        if try await store.store.stream(stream).firstRevision != first { return false }
        throw keeper.difference(stream, at: revision)
    }

    /// Keeps a state where it is time to. That it cannot be kept is no failure of what was done before: it is told.
    func keepSnapshot(of loaded: Loaded<Model.State>, _ stream: String) async -> Loaded<Model.State>
    {
        guard let keeper else { return loaded }
        var kept = loaded
        do { kept.since = try await keeper.keep(loaded, stream) } catch {
            store.observe(.snapshotFailed(stream: stream, error))
        }
        return kept
    }
}
