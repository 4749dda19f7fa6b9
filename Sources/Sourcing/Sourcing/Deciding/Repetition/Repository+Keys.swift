internal import Daybook
internal import DaybookBytes
internal import DaybookCoding

extension Repository where Model: Decider, Model.Refusal: Codable {
    /// Has a command decided once, however often it is sent: under the same key it is answered as the first time, a refusal
    /// and a command that led to nothing as well.
    ///
    /// Where the events it led to are gone by now, it is answered by the state as it is.
    ///
    /// The outcome is recorded with the events, in the same append, and kept for `RepositoryOptions.outcomeRetention`.
    /// - Parameters:
    ///   - command: What is asked for.
    ///   - id: Of what it is about: what its stream is called behind the category.
    ///   - key: The client's own name of the request, the same each time it is sent, at most some 900 bytes: a random number
    ///     that was drawn before the first try.
    ///   - cause: Why; nil: as the task says, see ``Cause``.
    /// - Returns: the state behind what was decided, and what was recorded; as the first time where it was done before.
    /// - Throws: as ``execute(_:on:because:)``.
    @discardableResult
    public func execute(
        _ command: Model.Command, on id: String, key: String, because cause: Cause? = nil
    ) async throws -> Executed<Model> {
        let stream = stream(id)
        let cause = Cause.of(cause, key: key)
        var attempt = 1
        while true {
            let kept = try await commands.kept(id, key, at: store.now())
            if let outcome = kept.outcome {
                store.observe(.repeated(stream: stream, key: key))
                return try await repeated(outcome, stream)
            }
            // Only what rests on the last state is kept.
            let loaded = try await reload(stream)
            do {
                return try await decideOnce(command, on: id, key, loaded, cause, kept.condition)
            } catch let error as StoreError
                where error.code == .wrongRevision || error.code == .wrongToken
            {
                try await store.pause(&attempt, "stream '\(stream)'")
            }
        }
    }

    private func decideOnce(
        _ command: Model.Command, on id: String, _ key: String, _ loaded: Loaded<Model.State>,
        _ cause: Cause,
        _ condition: SystemRecord.Condition
    ) async throws -> Executed<Model> {
        let until = Timestamp(
            microseconds: store.now().microseconds + options.outcomeRetention.microseconds)
        func kept(_ outcome: CommandOutcome) throws -> [SystemRecord] {
            [try commands.record(outcome, id, key, condition)]
        }
        let decided: [Model.Event]
        do throws(Model.Refusal) { decided = try model.decide(command, loaded.state) } catch {
            let refusal = try PayloadEncoder(.cbor).encode([error])
            try await append(
                [], to: stream(id), behind: loaded, cause,
                try kept(CommandOutcome(until: until, refusal: refusal)))
            throw error
        }
        let last = loaded.next + Revision(decided.count)
        let revisions = decided.isEmpty ? nil : loaded.next...last - 1
        return try await append(
            decided, to: stream(id), behind: loaded, cause,
            try kept(CommandOutcome(until: until, revisions: revisions)))
    }

    /// What was answered the first time.
    private func repeated(_ outcome: CommandOutcome, _ stream: String) async throws -> Executed<
        Model
    > {
        if let refusal = outcome.refusal {
            // An array of one: a refusal may be a bare value, which some coders take inside others only.
            throw try PayloadDecoder(.cbor).decode([Model.Refusal].self, from: refusal.rawSpan)[0]
        }
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
}

extension Repository {
    /// Removes the outcomes of commands that were kept long enough.
    /// - Returns: how many.
    /// - Throws: what the store says.
    @discardableResult
    public func forgetOutcomes() async throws -> Int {
        try await commands.forget(before: store.now())
    }
}

extension Duration {
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let most = Int64.max / 4_000_000
        return min(max(seconds, -most), most) * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
