public import Daybook

extension Boundary {
    /// Decides once, however often it is asked for: under the same key it is answered as the first time, also where nothing was
    /// to be done.
    ///
    /// The outcome is recorded with the events, in the same append. With it goes what the decision rests on, the names and the
    /// tags of the parts: the same key for another boundary is an error.
    /// - Parameters:
    ///   - store: Its catalog has a line for each event of the parts, and for each that is decided.
    ///   - key: The client's own name of the request, the same each time it is sent, at most 1,000 bytes: a random number that
    ///     was drawn before the first try. It stands for one decision over all boundaries of the store.
    ///   - refusals: What of the errors of `decide` is kept as well: who is refused by one of this type is refused so again.
    ///     After another one it is decided anew. Nothing unless you say otherwise.
    ///   - retention: How long the outcome is kept. Default 7 days.
    ///   - cause: Why; nil: as the task says, see ``Cause``.
    ///   - decide: As in ``decide(in:because:_:)``.
    /// - Returns: what was recorded, nil where nothing was to be done. Where it is a repetition, `isDuplicate` is true; where
    ///   the stream of the first event is gone by now, there are no `streams`, and the position is that of the last event
    ///   of the journal.
    /// - Throws: as ``decide(in:because:_:)``; `keyReused`.
    @discardableResult
    public func decide<Refusal: Error & Codable>(
        in store: SourcedStore, key: String, refusals: Refusal.Type = Never.self,
        keptFor retention: Duration = .seconds(7 * 86_400), because cause: Cause? = nil,
        _ decide: (repeat (each Part).State) throws -> [Placed]
    ) async throws -> Appended? {
        let cause = Cause.of(cause, key: key)
        let request = KeyedRequest<Refusal>(
            log: CommandLog(ofBoundariesIn: store), key: key, name: key, digest: digest,
            retention: retention)
        let bound = try BoundParts(self, store.catalog)
        let name = bound.name
        let condition = bound.condition
        var attempt = 1
        while true {
            let kept = try await request.kept(at: name)
            if let outcome = kept.outcome {
                return try await outcome.placed?.appended(in: store.store)
            }
            let (result, position) = try await bound.ask(decide, in: store)
            let (decided, outcome, refusal) = try request.outcome(of: result)
            do {
                let appended = try await store.append(
                    decided, cause, unlessAfter: position, matches: condition, at: name
                ) { try request.record(outcome, of: $0, behind: position, kept.condition) }
                if let refusal { throw refusal }
                return decided.isEmpty ? nil : appended
            } catch let error as StoreError {
                try await request.pause(&attempt, after: error, at: name)
            }
        }
    }

    /// Of what a decision rests on.
    private var digest: UInt64 {
        var digest = FNVDigest()
        for part in repeat each parts {
            for text in [type(of: part).name] + part.tags.sorted() {
                digest.add(text)
                digest.add(byte: 0)
            }
        }
        return digest.value
    }
}

extension KeyedRequest {
    /// The record of an outcome that led to these events, in an append.
    fileprivate func record(
        _ outcome: CommandOutcome, of entries: [Append.Entry], behind position: Position,
        _ condition: SystemRecord.Condition
    ) throws -> SystemRecord {
        var outcome = outcome
        if let first = entries.first {
            outcome.placed = PlacedOutcome(
                stream: first.stream, id: first.event.id, after: position, count: entries.count)
        }
        return try record(outcome, condition)
    }
}

extension PlacedOutcome {
    /// What was answered when they were recorded, where the first is still there.
    func appended(in store: any EventStore) async throws -> Appended {
        let head = try await store.head().position
        guard let first = try await first(in: store) else {
            return Appended(
                firstPosition: head, lastPosition: head, streams: [], isDuplicate: true)
        }
        let last = first + Position(count) - 1
        var streams: [Appended.Stream] = []
        let read = Read(from: .position(first), limit: count, includesSystemStreams: true)
        for event in try await store.events(read) where event.position <= last {
            streams.removeAll { $0.name == event.stream }
            streams.append(Appended.Stream(name: event.stream, lastRevision: event.revision))
        }
        return Appended(
            firstPosition: first, lastPosition: last, streams: streams, isDuplicate: true)
    }

    /// The position of the first one; nil where it is gone.
    private func first(in store: any EventStore) async throws -> Position? {
        let read = Read(.stream(stream), from: .position(after + 1))
        var events = store.read(read).makeAsyncIterator()
        do throws(StoreError) {
            while let event = try await events.next() {
                if event.id == id { return event.position }
            }
        } catch {
            if ![.streamNotFound, .streamDeleted].contains(error.code) { throw error }
        }
        return nil
    }
}

extension SourcedStore {
    /// Removes the outcomes of decisions over several things that were kept long enough; see ``OutcomeSweep``.
    /// - Returns: how many.
    @discardableResult
    public func forgetOutcomes() async throws -> Int {
        try await CommandLog(ofBoundariesIn: self).forget()
    }
}
