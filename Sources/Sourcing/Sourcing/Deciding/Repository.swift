internal import Daybook
internal import DaybookCoding

/// Where the states of one kind are kept, as the events that led to them: each in a stream of its own.
///
/// It reads, decides and appends under the condition that nothing has come in the meantime; where something has, it decides
/// anew. States are kept in memory: a decision that records something is tried on the state as it is known here, as the
/// append tells when it is not the last any more; one that records nothing is checked by a look at the stream.
public final class Repository<Model: Fold>: Sendable {
    /// What is made of the events, and what is decided.
    public let model: Model
    /// What the names of its streams begin with, up to the first `-`.
    public let category: String
    /// Where the events are.
    public let store: SourcedStore
    let options: RepositoryOptions
    let loader: StateLoader<Model>
    let cache: StateCache<String, Loaded<Model.State>>
    /// The last revisions of metadata streams, by what appends said of them.
    private let metadata = StateCache<String, Revision?>(countMax: 10_000)
    let commands: CommandLog
    let keeper: SnapshotKeeper<Model.State>?

    /// A repository of what a fold or a decider makes of events. It reads nothing yet.
    /// - Parameters:
    ///   - model: What is made of the events, and what is decided.
    ///   - category: What the names of its streams begin with; nil: the name of the model.
    ///   - store: Its catalog has a line for each event of the model.
    ///   - options: What is kept and read.
    /// - Throws: `invalidCatalog` where the catalog lacks an event of the model; `invalid` where the category is empty, has a
    ///   `-` or begins with `$`.
    public convenience init(
        _ model: Model, category: String? = nil, in store: SourcedStore,
        options: RepositoryOptions = RepositoryOptions()
    ) throws(SourcingError) {
        try self.init(model, category: category, in: store, options: options, keeper: nil)
    }

    init(
        _ model: Model, category: String?, in store: SourcedStore, options: RepositoryOptions,
        keeper: SnapshotKeeper<Model.State>?
    ) throws(SourcingError) {
        self.keeper = keeper
        self.model = model
        self.category = category ?? Model.name
        self.store = store
        self.options = options
        loader = try StateLoader(
            model, in: store, readsTruncatedStreams: options.readsTruncatedStreams)
        cache = StateCache(countMax: options.cachedStatesMax)
        commands = CommandLog(self.category, in: store)
        if self.category.isEmpty || self.category.contains("-") || self.category.hasPrefix("$") {
            throw SourcingError(
                .invalid, "'\(self.category)' is no category",
                why: "it is empty, has a '-' or begins with '$'",
                remedy: "Take a name without: a stream is called category-id.")
        }
    }

    /// The name of a stream.
    /// - Parameter id: Of any characters, as long as the whole name has no more than 1,024 bytes.
    public func stream(_ id: String) -> String { "\(category)-\(id)" }

    /// The state as it is now; of something that never was, the initial one.
    ///
    /// Of a state that is kept in memory, only what has come since is read; else all events of the stream, or those behind its
    /// snapshot.
    /// - Throws: `unknownEvent`, `unreadable`, `truncated`, `wrongSnapshot`, and what the store says.
    public func load(_ id: String) async throws -> Loaded<Model.State> {
        try await reload(stream(id))
    }

    /// Decides on the state as it is, and records what was decided.
    /// - Parameters:
    ///   - id: Of what it is about: what its stream is called behind the category.
    ///   - cause: Why; nil: as the task says, see ``Cause``.
    ///   - decide: What is to happen; asked again where somebody was quicker, and on the last state where nothing is to
    ///     happen on the one that is known. What it throws is thrown on.
    /// - Returns: the state behind what was decided, and what was recorded.
    /// - Throws: what `decide` throws; `contended`, `unwritable`, and what ``load(_:)`` throws; what the store says.
    @discardableResult
    public func update(
        _ id: String, because cause: Cause? = nil, _ decide: (Model.State) throws -> [Model.Event]
    ) async throws -> Executed<Model> {
        let stream = stream(id)
        let cause = Cause.of(cause)
        var attempt = 1
        var known = cache[stream]
        while true {
            let isLast = known == nil
            let loaded = if let known { known } else { try await reload(stream) }
            known = nil
            let decided: [Model.Event]
            let stopwatch = store.observe.stopwatch()
            do { decided = try decide(loaded.state) } catch {
                // What is not done is not checked by an append: it has to rest on the last state.
                if !isLast { continue }
                store.observe(.refused(place: stream, error, duration: stopwatch.elapsed))
                throw error
            }
            if decided.isEmpty && !isLast { continue }
            store.observe(
                .decided(place: stream, events: decided.count, duration: stopwatch.elapsed))
            do {
                return try await append(decided, to: stream, behind: loaded, cause)
            } catch let error as StoreError where error.code == .wrongRevision {
                // What was known here was not the last state: that is no attempt yet.
                if isLast && !loaded.wasUnknown(to: error, of: stream) {
                    try await store.pause(&attempt, "stream '\(stream)'")
                }
            }
        }
    }

