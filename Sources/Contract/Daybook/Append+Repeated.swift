/// Where an event with the same stream and id stands already.
package struct RecordedPlace: Hashable, Sendable {
    package let position: Position
    package let revision: Revision
    package init(position: Position, revision: Revision) {
        self.position = position
        self.revision = revision
    }
}

// An append is recognised by its events. Each is looked for in its own stream, by that stream's
// rule:
//
//   .revision(n)         at n + 1 and the revisions that follow, the i-th event at n + 1 + i
//   .none, .softDeleted  the same from the revision where the stream was last reopened, or from 0
//   any other            among the last `Limits.idempotencyWindow` positions; with a query
//                        condition also among the events that match it after its position. Where
//                        an id stands in the stream more than once, the last counts.
//
// With a query condition: where such an event was not found, and more than `idempotencyWalkMax`
// matching events stand after its position, the append is refused with `conditionTooOld`.

extension Appended {
    /// The answer to an append whose events were looked for, nil where it is new.
    ///
    /// All found, one behind the other as one append records them: the answer of the first time.
    /// - Parameters:
    ///   - places: by event, nil where it was not found.
    ///   - event: what an event is, by its number.
    ///   - streams: the streams written, in the order of their first events, each with the number of its last.
    /// - Throws: `partialDuplicate` where only some were found, or not together.
    package static func repeated(
        at places: [RecordedPlace?], event: (Int) -> (id: EventID, stream: String),
        streams: () -> [(name: String, last: Int)]
    ) throws(StoreError) -> Appended? {
        var found = 0
        var isTogether = true
        for place in places {
            guard let place else { continue }
            if found > 0, let first = places[0] {
                isTogether = isTogether && place.position == first.position + Position(found)
            }
            found += 1
        }
        if found == 0 { return nil }
        guard found == places.count, isTogether, let first = places[0] else {
            let index = places.firstIndex { $0 != nil } ?? 0
            let (id, stream) = event(index)
            var error = StoreError.partialDuplicate(
                found: found, of: places.count, id: id, stream: stream,
                position: places[index]?.position)
            error.recorded = places
            throw error
        }
        return Appended(
            firstPosition: first.position, lastPosition: first.position + Position(found - 1),
            streams: streams().map {
                Appended.Stream(name: $0.name, lastRevision: places[$0.last]?.revision ?? 0)
            },
            isDuplicate: true)
    }
}

extension Append {
    /// The same for an append in values.
    package func repeated(at places: [RecordedPlace?]) throws(StoreError) -> Appended? {
        try Appended.repeated(at: places) {
            (entries[$0].event.id, entries[$0].stream)
        } streams: {
            var streams: [(name: String, last: Int)] = []
            forEachStream { streams.append((name: $0, last: $1)) }
            return streams
        }
    }

    /// Calls `body` for each written stream, in the order of their first events, with the index of
    /// its last.
    package func forEachStream(_ body: (_ name: String, _ lastIndex: Int) -> Void) {
        guard let first = entries.first else { return }
        if entries.allSatisfy({ $0.stream.isSpelled(as: first.stream) }) {
            return body(first.stream, entries.count - 1)
        }
        var order: [(name: String, last: Int)] = []
        var places: [[UInt8]: Int] = [:]
        for (index, entry) in entries.enumerated() {
            let key = Array(entry.stream.utf8)
            if let place = places[key] {
                order[place].last = index
            } else {
                places[key] = order.count
                order.append((entry.stream, index))
            }
        }
        for stream in order { body(stream.name, stream.last) }
    }
}
