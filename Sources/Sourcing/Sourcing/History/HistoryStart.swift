internal import Daybook

/// Where a history begins, and whether it can be told up to a point.
struct HistoryStart {
    /// Of the first event that is to be folded.
    let revision: Revision
    /// Whether what it is folded into is the snapshot.
    let isSnapshot: Bool

    /// - Parameter snapshot: Of which event there is a state on the way.
    /// - Throws: `invalid` for a point that has not been reached, and for one before which events are gone.
    init(
        of stream: String, to point: HistoryPoint, in store: any EventStore,
        snapshot: RecordedPlace?, readsTruncatedStreams: Bool
    ) async throws {
        let info = try await store.stream(stream)
        try await Self.check(point, info, store)
        let first = info.firstRevision
        if let snapshot, first <= snapshot.revision {
            // Its own event is there: nothing was deleted since.
            revision = snapshot.revision + 1
            isSnapshot = true
            return
        }
        revision = first
        if first == 0 || readsTruncatedStreams {
            isSnapshot = false
            return
        }
        let life = StreamLife(store: store, stream: stream)
        if let snapshot, first == snapshot.revision + 1,
            try await life.deletion(behind: snapshot.position) == nil
        {
            isSnapshot = true
            return
        }
        // Where it was deleted, and began anew with the next event, what it was before cannot be told.
        guard let deletion = try await life.beginning(of: info),
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

    static func gone(_ stream: String, _ point: HistoryPoint, first: Revision) -> SourcingError {
        SourcingError(
            .invalid, "The state of stream '\(stream)' cannot be told (\(point))",
            why: "its events before revision \(first) are gone",
            remedy:
                "Ask a backup or a branch that has them; set 'readsTruncatedStreams' where what is left says all.",
            place: "stream '\(stream)'")
    }
}