    /// The state with all that has come since it was last seen.
    func reload(_ stream: String) async throws -> Loaded<Model.State> {
        let known = if let known = cache[stream] { known } else { try await begin(stream) }
        // As it was before the look: a deletion behind that is found by the append that comes.
        let metadata = metadata[stream] ?? known.metadata
        var loaded = try await loader.load(stream, behind: known)
        loaded.metadata = metadata
        keep(loaded, as: stream)
        return loaded
    }

    /// Keeps a state in memory, if anything can still happen to it.
    private func keep(_ loaded: Loaded<Model.State>, as stream: String) {
        if model.isTerminal(loaded.state) {
            cache.forget(stream)
        } else {
            cache.keep(loaded, as: stream)
        }
    }

    /// Records what was decided on a state that is to be the last, and what is kept of the decision.
    @discardableResult
    func append(
        _ decided: [Model.Event], to stream: String, behind loaded: Loaded<Model.State>,
        _ cause: Cause, _ records: [SystemRecord] = []
    ) async throws -> Executed<Model> {
        var after = loaded
        if !decided.isEmpty || !records.isEmpty {
            let encoder = PayloadEncoder(store.catalog.format.payload)
            var append = Append()
            append.conditions = loaded.conditions(stream)
            append.records = records
            for event in decided {
                try loader.table.check(type(of: event.event))
                let event = try store.catalog.recording(event.event, cause: cause, with: encoder)
                after.since.took(
                    bytes: event.data.count + event.metadata.count, at: store.now())
                append.entries.append(Append.Entry(stream: stream, event: event))
            }
            let stopwatch = store.observe.stopwatch()
            let appended = try await record(append, to: stream)
            if let last = appended.revision {
                store.observe(
                    .recorded(
                        place: stream, events: decided.count, position: appended.lastPosition,
                        duration: stopwatch.elapsed))
                for event in decided { model.evolve(&after.state, event) }
                after.revision = last
                after.position = appended.lastPosition
                after = await keepSnapshot(of: after, stream)
                keep(after, as: stream)
            }
        }
        return Executed(
            state: after.state, events: decided, revision: after.revision,
            position: after.position, isRepeated: false)
    }

    /// Records, and remembers what the metadata stream was where it was not as it was taken to be.
    private func record(_ append: Append, to stream: String) async throws -> Appended {
        do { return try await store.store.append(append) } catch {
            if error.code == .wrongRevision, error.stream == StreamName.metadata(of: stream) {
                let last: Revision? = if case .live(let last)? = error.actual { last } else { nil }
                metadata.keep(last, as: stream)
            }
            throw error
        }
    }
}

extension Repository where Model: Decider {
    /// Has a command decided on the state as it is, and records what follows from it.
    /// - Parameters:
    ///   - command: What is asked for.
    ///   - id: Of what it is about: what its stream is called behind the category.
    ///   - cause: Why; nil: as the task says, see ``Cause``.
    /// - Returns: the state behind what was decided, and what was recorded.
    /// - Throws: the decider's refusal, as it is; and as ``update(_:because:_:)``.
    @discardableResult
    public func execute(
        _ command: Model.Command, on id: String, because cause: Cause? = nil
    ) async throws -> Executed<Model> {
        try await update(id, because: cause) { try model.decide(command, $0) }
    }
}
