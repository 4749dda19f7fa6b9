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
    /// Its parts do not change any more, and are asked first; then the recent events, all at once. A query may need
    /// many looks, between which the index goes on. What was looked through stays looked through, so the moment is
    /// that of the last look: the one that comes to a match, or to the head.
    private func look(
        _ encoded: EncodedAppend, _ mode: ReadMode
    ) throws(ReadFailure) -> Facts {
        var lookedAt = encoded.queryCondition?.after ?? 0
        var counting = Candidates.Counting.firstTerm
        while true {
            let before = counting
            let older = try older(encoded, &lookedAt, counting, mode)
            let facts = view.index.withLock { content -> Facts? in
                if content.partsFrame != older.frame { return nil }
                return look(encoded, &lookedAt, older, &counting, &content)
            }
            if let facts { return facts }
            if counting == before { try goOn(mode) }
        }
    }

    /// What the parts of the index say.
    private struct Older {
        /// The last frame they cover.
        var frame: UInt64 = 0
        /// By stream of the append; nil where it is known with the recent events, and empty where all are.
        var streams: [StreamFacts?] = []
        var tracking: TrackingToken?
        var records: [UInt64?] = []
        var candidates: Candidates?
        var conflict: Position?
    }

    /// Asks the parts of the index for what the recent events cannot say; looks for a conflict behind a position.
    private func older(
        _ encoded: EncodedAppend, _ lookedAt: inout Position, _ counting: Candidates.Counting,
        _ mode: ReadMode
    ) throws(ReadFailure) -> Older {
        let (parts, areKnown, knowsMark) = view.index.withLock { content in
            (
                IndexParts(all: content.parts, index: view.index),
                content.parts.isEmpty ? nil : content.recent.known(of: encoded.streams),
                encoded.tracking.map { content.values.tracking($0.consumer) != nil } ?? true
            )
        }
        var older = Older()
        if parts.all.isEmpty { return older }
        older.frame = parts.frame
        if let areKnown {
            older.streams = try parts.facts(of: encoded.streams, but: areKnown, mode)
        }
        if let mark = encoded.tracking, !knowsMark {
            older.tracking = try parts.tracking(mark.consumer, mode)
        }
        for record in encoded.systemRecords {
            older.records.append(
                try parts.record(RecordKey(record.owner, record.key), mode)?.sequence)
        }
        if let condition = encoded.queryCondition {
            try lookUp(condition, &lookedAt, in: parts, &older, counting, mode)
        }
        return older
    }

    /// Looks for a conflict in the parts, all through them.
    private func lookUp(
        _ condition: QueryCondition, _ lookedAt: inout Position, in parts: IndexParts,
        _ older: inout Older, _ counting: Candidates.Counting, _ mode: ReadMode
    ) throws(ReadFailure) {
        guard condition.after < parts.end else { return }
        if condition.query.items.isEmpty {
            older.conflict = try parts.firstOrdinary(after: lookedAt, mode)
            // A conflict is found again, should the parts change before the last look.
            if older.conflict == nil { lookedAt = parts.end }
            return
        }
        older.candidates = try parts.candidates(
            condition.query, after: condition.after, counting, mode)
        if older.candidates?.isNone == true { lookedAt = max(lookedAt, parts.end) }
        let candidatesMax = view.options.conditionCandidatesMax
        while lookedAt < parts.end, older.candidates?.total ?? 0 <= candidatesMax {
            var request = IndexRequest(condition.query, in: lookedAt + 1...parts.end, limit: 1)
            request.stepsMax = view.options.indexStepsMax
            let chunk = try parts.chunk(request, mode)
            older.conflict = chunk.positions.first
            if older.conflict != nil { return }
            lookedAt = chunk.lookedAt
            if lookedAt < parts.end { try goOn(mode) }
        }
    }

    /// The last look, into the recent events; nil if that was not enough.
    private func look(
        _ encoded: EncodedAppend, _ lookedAt: inout Position, _ older: Older,
        _ counting: inout Candidates.Counting, _ content: inout JournalIndex.Content
    ) -> Facts? {
        var facts = Facts()
        if let condition = encoded.queryCondition {
            let recent = content.recent.candidates(
                condition.query, after: condition.after, upTo: content.position, counting)
            facts.candidates = older.candidates.map { $0 + recent } ?? recent
            if counting == .firstTerm && !isEnough(facts.candidates, for: condition.query) {
                counting = .everyTerm
                return nil
            }
            facts.conflict = older.conflict
            if recent.isNone {
                lookedAt = max(lookedAt, content.position)
            } else if facts.candidates.total <= view.options.conditionCandidatesMax,
                facts.conflict == nil
            {
                let isDone = lookUp(condition.query, behind: &lookedAt, in: content, &facts)
                if !isDone { return nil }
            }
        }
        facts.take(encoded, from: &content, older.streams, older.tracking, older.records)
        return facts
    }

    /// Whether counts of one term of each item tell that a query is not too broad, whatever is decided until the append
    /// is: the overlay holds no more than its two halves, each of which may be one append.
    private func isEnough(_ candidates: Candidates, for query: Query) -> Bool {
        let halfMax = max(view.options.overlayEventsMax, Limits.appendEventsMax)
        let undecidedMax = query.items.count * 2 * halfMax
        return candidates.total + undecidedMax <= view.options.conditionCandidatesMax
    }

    /// Looks for a conflict behind a position, for as long as the index may be held; whether that was enough.
    private func lookUp(
        _ query: Query, behind lookedAt: inout Position, in content: JournalIndex.Content,
        _ facts: inout Facts
    ) -> Bool {
        guard lookedAt < content.position else { return true }
        if query.items.isEmpty {
            facts.conflict = content.recent.firstMatch(
                query, after: lookedAt, upTo: content.position)
            return true
        }
        var request = IndexRequest(query, in: lookedAt + 1...content.position, limit: 1)
        request.stepsMax = view.options.indexStepsMax
        let chunk = content.recent.positions(request)
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
        try findByID(encoded, &facts, mode)
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
            let entries = (0..<encoded.eventCount).filter { encoded.stream(of: $0) == number }
            let end = min(from + Revision(entries.count), known.next)
            let found = try view.index.positions(
                stream: stream.name, revisions: from..<end, mode)
            var rest = found.positions[...]
            while !rest.isEmpty {
                let positions = Array(rest.prefix(view.options.readScatteredEventsMax))
                let batch = try view.batch(at: positions, mode)
                rest = rest.dropFirst(batch.count)
                batch.forEach { event in
                    let entry = entries[Int(event.revision - from)]
                    let place = RecordedPlace(position: event.position, revision: event.revision)
                    if event.id == encoded.id(of: entry) {
                        facts.set(entry, place, of: encoded)
                    }
                }
            }
        }
    }

    /// Without another rule an event is looked for among the last ones: where it may stand is read.
    private func findByID(
        _ encoded: EncodedAppend, _ facts: inout Facts, _ mode: ReadMode
    ) throws(ReadFailure) {
        var hashes: [(index: Int, hash: UInt64)] = []
        for index in 0..<encoded.eventCount {
            let number = encoded.stream(of: index)
            let hasRule = encoded.streams[number].condition?.repeatedFrom(reopened: 0) != nil
            if hasRule || facts.streams[number].next == 0 { continue }
            let hash = IDHash.hash(encoded.id(of: index), stream: encoded.streams[number].hash)
            hashes.append((index, hash))
        }
        if hashes.isEmpty { return }
        guard let ids = view.ids else { return }
        let candidates = try ids.candidates(for: hashes, mode)
        var rest = candidates.filter { $0.position <= facts.head }[...]
        while !rest.isEmpty {
            let some = rest.prefix(view.options.readScatteredEventsMax)
            let batch = try view.batch(at: some.map(\.position), mode)
            for (number, (entry, _)) in some.prefix(batch.count).enumerated() {
                let event = batch.view(at: number)
                let stream = encoded.streams[encoded.stream(of: entry)]
                guard event.id == encoded.id(of: entry),
                    event.streamBytes.isEqual(to: stream.bytes.rawSpan)
                else { continue }
                facts.setRecent(
                    entry, RecordedPlace(position: event.position, revision: event.revision),
                    of: encoded)
            }
            rest = rest.dropFirst(batch.count)
        }
    }

    /// A query condition says: among the events that match it behind its position.
    private func findByQuery(
        _ encoded: EncodedAppend, _ facts: inout Facts, _ mode: ReadMode
    ) throws(ReadFailure) {
        guard let condition = encoded.queryCondition, facts.head > condition.after else {
            return
        }
        // What is decided before this append may match as well, and is counted then.
        let walkMax = view.options.idempotencyWalkMax
        let undecided = Position(2 * view.options.overlayEventsMax)
        if facts.head + undecided - condition.after > Position(walkMax) {
            facts.matches = try count(condition, upTo: facts.head, max: walkMax, mode)
        }
        // Within the window ids have told already; what may leave it before the append is decided is walked.
        let window = Position(view.options.idempotencyWindow)
        let known = window > undecided ? window - undecided : 0
        guard facts.head > known, condition.after < facts.head - known else { return }
        try walk(condition, upTo: facts.head - known, encoded, &facts, mode)
    }

    private func count(
        _ condition: QueryCondition, upTo last: Position, max: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> Int {
        if condition.query.items.isEmpty {
            return try view.index.ordinaryCount(after: condition.after, upTo: last, mode)
        }
        var count = 0
        var after = condition.after
        while true {
            let chunk = try view.positions(
                IndexRequest(condition.query, in: after + 1...last, limit: .max), mode)
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
        for index in 0..<encoded.eventCount {
            entries[encoded.id(of: index), default: []].append(index)
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
    ///
    /// - Parameter streams: by the parts; it is kept with the recent events for the next append.
    fileprivate mutating func take(
        _ encoded: EncodedAppend, from content: inout JournalIndex.Content,
        _ older: [StreamFacts?], _ tracking: TrackingToken?, _ records: [UInt64?]
    ) {
        frame = content.frame
        head = content.position
        streams.reserveCapacity(encoded.streams.count)
        for (number, stream) in encoded.streams.enumerated() {
            let name = stream.bytes.rawSpan
            if number < older.count, let known = older[number] {
                streams.append(content.recent.learn(name, hash: stream.hash, known))
            } else {
                streams.append(content.recent.facts(name, hash: stream.hash) ?? StreamFacts())
            }
        }
        if let mark = encoded.tracking {
            self.tracking = content.values.tracking(mark.consumer) ?? tracking
        }
        for (number, record) in encoded.systemRecords.enumerated() {
            if let recent = content.values.record(RecordKey(record.owner, record.key)) {
                self.records.append(recent?.sequence)
            } else {
                self.records.append(number < records.count ? records[number] : nil)
            }
        }
    }

    fileprivate mutating func set(
        _ entry: Int, _ place: RecordedPlace, of encoded: EncodedAppend
    ) {
        if places.isEmpty { places = Array(repeating: nil, count: encoded.eventCount) }
        places[entry] = place
    }

    fileprivate mutating func setRecent(
        _ entry: Int, _ place: RecordedPlace, of encoded: EncodedAppend
    ) {
        if recent.isEmpty { recent = Array(repeating: nil, count: encoded.eventCount) }
        if let known = recent[entry], known.position > place.position { return }
        recent[entry] = place
    }
}
