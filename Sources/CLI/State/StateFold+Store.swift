internal import Daybook
internal import DaybookLines

extension StateFold {
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
