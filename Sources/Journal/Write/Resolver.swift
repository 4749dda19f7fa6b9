internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Finds out, off the writer's thread, what deciding an append needs to know.
struct Resolver: Sendable {
    let view: JournalView

    /// The facts of this moment. Work is bounded: index look-ups by stream, term and key, a walk over at most
    /// `conditionCandidatesMax` events in the index, and the reading of at most as many events as the append has, or
    /// `idempotencyWalkMax`.
    /// - Throws: `wouldBlock` where events have to be read that are not in memory, and where one look into the
    ///   index is not enough.
    func resolve(_ encoded: EncodedAppend, _ mode: ReadMode) throws(ReadFailure) -> Facts {
        var facts = try look(encoded, mode)
        try findEarlierTry(of: encoded, &facts, mode)
        return facts
    }

    /// What the index says, all at one moment.
    ///
    /// A query may need many looks, between which the index goes on. What was looked through stays looked through, so
    /// the moment is that of the last look: the one that comes to a match, or to the head.
    private func look(
        _ encoded: EncodedAppend, _ mode: ReadMode
    ) throws(ReadFailure) -> Facts {
        var lookedAt = encoded.append.queryCondition?.after ?? 0
        while true {
            let facts = view.index.withLock { content -> Facts? in
                var facts = Facts()
                if let condition = encoded.append.queryCondition {
                    facts.candidates = content.events.candidates(
                        condition.query, after: condition.after, upTo: content.position)
                    if facts.candidates.total <= view.options.conditionCandidatesMax {
                        let isDone = lookUp(
                            condition.query, behind: &lookedAt, in: content, &facts)
                        if !isDone { return nil }
                    }
                }
                facts.take(encoded, from: content)
                return facts
            }
            if let facts { return facts }
            try goOn(mode)
        }
    }

    /// Looks for a conflict behind a position, for as long as the index may be held; whether that was enough.
    private func lookUp(
        _ query: Query, behind lookedAt: inout Position, in content: MemoryIndex.Content,
        _ facts: inout Facts
    ) -> Bool {
        guard lookedAt < content.position else { return true }
        if query.items.isEmpty {
            facts.conflict = content.events.firstMatch(
                query, after: lookedAt, upTo: content.position)
            return true
        }
        var request = IndexRequest(query, in: lookedAt + 1...content.position, limit: 1)
        request.stepsMax = view.options.indexStepsMax
        let chunk = content.events.positions(request)
        lookedAt = chunk.lookedAt
        facts.conflict = chunk.positions.first
        return facts.conflict != nil || lookedAt == content.position
    }

    /// What takes more than one look is done where it may take its time.
    private func goOn(_ mode: ReadMode) throws(ReadFailure) {
        if mode == .cachedOnly { throw .wouldBlock }
    }

    /// Looks for the events of an append where its conditions say that an earlier try of it would stand.
    private func findEarlierTry(
        of encoded: EncodedAppend, _ facts: inout Facts, _ mode: ReadMode
    ) throws(ReadFailure) {
        if case .deletion = encoded.kind { return }
        try findByRevision(encoded, &facts, mode)
        if facts.conflict != nil { try findByQuery(encoded, &facts, mode) }
    }

    /// `.revision`, `.none` and `.softDeleted` say at which revisions.
    private func findByRevision(
        _ encoded: EncodedAppend, _ facts: inout Facts, _ mode: ReadMode
    ) throws(ReadFailure) {
        for (number, stream) in encoded.streams.enumerated() where stream.isWritten {
            let known = facts.streams[number]
            guard let from = stream.condition?.repeatedFrom(reopened: known.reopened),
                from < known.next
            else { continue }
            let entries = encoded.append.entries.indices.filter { encoded.stream(of: $0) == number }
            let end = min(from + Revision(entries.count), known.next)
            let found = view.index.positions(stream: stream.name, revisions: from..<end)
            var rest = found.positions[...]
            while !rest.isEmpty {
                let positions = Array(rest.prefix(view.options.readScatteredEventsMax))
                let batch = try view.batch(at: positions, mode)
                rest = rest.dropFirst(batch.count)
                batch.forEach { event in
                    let entry = entries[Int(event.revision - from)]
                    let place = RecordedPlace(position: event.position, revision: event.revision)
                    if event.id == encoded.append.entries[entry].event.id {
                        facts.set(entry, place, of: encoded)
                    }
                }
            }
        }
    }

