package import Daybook

extension ModelStore {
    /// All events there ever were, as they were.
    var allEvents: [RecordedEvent] {
        get throws(StoreError) { try ask { (journal) in journal.events } }
    }

    /// Positions of events that nobody is shown any more.
    var removed: Set<Position> {
        get throws(StoreError) { try ask { (journal) in journal.removed } }
    }

    /// Takes in what an engine recorded by itself: compaction points.
    package func adopt(_ events: [RecordedEvent]) throws(StoreError) {
        try change { (journal, _) in journal.events += events }
    }

    /// Shows some events to nobody any more.
    package func remove(_ positions: Set<Position>) throws(StoreError) {
        try change { (journal, _) in journal.removed.formUnion(positions) }
    }

    /// What a compaction may remove by the events up to a position, and by ages at an instant.
    func vanishing(
        upTo position: Position, at time: Timestamp
    ) throws(StoreError) -> Set<Position> {
        try ask { (journal) in
            let known = journal.events.prefix(Int(position))
            return Set(known.filter { known.mayVanish($0, at: time) }.map(\.position))
        }
    }
}

extension StreamMetadata {
    /// Whether an event is before what they, said at a position, truncate before.
    func truncates(_ event: RecordedEvent, saidAt position: Position) -> Bool {
        if truncateBefore == Self.truncatesAll { return event.position < position }
        return event.revision < truncateBefore ?? 0
    }
}

extension ArraySlice<RecordedEvent> {
    /// Whether one of these events may vanish where they are all that is known.
    fileprivate func mayVanish(_ event: RecordedEvent, at time: Timestamp) -> Bool {
        if StreamName.isSystem(event.stream) { return false }
        let about = StreamName.metadata(of: event.stream)
        let said = filter { $0.stream.isSpelled(as: about) }
        let deletions = [SystemType.softDeleted, SystemType.tombstoned]
        if said.contains(where: { $0.position > event.position && deletions.contains($0.type) }) {
            return true
        }
        guard let last = said.last(where: { $0.type == SystemType.metadata }),
            let metadata = try? StreamMetadata(decoding: last.data)
        else { return false }
        let later = count { $0.stream.isSpelled(as: event.stream) && $0.revision > event.revision }
        let age = time.microseconds - event.recordedAt.microseconds
        return metadata.truncates(event, saidAt: last.position)
            || later >= metadata.maxCount ?? .max
            || metadata.maxAgeSeconds.map { age > 1_000_000 * Int64($0) } ?? false
    }
}
