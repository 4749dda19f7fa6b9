internal import Daybook

extension ModelJournal {
    /// Records an append, or says why not; then nothing has changed.
    mutating func append(_ append: Append, at now: Timestamp) throws(StoreError) -> Appended {
        try append.validate()
        if let condition = append.queryCondition, condition.after > head {
            throw .beyondHead(condition.after, head: head)
        }
        let places = try places(of: append)
        if let condition = append.queryCondition, isTooBroad(condition),
            places.isEmpty || places.contains(where: { $0 == nil })
        {
            throw .conditionTooBroad(after: condition.after, limit: conditionCandidatesMax)
        }
        do throws(StoreError) {
            if let repeated = try append.repeated(at: places) { return repeated }
        } catch { throw error.with(actual: error.stream.map { stream($0).state }) }
        try checkStreams(of: append)
        try checkQuery(of: append)
        try checkTracking(of: append)
        try checkRecords(of: append)
        return record(append, at: now)
    }

    /// Records a deletion, or says why not.
    mutating func delete(
        _ name: String, _ kind: Deletion, expecting condition: StreamCondition, at now: Timestamp
    ) throws(StoreError) -> Position {
        try StreamName.validateDeleted(name)
        try kind.check(name, in: stream(name).state, expecting: condition)
        let type = kind == .soft ? SystemType.softDeleted : SystemType.tombstoned
        let event = Event(type: type)
        return record(Append([event], to: StreamName.metadata(of: name)), at: now).lastPosition
    }

    private mutating func record(_ append: Append, at now: Timestamp) -> Appended {
        let before = head
        let recordedAt = max(now, events.last?.recordedAt ?? now)
        let names = append.writtenStreams
        var next = names.map { stream($0).state.next }
        for entry in append.entries {
            let place = names.firstIndex { $0.isSpelled(as: entry.stream) }!
            events.append(
                RecordedEvent(
                    stream: entry.stream, revision: next[place], position: head + 1,
                    recordedAt: recordedAt, event: entry.event))
            next[place] += 1
        }
        records += append.records
        if let mark = append.tracking { marks.append(mark) }
        return Appended(
            firstPosition: append.entries.isEmpty ? head : before + 1, lastPosition: head,
            streams: zip(names, next).map { Appended.Stream(name: $0, lastRevision: $1 - 1) },
            isDuplicate: false)
    }
}

// Whether it was made before.
extension ModelJournal {
    private func places(of append: Append) throws(StoreError) -> [RecordedPlace?] {
        var places: [RecordedPlace?] = Array(repeating: nil, count: append.entries.count)
        var unknown: [Int] = []
        for name in append.writtenStreams {
            let indices = append.entries.indices.filter {
                append.entries[$0].stream.isSpelled(as: name)
            }
            let condition = append.conditions[name] ?? .any
            if let from = condition.repeatedFrom(reopened: stream(name).reopened) {
                let history = events.filter { $0.stream.isSpelled(as: name) && $0.revision >= from }
                for (index, event) in zip(indices, history)
                where append.entries[index].event.id == event.id {
                    places[index] = RecordedPlace(event)
                }
            } else {
                unknown += indices
            }
        }
        lookUp(&unknown, of: append, among: events.suffix(Limits.idempotencyWindow), &places)
        if let condition = append.queryCondition, !unknown.isEmpty, !isTooBroad(condition) {
            let matching = events(matching: condition)
            if matching.count > Limits.idempotencyWalkMax {
                throw .conditionTooOld(after: condition.after)
            }
            lookUp(&unknown, of: append, among: matching[...], &places)
        }
        return places
    }

    /// Looks for events among others; those found are no longer unknown.
    private func lookUp(
        _ unknown: inout [Int], of append: Append, among events: ArraySlice<RecordedEvent>,
        _ places: inout [RecordedPlace?]
    ) {
        if unknown.isEmpty { return }
        var byID: [EventID: [RecordedEvent]] = [:]
        for event in events { byID[event.id, default: []].append(event) }
        for index in unknown {
            let entry = append.entries[index]
            let last = byID[entry.event.id]?.last { $0.stream.isSpelled(as: entry.stream) }
            places[index] = last.map { RecordedPlace($0) }
        }
        unknown.removeAll { places[$0] != nil }
    }

    private func events(matching condition: QueryCondition) -> [RecordedEvent] {
        events.filter {
            $0.position > condition.after
                && condition.query.matches(
                    stream: $0.stream, type: $0.type, tags: $0.tags, correlation: $0.correlation)
        }
    }
}

// Whether the journal is as the append expects.
extension ModelJournal {
    /// Whether more events have the rarest terms of a condition's items than are looked through.
    private func isTooBroad(_ condition: QueryCondition) -> Bool {
        let behind = events.dropFirst(Int(condition.after))
        let candidates = condition.query.items.map { item in
            let isSystem = item.stream.map(StreamName.isSystem) ?? false
            let terms = item.terms
            if terms.count < 2 { return 0 }
            let shown = behind.filter { StreamName.isSystem($0.stream) == isSystem }
            return terms.map { term in
                shown.count {
                    term.matches(
                        stream: $0.stream, type: $0.type, tags: $0.tags,
                        correlation: $0.correlation)
                }
            }.min() ?? 0
        }
        return candidates.reduce(0, +) > conditionCandidatesMax
    }

    private func checkStreams(of append: Append) throws(StoreError) {
        let written = append.writtenStreams
        for name in written {
            let condition = append.conditions[name] ?? .any
            try condition.check(name, in: stream(name).state, isWritten: true)
        }
        for name in Array(append.conditions.keys).distinctByBytes() where !written.contains(name) {
            let condition = append.conditions[name] ?? .any
            try condition.check(name, in: stream(name).state, isWritten: false)
        }
    }

    private func checkQuery(of append: Append) throws(StoreError) {
        guard let condition = append.queryCondition else { return }
        if let first = events(matching: condition).first {
            throw .conflict(at: first.position, after: condition.after)
        }
    }

    private func checkTracking(of append: Append) throws(StoreError) {
        guard let mark = append.tracking else { return }
        let actual = tracking(mark.consumer)?.token
        if actual != mark.from {
            throw .wrongToken(consumer: mark.consumer, expected: mark.from, actual: actual)
        }
    }

    private func checkRecords(of append: Append) throws(StoreError) {
        for record in append.records {
            let actual = self.record(owner: record.owner, key: record.key)?.sequence
            let isMet =
                switch record.condition {
                case .any: true
                case .none: actual == nil
                case .sequence(let expected): actual == expected
                }
            if !isMet {
                throw .wrongToken(
                    owner: record.owner, key: record.key, expected: record.condition,
                    actual: actual)
            }
        }
    }
}

extension Append {
    /// The streams written, in the order of their first events.
    var writtenStreams: [String] {
        var names: [String] = []
        forEachStream { name, _ in names.append(name) }
        return names
    }
}

extension Query.Item {
    /// What an event has to have, one by one: each tag, the stream, the category, the correlation, any of the
    /// types.
    fileprivate var terms: [Query.Item] {
        var terms = tags.map { Query.Item(tags: [$0]) }
        if let stream { terms.append(Query.Item(stream: stream)) }
        if let category { terms.append(Query.Item(category: category)) }
        if let correlation { terms.append(Query.Item(correlation: correlation)) }
        if !types.isEmpty { terms.append(Query.Item(types: types)) }
        return terms
    }
}

extension RecordedPlace {
    init(_ event: RecordedEvent) {
        self.init(position: event.position, revision: event.revision)
    }
}
