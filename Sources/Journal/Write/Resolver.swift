internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Finds out, off the writer's thread, what deciding an append needs to know.
struct Resolver: Sendable {
    let view: JournalView

    /// The facts of this moment. Work is bounded: index look-ups by stream, term and key, and the reading of at
    /// most as many events as the append has, or `idempotencyWalkMax`.
    /// - Throws: `wouldBlock` where events have to be read that are not in memory.
    func resolve(_ encoded: EncodedAppend, _ mode: ReadMode) throws(ReadFailure) -> Facts {
        var facts = look(encoded)
        try findEarlierTry(of: encoded, &facts, mode)
        return facts
    }

    /// What the index says, all at one moment.
    private func look(_ encoded: EncodedAppend) -> Facts {
        view.index.withLock { content in
            var facts = Facts()
            facts.frame = content.frame
            facts.head = content.position
            facts.streams.reserveCapacity(encoded.streams.count)
            for stream in encoded.streams {
                facts.streams.append(content.events.facts(stream.bytes.rawSpan) ?? StreamFacts())
            }
            if let condition = encoded.append.queryCondition {
                facts.conflict = content.events.firstMatch(
                    condition.query, after: condition.after, upTo: content.position)
            }
            if let mark = encoded.append.tracking {
                facts.tracking = content.tracking[mark.consumer]
            }
            for record in encoded.append.records {
                facts.records.append(content.records[record.owner]?[record.key]?.sequence)
            }
            return facts
        }
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
            facts.matches = try count(condition, upTo: facts.head, max: walkMax)
        }
        // Within the window of ids nothing has to be read, but for what may leave it before the append is decided.
        let window = Position(view.options.idempotencyWindow)
        let known = window > undecided ? window - undecided : 0
        guard facts.head > known, condition.after < facts.head - known else { return }
        try walk(condition, upTo: facts.head - known, encoded, &facts, mode)
    }

    private func count(
        _ condition: QueryCondition, upTo last: Position, max: Int
    ) throws(ReadFailure) -> Int {
        if condition.query.items.isEmpty {
            return view.index.withLock {
                $0.events.matchCount(.all, after: condition.after, upTo: last, max: max)
            }
        }
        var count = 0
        var after = condition.after
        while after < last {
            let chunk = view.index.positions(
                IndexRequest(condition.query, in: after + 1...last, limit: 4096))
            count += chunk.positions.count
            if chunk.isEnd || count > max { break }
            after = chunk.lookedAt
        }
        return count
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
        while after < last && walked <= view.options.idempotencyWalkMax {
            let batch: EventBatch
            if condition.query.items.isEmpty {
                batch = try view.batch(from: after + 1, upTo: last, mode)
                after += Position(batch.count)
            } else {
                let chunk = view.index.positions(
                    IndexRequest(
                        condition.query, in: after + 1...last,
                        limit: view.options.readScatteredEventsMax))
                if chunk.positions.isEmpty { return }
                batch = try view.batch(at: chunk.positions, mode)
                let isWhole = batch.count == chunk.positions.count
                after = isWhole && chunk.isEnd ? last : chunk.positions[batch.count - 1]
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
        }
    }
}

extension Facts {
    fileprivate mutating func set(
        _ entry: Int, _ place: RecordedPlace, of encoded: EncodedAppend
    ) {
        if places.isEmpty { places = Array(repeating: nil, count: encoded.eventCount) }
        places[entry] = place
    }
}
