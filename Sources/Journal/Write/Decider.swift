internal import Daybook

/// Decides an append: a pure function of the journal before it (the facts, and what was decided since, in the
/// overlay) and of the append itself. No clock, no disk, no configuration of this machine.
struct Decider {
    private let idempotencyWalkMax: Int
    private let conditionCandidatesMax: Int
    private let idempotencyWindow: Int

    init(_ options: JournalOptions) {
        idempotencyWalkMax = options.idempotencyWalkMax
        conditionCandidatesMax = options.conditionCandidatesMax
        idempotencyWindow = options.idempotencyWindow
    }

    /// The order: an earlier try of the same append, its streams, its query, its mark, its records.
    ///
    /// - Parameter streams: what the overlay knows of its streams after the facts.
    func decide(
        _ encoded: EncodedAppend, _ streams: [StreamFacts], _ facts: Facts, _ overlay: Overlay
    ) -> Decision {
        guard facts.frame >= overlay.floor else { return .resolveAgain }
        do throws(StoreError) {
            if let condition = encoded.queryCondition, condition.after > overlay.head {
                throw .beyondHead(condition.after, head: overlay.head)
            }
            let isTooBroad = isTooBroad(encoded, facts, overlay)
            let places = places(of: encoded, streams, facts, overlay, byQuery: !isTooBroad)
            if isTooBroad {
                try checkIsFound(encoded, places)
            } else {
                try checkAge(encoded, places, facts, overlay)
            }
            if let appended = try encoded.repeated(at: places) {
                return .duplicate(appended)
            }
            try checkStreams(encoded, streams)
            try checkQuery(encoded, facts, overlay)
            try checkTracking(encoded, facts, overlay)
            try checkRecords(encoded, facts, overlay)
            return .accept
        } catch {
            return .refuse(Self.withState(error, encoded, streams))
        }
    }

    /// An append of which some was recorded before is told how its stream is.
    private static func withState(
        _ error: StoreError, _ encoded: EncodedAppend, _ facts: [StreamFacts]
    ) -> StoreError {
        guard error.code == .partialDuplicate, let name = error.stream,
            let place = encoded.streams.firstIndex(where: { $0.name.isSpelled(as: name) })
        else { return error }
        return error.with(actual: facts[place].state)
    }

    /// Where each event stands already, by the rule of its stream; empty where none does.
    /// - Parameter byQuery: also where only the query led to it.
    private func places(
        of encoded: EncodedAppend, _ streams: [StreamFacts], _ facts: Facts, _ overlay: Overlay,
        byQuery: Bool
    ) -> [RecordedPlace?] {
        guard encoded.eventCount > 0 else { return [] }
        if case .deletion = encoded.kind { return [] }
        // By stream, the revision at which an earlier try of its next event would stand.
        var next = encoded.streams.indices.map { index in
            encoded.streams[index].condition?.repeatedFrom(reopened: streams[index].reopened)
        }
        // Where every stream's rule points behind its last event there is nothing to look for.
        let mayStand = encoded.streams.indices.contains { index in
            guard encoded.streams[index].isWritten else { return false }
            return next[index].map { $0 < streams[index].next } ?? true
        }
        if !mayStand { return [] }
        let recentlyDecided = overlay.mayStand(encoded)
        var places: [RecordedPlace?] = []
        for index in 0..<encoded.eventCount {
            let id = encoded.id(of: index)
            let stream = encoded.stream(of: index)
            var place: RecordedPlace?
            if let revision = next[stream] {
                if revision < facts.streams[stream].next {
                    place = index < facts.places.count ? facts.places[index] : nil
                } else if revision < streams[stream].next {
                    place = overlay.find(id, encoded.streams[stream], revision: revision)
                }
                next[stream] = revision &+ 1
            } else {
                let recent = index < facts.recent.count ? facts.recent[index] : nil
                if recentlyDecided.isEmpty || recentlyDecided[index] {
                    place = overlay.find(id, stream: encoded.streams[stream].hash)
                }
                place = place ?? recent
                // What was found within the window may have left it since.
                if let found = place,
                    found.position + Position(idempotencyWindow) <= overlay.head
                {
                    place = nil
                }
                if place == nil && byQuery && index < facts.places.count {
                    place = facts.places[index]
                }
            }
            if place == nil { continue }
            if places.isEmpty { places = Array(repeating: nil, count: encoded.eventCount) }
            places[index] = place
        }
        return places
    }

