package import Daybook
package import DaybookPlatform

extension JournalView {
    /// Some of the positions that match a query, at most as many as fit into a batch of scattered events.
    ///
    /// The index is held for no longer than `indexStepsMax`: whoever wants more asks again from behind
    /// `lookedAt`, until that is the other end of the bounds.
    package func positions(
        _ request: IndexRequest, _ mode: ReadMode
    ) throws(ReadFailure) -> IndexChunk {
        var request = request
        request.limit = min(request.limit, options.readScatteredEventsMax)
        request.stepsMax = options.indexStepsMax
        return try index.positions(request, mode)
    }

    /// Looks a stream up, for whoever reads it in a direction, and wants so many of its events.
    package func look(
        at stream: String, backwards: Bool, limit: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> StreamLook {
        try index.look(
            at: stream, backwards: backwards, limit: min(limit, options.readScatteredEventsMax),
            mode)
    }

    /// The position of a revision of a stream.
    package func position(
        of revision: Revision, in stream: String, _ mode: ReadMode
    ) throws(ReadFailure) -> Position? {
        try index.positions(stream: stream, revisions: revision..<revision + 1, mode)
            .positions.first
    }
}

// What is new, for whoever waits at the head.
extension JournalView {
    /// What `streams(in:)` has for a stream.
    package func hash(ofStream name: String) -> StreamHash {
        var name = name
        return name.withUTF8 { bytes in
            // Safe: the bytes are only read, during the call.
            unsafe StreamHash(RawSpan(_unsafeElements: bytes), index.hash)
        }
    }

    /// The streams that the events between two positions are of, both included; nil where these are too many or too
    /// long ago.
    package func streams(in bounds: ClosedRange<Position>) -> Set<StreamHash>? {
        index.withLock { $0.streams.streams(in: bounds) }
    }

    /// Whether an event of a list stands between two positions, both included.
    package func has(
        _ list: EventList, in bounds: ClosedRange<Position>, _ mode: ReadMode
    ) throws(ReadFailure) -> Bool {
        let found = try index.positions(of: list, in: bounds, backwards: false, limit: 1, mode)
        return !found.positions.isEmpty
    }
}
