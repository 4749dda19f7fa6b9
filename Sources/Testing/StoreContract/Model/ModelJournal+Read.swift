internal import Daybook

extension ModelJournal {
    /// All that a request asks for.
    func events(_ read: Read, at now: Timestamp) throws(StoreError) -> [RecordedEvent] {
        try read.validate()
        var first: Revision = 0
        if case .stream(let name) = read.selection {
            let stream = stream(name)
            switch stream.state {
            case .live: first = firstRevision(of: stream, at: now)
            case .tombstoned: throw .streamDeleted(name, actual: stream.state)
            default: throw .streamNotFound(name, actual: stream.state)
            }
        }
        let inOrder = read.direction == .forwards ? events : events.reversed()
        let found = inOrder.filter { event in
            !removed.contains(event.position)
                && read.selection.holds(event, includesSystemStreams: read.includesSystemStreams)
                && event.revision >= first && read.reaches(event) && read.covers(event)
        }
        return Array(found.prefix(read.limit ?? found.count))
    }
}

extension Selection {
    /// Whether an event is one of those selected.
    func holds(_ event: RecordedEvent, includesSystemStreams: Bool) -> Bool {
        let isShown = includesSystemStreams || !StreamName.isSystem(event.stream)
        switch self {
        case .all: return isShown
        case .stream(let name): return event.stream.isSpelled(as: name)
        case .category(let name):
            guard let category = StreamName.category(of: event.stream) else { return false }
            return isShown && String(category).isSpelled(as: name)
        case .query(let query):
            return query.matches(
                stream: event.stream, type: event.type, tags: event.tags,
                correlation: event.correlation,
                includesSystemStreams: includesSystemStreams)
        }
    }
}

extension Read {
    /// Whether an event lies at or behind the start, in the direction of reading.
    fileprivate func reaches(_ event: RecordedEvent) -> Bool {
        switch (start, direction) {
        case (.end, _): true
        case (.position(let position), .forwards): event.position >= position
        case (.position(let position), .backwards): event.position <= position
        case (.revision(let revision), .forwards): event.revision >= revision
        case (.revision(let revision), .backwards): event.revision <= revision
        case (.time(let time), .forwards): event.recordedAt >= time
        case (.time(let time), .backwards): event.recordedAt <= time
        }
    }

    /// Whether an event occurred within the bounds.
    fileprivate func covers(_ event: RecordedEvent) -> Bool {
        let time = event.occurredAt ?? event.recordedAt
        return time >= occurredSince ?? time && time <= occurredUntil ?? time
    }
}
