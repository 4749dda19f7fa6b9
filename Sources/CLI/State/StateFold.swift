internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// The state a stream has led to: each event's data merged into what was before (RFC 7396).
struct StateFold: Sendable, Equatable {
    /// Nil until an event has said something.
    private(set) var state: JSONValue?
    /// Of the last event folded in.
    private(set) var revision: Revision?
    /// Events whose data is no JSON, which say nothing about the state.
    private(set) var passedOver = 0

    mutating func apply(_ event: borrowing EventView) {
        revision = event.revision
        guard event.contentType == Event.json, event.dataBytes.byteCount > 0,
            let patch = try? JSONValue(parsing: event.dataBytes)
        else {
            passedOver += 1
            return
        }
        var next = state ?? .null
        next.mergePatch(patch)
        state = next
    }

    /// Folds a stream up to a point, its end where none is given.
    /// - Parameter isOccurred: times are those of occurrence: all events that occurred by then, in
    ///   the order of their revisions.
    /// - Throws: `Failure` where the stream ends before the revision asked for, and what the store throws.
    static func fold(
        _ stream: String, to point: Point?, isOccurred: Bool, in store: any EventStore
    ) async throws -> StateFold {
        var fold = StateFold()
        var request = Read.stream(stream)
        if case .time(let time)? = point, isOccurred { request.occurredUntil = time }
        let cursor = try store.cursor(request)
        while let batch = try await cursor.next() {
            for index in batch.indices {
                let event = batch.view(at: index)
                switch point {
                case .revision(let last) where event.revision > last: return fold
                case .time(let time) where !isOccurred && event.recordedAt > time: return fold
                default: fold.apply(event)
                }
            }
        }
        if case .revision(let revision) = point, let last = fold.revision, last < revision {
            throw Failure(
                .notFound, "revisionNotFound",
                "Stream \(StoreError.quoted(stream)) has no revision \(revision)",
                why: "its last revision is \(last)",
                remedy: "Ask for a revision up to \(last).",
                place: "stream \(StoreError.quoted(stream))")
        }
        return fold
    }
}