    /// A query condition says: among the events that match it behind its position.
    private func findByQuery(
        _ encoded: EncodedAppend, _ facts: inout Facts, _ mode: ReadMode
    ) throws(ReadFailure) {
        guard let condition = encoded.append.queryCondition, facts.head > condition.after else {
            return
        }
        // What is decided before this append may match as well, and is counted then.
        let walkMax = view.options.idempotencyWalkMax
        let undecided = Position(2 * view.options.overlayEventsMax)
        if facts.head + undecided - condition.after > Position(walkMax) {
            facts.matches = try count(condition, upTo: facts.head, max: walkMax, mode)
        }
        // Within the window of ids nothing has to be read, but for what may leave it before the append is decided.
        let window = Position(view.options.idempotencyWindow)
        let known = window > undecided ? window - undecided : 0
        guard facts.head > known, condition.after < facts.head - known else { return }
        try walk(condition, upTo: facts.head - known, encoded, &facts, mode)
    }

    private func count(
        _ condition: QueryCondition, upTo last: Position, max: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> Int {
        if condition.query.items.isEmpty {
            return view.index.withLock {
                $0.events.matchCount(.all, after: condition.after, upTo: last, max: max)
            }
        }
        var count = 0
        var after = condition.after
        while true {
            let chunk = view.positions(
                IndexRequest(condition.query, in: after + 1...last, limit: .max))
            count += chunk.positions.count
            after = chunk.lookedAt
            if after == last || count > max { return count }
            try goOn(mode)
        }
    }

    private func walk(
        _ condition: QueryCondition, upTo last: Position, _ encoded: EncodedAppend,
        _ facts: inout Facts, _ mode: ReadMode
    ) throws(ReadFailure) {
        var entries: [EventID: [Int]] = [:]
        for (index, entry) in encoded.append.entries.enumerated() {
            entries[entry.event.id, default: []].append(index)
        }
        var after = condition.after
        var walked = 0
        while true {
            let batch: EventBatch
            if condition.query.items.isEmpty {
                batch = try view.batch(from: after + 1, upTo: last, mode)
                after += Position(batch.count)
            } else {
                (batch, after) = try view.batch(
                    IndexRequest(condition.query, in: after + 1...last, limit: .max), mode)
            }
            walked += batch.count
            batch.forEach { event in
                let place = RecordedPlace(position: event.position, revision: event.revision)
                for entry in entries[event.id] ?? [] {
                    let stream = encoded.streams[encoded.stream(of: entry)]
                    let isByQuery = stream.condition?.repeatedFrom(reopened: 0) == nil
                    if isByQuery && event.streamBytes.isEqual(to: stream.bytes.rawSpan) {
                        facts.set(entry, place, of: encoded)
                    }
                }
            }
            if after == last || walked > view.options.idempotencyWalkMax { return }
            try goOn(mode)
        }
    }
}

extension Facts {
    /// What is known of the streams, the consumer and the keys of an append.
    fileprivate mutating func take(
        _ encoded: EncodedAppend, from content: MemoryIndex.Content
    ) {
        frame = content.frame
        head = content.position
        streams.reserveCapacity(encoded.streams.count)
        for stream in encoded.streams {
            streams.append(content.events.facts(stream.bytes.rawSpan) ?? StreamFacts())
        }
        if let mark = encoded.append.tracking { tracking = content.tracking[mark.consumer] }
        for record in encoded.append.records {
            records.append(content.records[record.owner]?[record.key]?.sequence)
        }
    }

    fileprivate mutating func set(
        _ entry: Int, _ place: RecordedPlace, of encoded: EncodedAppend
    ) {
        if places.isEmpty { places = Array(repeating: nil, count: encoded.eventCount) }
        places[entry] = place
    }
}
