package import Daybook
internal import DaybookBytes
package import DaybookPlatform

extension JournalView {
    /// The last event of an item of a query, of the system's streams too, up to a position; nil where there is none.
    func last(
        _ item: Query.Item, upTo position: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch? {
        var high = position
        while high > 0 {
            let request = IndexRequest(
                Query([item]), in: 1...high, backwards: true, limit: 1, includesSystemStreams: true)
            let (batch, lookedAt) = try batch(request, mode)
            if !batch.isEmpty { return batch }
            high = lookedAt - 1
            if high > 0 && mode == .cachedOnly { throw .wouldBlock }
        }
        return nil
    }

    /// What the metadata of a stream said at a position; nil where there were none. Metadata that cannot be read,
    /// which no append takes, hide nothing.
    func metadata(
        of stream: String, upTo position: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> StreamMetadata? {
        let item = Query.Item(
            types: [SystemType.metadata], stream: StreamName.metadata(of: stream))
        guard let found = try last(item, upTo: position, mode) else { return nil }
        return try? StreamMetadata(decoding: found.view(at: 0).dataBytes.copied())
    }

    /// The revision of the first event of a stream that can be read at an instant: neither deleted nor gone by the
    /// metadata. That of the next event to come where none can. Streams without metadata cost nothing.
    package func firstRevision(
        of stream: String, _ facts: StreamFacts, at now: Timestamp, _ mode: ReadMode
    ) throws(ReadFailure) -> Revision {
        guard facts.hasMetadata, facts.first < facts.next,
            let metadata = try metadata(of: stream, upTo: watermark.position, mode),
            metadata.hidesSomething
        else { return facts.first }
        let first = max(facts.first, metadata.firstRevision(next: facts.next))
        guard let since = metadata.recordedSince(now), first < facts.next else {
            return min(first, facts.next)
        }
        return try firstRevision(of: stream, in: first..<facts.next, since: since, mode)
    }

    /// By halving: recorded times never decrease.
    private func firstRevision(
        of stream: String, in revisions: Range<Revision>, since: Timestamp, _ mode: ReadMode
    ) throws(ReadFailure) -> Revision {
        var low = revisions.lowerBound
        var high = revisions.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            guard let position = try position(of: middle, in: stream, mode) else { return low }
            let batch = try batch(at: [position], mode)
            if batch.view(at: 0).recordedAt < since { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Those of some events of a stream that can be read at an instant by its metadata: what was deleted was there to be
    /// followed, and is.
    package func visible(
        _ batch: EventBatch, of stream: String, at now: Timestamp, _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        var facts = try index.facts(stream, mode)
        facts.first = 0
        let first = try firstRevision(of: stream, facts, at: now, mode)
        return first == 0 ? batch : batch.filtered(upTo: .max) { $0.revision >= first }
    }

    /// A stream as it is, with the first revision that can be read at an instant.
    package func stream(
        _ name: String, at now: Timestamp, _ mode: ReadMode
    ) throws(ReadFailure) -> StreamInfo {
        try visible(try index.stream(name, mode), at: now, mode)
    }

    /// Streams as `JournalIndex.streams` lists them, each with the first revision that can be read.
    package func streams(
        prefix: String, after: String?, limit: Int, at now: Timestamp, _ mode: ReadMode
    ) throws(ReadFailure) -> [StreamInfo] {
        var streams = try index.streams(prefix: prefix, after: after, limit: limit, mode)
        for number in streams.indices {
            streams[number] = try visible(streams[number], at: now, mode)
        }
        return streams
    }

    private func visible(
        _ info: StreamInfo, at now: Timestamp, _ mode: ReadMode
    ) throws(ReadFailure) -> StreamInfo {
        guard case .live = info.state, !StreamName.isSystem(info.name) else { return info }
        let facts = try index.facts(info.name, mode)
        let first = try firstRevision(of: info.name, facts, at: now, mode)
        return StreamInfo(
            name: info.name, state: info.state,
            // What was recorded between the two looks is not told of.
            firstRevision: max(info.firstRevision, min(first, info.state.next)),
            lastPosition: info.lastPosition)
    }
}
