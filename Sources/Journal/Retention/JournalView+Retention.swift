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
    /// which no append takes, hide nothing. Where they hide all that was before them, they say where that ends.
    func metadata(
        of stream: String, upTo position: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> StreamMetadata? {
        let item = Query.Item(
            types: [SystemType.metadata], stream: StreamName.metadata(of: stream))
        guard let found = try last(item, upTo: position, mode),
            var metadata = try? StreamMetadata(decoding: found.view(at: 0).dataBytes.copied())
        else { return nil }
        if metadata.truncateBefore == StreamMetadata.truncatesAll {
            metadata.truncateBefore = try next(of: stream, at: found.lastPosition, mode)
        }
        return metadata
    }

    /// The revision that the next event of a stream had at a position.
    private func next(
        of stream: String, at position: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> Revision {
        let found = try last(Query.Item(stream: stream), upTo: position, mode)
        return found.map { $0.view(at: 0).revision + 1 } ?? 0
    }

    /// What a soft deletion did to a stream, or metadata that truncate all of it.
    /// - Parameter position: That of the event that says so.
    package func softDeletion(
        of stream: String, at position: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> SoftDeletion {
        let facts = try index.facts(stream, mode)
        let next = try next(of: stream, at: position, mode)
        let item = Query.Item(
            types: [SystemType.metadata], stream: StreamName.metadata(of: stream))
        let before = try last(item, upTo: position, mode)
        return SoftDeletion(
            metadata: before?.view(at: 0).dataBytes.copied() ?? [], next: next,
            isInForce: facts.next == next)
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
            let isGone: Bool
            do throws(ReadFailure) {
                let batch = try batch(at: [position], mode)
                isGone = batch.view(at: 0).recordedAt < since
            } catch {
                // What may be there, and is damaged, is told by whoever reads it.
                guard error.isDamage else { throw error }
                isGone = false
            }
            if isGone { low = middle + 1 } else { high = middle }
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

    /// Of each of some events, stubs among them, whether a read of its stream gives it at an instant.
    package func areReadable(
        _ batch: EventBatch, at now: Timestamp, _ mode: ReadMode
    ) throws(ReadFailure) -> [Bool] {
        // By their bytes: a dictionary of texts takes two spellings of the same characters for one name.
        var known: [[UInt8]: Revision] = [:]
        var name: [UInt8] = []
        var first: Revision = 0
        var readable: [Bool] = []
        readable.reserveCapacity(batch.count)
        for index in batch.indices {
            let event = batch.view(at: index)
            if !event.streamBytes.isEqual(to: name.rawSpan) {
                name = event.streamBytes.copied()
                if let found = known[name] {
                    first = found
                } else {
                    first = try firstReadable(of: event.stream, at: now, mode)
                    known[name] = first
                }
            }
            readable.append(!event.isStub && event.revision >= first)
        }
        return readable
    }

    /// The revision of the first event that a read of a stream gives; the greatest where it gives none.
    private func firstReadable(
        of stream: String, at now: Timestamp, _ mode: ReadMode
    ) throws(ReadFailure) -> Revision {
        let facts = try index.facts(stream, mode)
        return facts.isTombstoned ? .max : try firstRevision(of: stream, facts, at: now, mode)
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
