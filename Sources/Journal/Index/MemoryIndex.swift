package import Daybook
internal import DaybookBytes
internal import Synchronization

/// Everything derived from the durable part of a journal, in memory, shared by readers and the writer.
package final class MemoryIndex: Sendable {
    struct Content {
        var events: EventIndex
        var tracking: [String: TrackingToken] = [:]
        var records: [String: [String: RecordValue]] = [:]
        /// The last frame and position taken in.
        var frame: UInt64 = 0
        var position: Position = 0
        /// The number of the last system record.
        var record: UInt64 = 0
    }

    private let content: Mutex<Content>

    package init(hashKey: UInt64, hashBits: Int = 32) {
        content = Mutex(Content(events: EventIndex(hashKey: hashKey, hashBits: hashBits)))
    }

    func withLock<R, Failure: Error>(
        _ body: (inout Content) throws(Failure) -> sending R
    ) throws(Failure) -> sending R {
        try content.withLock { content throws(Failure) in try body(&content) }
    }

    /// Takes in the next frame.
    func add(_ frame: FrameRef, _ fields: FrameFields?, in block: borrowing RawSpan) {
        content.withLock { content in
            var at = frame.offset + frame.header.eventsAt
            for event in 0..<frame.header.eventCount {
                let length = Int(block.u32(at: at))
                content.events.add(
                    EventView(
                        record: block.extracting(at..<at + length),
                        position: frame.header.firstPosition + Position(event)))
                at += length
            }
            if let fields { content.add(fields) }
            content.frame = frame.header.number
            content.position = frame.header.firstPosition + Position(frame.header.eventCount) - 1
        }
    }

    /// The positions of an index request.
    func positions(_ request: IndexRequest) -> IndexChunk {
        content.withLock { $0.events.positions(request) }
    }

    /// What is known of a stream.
    package func facts(_ name: String) -> StreamFacts {
        content.withLock { $0.events.facts(Array(name.utf8).rawSpan) } ?? StreamFacts()
    }

    /// The positions of revisions of a stream, as far as there are any, with the first one's revision.
    package func positions(
        stream name: String, revisions: Range<Revision>
    ) -> (first: Revision, positions: [Position]) {
        content.withLock {
            $0.events.positions(stream: Array(name.utf8).rawSpan, revisions: revisions)
        }
    }

    package func tracking(_ consumer: String) -> TrackingToken? {
        content.withLock { $0.tracking[consumer] }
    }

    package func record(owner: String, key: String) -> RecordValue? {
        content.withLock { $0.records[owner]?[key] }
    }

    /// The values of an owner by the order of the bytes of their keys, after a key.
    package func records(owner: String, after: String?, limit: Int) -> [RecordValue] {
        let all = content.withLock { $0.records[owner].map { Array($0.values) } } ?? []
        return all.filter { value in after.map { $0.precedes(value.key) } ?? true }
            .sorted { $0.key.precedes($1.key) }.prefix(limit).map { $0 }
    }
}

extension MemoryIndex.Content {
    fileprivate mutating func add(_ fields: FrameFields) {
        if let mark = fields.tracking {
            tracking[mark.consumer] = TrackingToken(token: mark.to, note: mark.note)
        }
        for (offset, entry) in fields.records.enumerated() {
            record = fields.firstRecord + UInt64(offset)
            if let value = entry.value {
                records[entry.owner, default: [:]][entry.key] = RecordValue(
                    key: entry.key, value: value, sequence: record)
            } else {
                records[entry.owner]?[entry.key] = nil
            }
        }
    }
}

extension String {
    /// By the order of bytes.
    func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
