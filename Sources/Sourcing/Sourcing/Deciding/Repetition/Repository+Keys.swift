internal import Daybook

extension Repository {
    /// Decides once, however often it is asked for: under the same key it is answered as the first time, also where nothing was
    /// to be done.
    ///
    /// What `decide` rests on beside the state is not known here: whoever asks for something else under the same key is answered
    /// as the first. See ``execute(_:on:key:because:)``.
    /// - Parameters:
    ///   - id: Of what it is about: what its stream is called behind the category.
    ///   - key: The client's own name of the request, the same each time it is sent, at most some 900 bytes: a random number
    ///     that was drawn before the first try. Another `id` is another request.
    ///   - refusals: What of the errors of `decide` is kept as well: who is refused by one of this type is refused so again.
    ///     After another one it is decided anew. Nothing unless you say otherwise.
    ///   - cause: Why; nil: as the task says, see ``Cause``.
    ///   - decide: As in ``update(_:because:_:)``.
    /// - Throws: as ``update(_:because:_:)``.
    @discardableResult
    public func update<Refusal: Error & Codable>(
        _ id: String, key: String, refusals: Refusal.Type = Never.self,
        because cause: Cause? = nil, _ decide: (Model.State) throws -> [Model.Event]
    ) async throws -> Executed<Model> {
        try await once(
            request(key, on: id, digest: nil, refusals), stream(id), cause, decide)
    }

    private func request<Refusal>(
        _ key: String, on id: String, digest: UInt64?, _ refusals: Refusal.Type
    ) -> KeyedRequest<Refusal> {
        // What is asked of one thing under a key is another matter than what is asked of another.
        KeyedRequest(
            log: commands, key: key, name: "\(id.utf8.count)/\(id)/\(key)", digest: digest,
            retention: options.outcomeRetention)
    }

    private func once<Refusal>(
        _ request: KeyedRequest<Refusal>, _ stream: String, _ cause: Cause?,
        _ decide: (Model.State) throws -> [Model.Event]
    ) async throws -> Executed<Model> {
        let cause = Cause.of(cause, key: request.key)
        var attempt = 1
        while true {
            let kept = try await request.kept(at: stream)
            if let outcome = kept.outcome { return try await repeated(outcome, stream) }
            // Only what rests on the last state is kept.
            let loaded = try await reload(stream)
            let stopwatch = store.observe.stopwatch()
            let result = Result { try decide(loaded.state) }
            store.observe.tell(result, at: stream, stopwatch)
            var (decided, outcome, refusal) = try request.outcome(of: result)
            if !decided.isEmpty {
                outcome.first = loaded.next
                outcome.last = loaded.next + Revision(decided.count - 1)
            }
            do {
                let done = try await append(
                    decided, to: stream, behind: loaded, cause,
                    [request.record(outcome, kept.condition)])
                if let refusal { throw refusal }
                return done
            } catch let error as StoreError {
                if loaded.wasUnknown(to: error, of: stream) { continue }
                try await request.pause(&attempt, after: error, at: stream)
            }
        }
    }

    /// What was answered the first time.
    private func repeated(
        _ outcome: CommandOutcome, _ stream: String
    ) async throws -> Executed<Model> {
        var events: [Model.Event] = []
        if let first = outcome.first, let last = outcome.last {
            do {
                let loaded = try await loader.load(
                    stream, behind: loader.nothing, upTo: last
                ) { revision, event in
                    if revision >= first { events.append(event) }
                }
                if loaded.revision == last {
                    return Executed(
                        state: loaded.state, events: events, revision: last,
                        position: loaded.position, isRepeated: true)
                }
            } catch let error as SourcingError where error.code == .truncated {}
        }
        // It led to nothing; or what it led to is gone, and what has become of it since is all that can be told.
        let loaded = try await reload(stream)
        return Executed(
            state: loaded.state, events: [], revision: loaded.revision, position: loaded.position,
            isRepeated: true)
    }

    /// Removes the outcomes that were kept long enough; see ``OutcomeSweep``.
    /// - Returns: how many.
    @discardableResult
    public func forgetOutcomes() async throws -> Int { try await commands.forget() }
}

extension Repository where Model: Decider, Model.Refusal: Codable {
    /// Has a command decided once, however often it is sent: under the same key it is answered as the first time, a refusal
    /// and a command that led to nothing as well.
    ///
    /// Where the events it led to are gone by now, it is answered by the state as it is.
    ///
    /// The outcome is recorded with the events, in the same append, and kept for `RepositoryOptions.outcomeRetention`. With it
    /// goes a digest of the command, if that is `Encodable`: another command under the same key is an error.
    /// - Parameters:
    ///   - command: What is asked for.
    ///   - id: Of what it is about: what its stream is called behind the category.
    ///   - key: The client's own name of the request, the same each time it is sent, at most some 900 bytes: a random number
    ///     that was drawn before the first try. Another `id` is another request.
    ///   - cause: Why; nil: as the task says, see ``Cause``.
    /// - Throws: as ``execute(_:on:because:)``; `keyReused`.
    @discardableResult
    public func execute(
        _ command: Model.Command, on id: String, key: String, because cause: Cause? = nil
    ) async throws -> Executed<Model> {
        try await once(
            request(key, on: id, digest: FNVDigest.of(command), Model.Refusal.self), stream(id),
            cause
        ) { try model.decide(command, $0) }
    }
}

extension Repository {
    /// Has an aggregate change itself once, however often it is asked to; see ``update(_:key:refusals:because:_:)``.
    /// - Parameters:
    ///   - id: Of what it is about: what its stream is called behind the category.
    ///   - key: The client's own name of the request.
    ///   - refusals: What of the errors of `change` is kept as well.
    ///   - cause: Why; nil: as the task says, see ``Cause``.
    ///   - change: Asked again where somebody was quicker.
    /// - Throws: as ``update(_:because:_:)``.
    @discardableResult
    public func change<Root: Aggregate, Refusal: Error & Codable>(
        _ id: String, key: String, refusals: Refusal.Type = Never.self,
        because cause: Cause? = nil, _ change: (inout Root) throws -> Void
    ) async throws -> Executed<Model> where Model == AggregateFold<Root> {
        try await update(id, key: key, refusals: refusals, because: cause) { state in
            var root = state
            try change(&root)
            return root.changes.events
        }
    }
}
