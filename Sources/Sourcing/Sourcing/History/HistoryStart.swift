internal import Daybook

/// Where a history begins, and whether it can be told up to a point.
struct HistoryStart {
    /// Of the first event that is to be folded.
    let revision: Revision
    /// Whether what it is folded into is the snapshot.
    let isSnapshot: Bool

    /// - Parameter snapshot: Of which revision there is a state on the way.
    /// - Throws: `invalid` for a point that has not been reached, and for one before which events are gone.
    init(
        of stream: String, to point: HistoryPoint, in store: any EventStore,
        snapshot: Revision?, readsTruncatedStreams: Bool
    ) async throws {
        let info = try await store.stream(stream)
        try await Self.check(point, info, store)
        let first = info.firstRevision
        if let snapshot, first <= snapshot {
            // Its own event is there: nothing was deleted since.
            revision = snapshot + 1
            isSnapshot = true
            return
        }
        revision = first
        if first == 0 || readsTruncatedStreams {
            isSnapshot = false
            return
        }
        if case .live = info.state, try await Self.isTruncated(stream, in: store) {
            guard first == snapshot.map({ $0 + 1 }) else {
                throw Self.gone(stream, point, first: first)
            }
            isSnapshot = true
            return
        }
        // It was deleted, and began anew with the next event. What it was before cannot be told.
        guard let deletion = try await Self.deletion(of: stream, in: store),
            point.comesAfter(deletion: deletion, first: first)
        else { throw Self.gone(stream, point, first: first) }
        isSnapshot = false
    }

    private static func check(
        _ point: HistoryPoint, _ info: StreamInfo, _ store: any EventStore
    ) async throws {
        switch point {
        case .revision(let revision) where revision >= info.state.next:
            throw SourcingError(
                .invalid, "Stream '\(info.name)' has no revision \(revision)",
                why: "\(info.state)", remedy: "Ask for an earlier one, or for '.now'.",
                place: "stream '\(info.name)'")
        case .position(let position):
            let head = try await store.head().position
            if position <= head { return }
            throw SourcingError(
                .invalid, "The journal has no position \(position)",
                why: "its last position is \(head), and what will stand there is not known",
                remedy: "Ask for an earlier one, or for '.now'.", place: "stream '\(info.name)'")
        default: return
        }
    }

    private static func isTruncated(
        _ stream: String, in store: any EventStore
    ) async throws -> Bool {
        let metadata = try StreamMetadata(decoding: try await store.metadata(of: stream) ?? [])
        return metadata.truncateBefore != nil || metadata.maxCount != nil
            || metadata.maxAgeSeconds != nil
    }

    /// The event by which a stream was deleted last.
    private static func deletion(
        of stream: String, in store: any EventStore
    ) async throws -> RecordedEvent? {
        let name = StreamName.metadata(of: stream)
        guard try await store.stream(name).lastPosition != nil else { return nil }
        for try await event in store.read(.stream(name, .backwards))
        where event.type == SystemType.softDeleted || event.type == SystemType.tombstoned {
            return event
        }
        return nil
    }

    static func gone(_ stream: String, _ point: HistoryPoint, first: Revision) -> SourcingError {
        SourcingError(
            .invalid, "The state of stream '\(stream)' cannot be told (\(point))",
            why: "its events before revision \(first) are gone",
            remedy:
                "Ask a backup or a branch that has them; set 'readsTruncatedStreams' where what is left says all.",
            place: "stream '\(stream)'")
    }
}