    /// Whether the query of an append has too many candidates behind its position, whenever its facts were found out.
    private func isTooBroad(_ encoded: EncodedAppend, _ facts: Facts, _ overlay: Overlay) -> Bool {
        guard let condition = encoded.queryCondition else { return false }
        let after = max(condition.after, facts.head)
        // More than there are events no item can have.
        let recentMax = condition.query.items.count * Int(overlay.head - after)
        if facts.candidates.total + recentMax <= conditionCandidatesMax { return false }
        let recent = overlay.candidates(condition.query, after: after)
        return (facts.candidates + recent).total > conditionCandidatesMax
    }

    /// A condition that cannot be checked need not be where the append was made before.
    private func checkIsFound(
        _ encoded: EncodedAppend, _ places: [RecordedPlace?]
    ) throws(StoreError) {
        if !places.isEmpty && places.allSatisfy({ $0 != nil }) { return }
        let after = encoded.queryCondition?.after ?? 0
        throw .conditionTooBroad(after: after, limit: conditionCandidatesMax)
    }

    /// An event that would be found among those that match the query, and was not, may stand further back
    /// than anybody looked.
    private func checkAge(
        _ encoded: EncodedAppend, _ places: [RecordedPlace?], _ facts: Facts, _ overlay: Overlay
    ) throws(StoreError) {
        guard let condition = encoded.queryCondition else { return }
        let after = max(condition.after, facts.head)
        // More than there are events cannot match.
        if facts.matches + Int(overlay.head - after) <= idempotencyWalkMax { return }
        let isFound = (0..<encoded.eventCount).allSatisfy { entry in
            let rule = encoded.streams[encoded.stream(of: entry)].condition
            return rule?.repeatedFrom(reopened: 0) != nil
                || (!places.isEmpty && places[entry] != nil)
        }
        if isFound { return }
        let recent = overlay.matchCount(condition.query, after: after, max: idempotencyWalkMax)
        if facts.matches + recent > idempotencyWalkMax {
            throw .conditionTooOld(after: condition.after)
        }
    }

    private func checkStreams(_ encoded: EncodedAppend, _ facts: [StreamFacts]) throws(StoreError) {
        if case .deletion(let deletion, let name) = encoded.kind {
            for (stream, facts) in zip(encoded.streams, facts) where stream.name.isSpelled(as: name)
            {
                try deletion.check(name, in: facts.state, expecting: stream.condition ?? .any)
            }
            return
        }
        for (stream, facts) in zip(encoded.streams, facts) {
            try stream.condition?.check(stream.name, in: facts.state, isWritten: stream.isWritten)
        }
    }

    private func checkQuery(
        _ encoded: EncodedAppend, _ facts: Facts, _ overlay: Overlay
    ) throws(StoreError) {
        guard let condition = encoded.queryCondition else { return }
        let after = max(condition.after, facts.head)
        let recent =
            facts.conflict == nil ? overlay.firstMatch(condition.query, after: after) : nil
        guard let found = facts.conflict ?? recent else { return }
        throw .conflict(at: found, after: condition.after)
    }

    private func checkTracking(
        _ encoded: EncodedAppend, _ facts: Facts, _ overlay: Overlay
    ) throws(StoreError) {
        guard let mark = encoded.tracking else { return }
        let actual = (overlay.tracking(mark.consumer) ?? facts.tracking)?.token
        if actual != mark.from {
            throw .wrongToken(consumer: mark.consumer, expected: mark.from, actual: actual)
        }
    }

    private func checkRecords(
        _ encoded: EncodedAppend, _ facts: Facts, _ overlay: Overlay
    ) throws(StoreError) {
        for (index, record) in encoded.systemRecords.enumerated() {
            let key = RecordKey(record.owner, record.key)
            let actual = overlay.record(key) ?? facts.records[index]
            let isMet =
                switch record.condition {
                case .any: true
                case .none: actual == nil
                case .sequence(let expected): actual == expected
                }
            if !isMet {
                throw .wrongToken(
                    owner: record.owner, key: record.key, expected: record.condition, actual: actual
                )
            }
        }
    }
}
