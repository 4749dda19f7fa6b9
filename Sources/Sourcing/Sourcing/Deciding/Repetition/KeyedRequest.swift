internal import Daybook
internal import DaybookBytes
internal import DaybookCoding

/// A request that has a key: decided once, and answered as the first time from then on.
struct KeyedRequest<Refusal: Error & Codable>: Sendable {
    let log: CommandLog
    /// The client's own name of it.
    let key: String
    /// The key of its record.
    let name: String
    /// Of what is asked for; nil where nothing can be said of it.
    let digest: UInt64?
    /// How long its outcome is kept.
    let retention: Duration

    /// What became of it the first time, and the condition under which that is recorded otherwise.
    /// - Throws: the refusal that is kept; `keyReused`.
    func kept(at place: @autoclosure () -> String) async throws -> CommandLog.Kept {
        let kept = try await log.kept(name)
        guard let outcome = kept.outcome else { return kept }
        try check(outcome, place())
        log.store.observe(.repeated(place: place(), key: key))
        if let refusal = outcome.refusal { throw try decode(refusal) }
        return kept
    }

    /// Waits for the next attempt where somebody was quicker.
    /// - Throws: any other error; `contended`; `CancellationError`.
    func pause(
        _ attempt: inout Int, after error: StoreError, at place: @autoclosure () -> String
    ) async throws {
        guard [.wrongRevision, .conflict, .wrongToken].contains(error.code) else { throw error }
        try await log.store.pause(&attempt, place())
    }

    /// What was decided, and what is kept of it: as far as it can be said before, or why it is not done.
    /// - Throws: what is not done, and is not kept either.
    func outcome<Decided>(
        of decided: Result<[Decided], any Error>
    ) throws -> (events: [Decided], outcome: CommandOutcome, refusal: Refusal?) {
        let now = log.store.now().microseconds
        var outcome = CommandOutcome(
            until: Timestamp(microseconds: now + retention.microseconds), digest: digest)
        do { return (try decided.get(), outcome, nil) } catch {
            guard let refusal = error as? Refusal else { throw error }
            try outcome.refuse(refusal)
            return ([], outcome, refusal)
        }
    }

    func record(
        _ outcome: CommandOutcome, _ condition: SystemRecord.Condition
    ) throws -> SystemRecord {
        try log.record(outcome, name, condition)
    }

    private func check(_ outcome: CommandOutcome, _ place: String) throws {
        guard let first = outcome.digest, let digest, first != digest else { return }
        throw SourcingError(
            .keyReused, "Key '\(key)' was used for something else",
            why: "what was asked for first under it is not what is asked for now",
            remedy: "Draw a new key for each request, and send the very same again under it only.",
            place: place)
    }

    private func decode(_ refusal: [UInt8]) throws -> Refusal {
        do {
            return try PayloadDecoder(.cbor).decode([Refusal].self, from: refusal.rawSpan)[0]
        } catch {
            throw SourcingError.unreadableOutcome(error, owner: log.owner, key: name)
        }
    }
}

extension Duration {
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let most = Int64.max / 4_000_000
        return min(max(seconds, -most), most) * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
