package import Daybook
internal import DaybookBytes
package import DaybookProtobuf

extension V1 {
    /// Makes a batch of the messages `RecordedEvent`: of each a record, without values in between.
    package struct BatchReader: ~Copyable {
        private var records: ByteWriter
        private var entries: [EventBatch.Entry] = []
        private static let json = Array(Event.json.utf8)

        /// - Parameter bytesAbout: what the messages have together.
        package init(bytesAbout: Int) {
            records = ByteWriter(capacity: bytesAbout + bytesAbout / 4)
            entries.reserveCapacity(bytesAbout / 128 + 1)
        }

        package var count: Int { entries.count }

        /// The events so far.
        package consuming func finish() -> EventBatch {
            let entries = entries
            return EventBatch(block: records.finish(), entries: entries)
        }

        /// Adds one event.
        package mutating func add(_ bytes: RawSpan) throws(ProtobufError) {
            var reader = ProtobufReader(bytes)
            var (position, revision): (Position, Revision) = (0, 0)
            var recordedAt: Int64 = 0
            var (stream, event) = (0..<0, 0..<0)
            while let field = try reader.next() {
                switch field {
                case 1: position = try reader.uint64()
                case 2: revision = try reader.uint64()
                case 3: recordedAt = try reader.sint64()
                case 4:
                    stream = try reader.place()
                    try reader.checkText(at: stream)
                case 5: event = try reader.place()
                default: break
                }
            }
            // One more is a number too, for whoever goes on behind it.
            guard position > 0, max(position, revision) <= Int64.max, !stream.isEmpty,
                stream.count <= EventRecord.nameBytesMax
            else {
                throw reader.invalid("a recorded event has a position and a stream")
            }
            let start = records.count
            try encode(
                bytes.extracting(event), of: bytes.extracting(stream), revision,
                Timestamp(microseconds: recordedAt))
            entries.append(
                EventBatch.Entry(
                    position: position, offset: start, length: records.count - start))
        }

        private mutating func encode(
            _ event: RawSpan, of stream: RawSpan, _ revision: Revision, _ recordedAt: Timestamp
        ) throws(ProtobufError) {
            let sent = try SentEvent(event)
            let json = Self.json
            var fields = EventFields(
                id: sent.id, type: event.extracting(sent.type),
                contentType: sent.contentType.isEmpty
                    ? json.rawSpan : event.extracting(sent.contentType),
                metadata: event.extracting(sent.metadata), data: event.extracting(sent.data))
            if let rare = sent.rare {
                fields.tags = rare.tags
                fields.causation = rare.causation
                fields.correlation = rare.correlation
                fields.occurredAt = rare.occurredAt
            }
            EventRecord.encode(
                fields, stream: stream, revision: revision, recordedAt: recordedAt, into: &records)
        }
    }

    /// Where the fields of an `Event` lie that was recorded.
    private struct SentEvent {
        /// What few events have.
        struct Rare {
            var tags: Set<String> = []
            var causation: String?
            var correlation: String?
            var occurredAt: Timestamp?
        }

        var id = EventID(high: 0, low: 0)
        var type = 0..<0
        var contentType = 0..<0
        var data = 0..<0
        var metadata = 0..<0
        var rare: Rare?

        init(_ bytes: RawSpan) throws(ProtobufError) {
            var reader = ProtobufReader(bytes)
            while let field = try reader.next() {
                switch field {
                case 1:
                    guard let id = try reader.eventID() else {
                        throw reader.invalid("a recorded event has an id")
                    }
                    self.id = id
                case 2:
                    type = try reader.place()
                    try reader.checkText(at: type)
                case 3:
                    contentType = try reader.place()
                    try reader.checkText(at: contentType)
                case 4: data = try reader.place()
                case 5: metadata = try reader.place()
                case 6...9: try readRare(field, &reader)
                default: break
                }
            }
            guard !type.isEmpty, type.count <= EventRecord.nameBytesMax,
                data.count <= Limits.eventBytesMax
            else { throw reader.invalid("a recorded event has a type, and is not too large") }
        }

        private mutating func readRare(
            _ field: Int, _ reader: inout ProtobufReader
        ) throws(ProtobufError) {
            var rare = rare ?? Rare()
            switch field {
            case 6: rare.tags.insert(try reader.string())
            case 7: rare.causation = try reader.string()
            case 8: rare.correlation = try reader.string()
            default: rare.occurredAt = Timestamp(microseconds: try reader.sint64())
            }
            self.rare = rare
        }
    }
}
