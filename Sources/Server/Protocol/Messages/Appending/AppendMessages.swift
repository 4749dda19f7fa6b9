package import Daybook
internal import DaybookBytes
package import DaybookProtobuf

extension Append {
    /// Writes it as an `AppendRequest`. Events that follow one another in one stream stand together.
    package func encode(journal: String, into writer: inout ProtobufWriter) {
        writer.string(1, journal)
        var told: Set<Spelling> = []
        var index = 0
        while index < entries.count {
            let stream = entries[index].stream
            var end = index + 1
            while end < entries.count, entries[end].stream.isSpelled(as: stream) { end += 1 }
            writer.message(2, about: 4096) { writer in
                writer.string(1, stream)
                if let condition = conditions[stream], told.insert(Spelling(stream)).inserted {
                    writer.message(2) { condition.encode(into: &$0) }
                }
                for entry in entries[index..<end] {
                    writer.message(3, about: 256) { entry.event.encode(into: &$0) }
                }
            }
            index = end
        }
        for (stream, condition) in conditions where !told.contains(Spelling(stream)) {
            writer.message(2) { writer in
                writer.string(1, stream)
                writer.message(2) { condition.encode(into: &$0) }
            }
        }
        if let condition = queryCondition {
            writer.message(3) { writer in
                writer.message(1) { condition.query.encode(into: &$0) }
                writer.uint64(2, condition.after)
            }
        }
        if let mark = tracking {
            writer.message(4) { writer in
                writer.string(1, mark.consumer)
                if let from = mark.from { writer.span(2, always: from.rawSpan) }
                writer.array(3, mark.to)
                writer.array(4, mark.note)
            }
        }
        for record in records { writer.message(5) { record.encode(into: &$0) } }
    }
}

extension SystemRecord {
    fileprivate func encode(into writer: inout ProtobufWriter) {
        writer.string(1, owner)
        writer.string(2, key)
        if let value { writer.span(3, always: value.rawSpan) }
        if condition != .any { writer.message(4) { condition.encode(into: &$0) } }
    }
}

extension Event {
    /// Writes it as an `Event`.
    package func encode(into writer: inout ProtobufWriter) {
        writer.eventID(1, id)
        writer.string(2, type)
        if contentType != Event.json { writer.string(3, contentType) }
        writer.array(4, data)
        writer.array(5, metadata)
        for tag in tags { writer.string(6, always: tag) }
        if let causation { writer.string(7, always: causation) }
        if let correlation { writer.string(8, always: correlation) }
        if let occurredAt { writer.sint64(9, always: occurredAt.microseconds) }
    }
}

extension ProtobufWriter {
    mutating func eventID(_ field: UInt8, _ id: EventID) {
        buffer.append(upTo: 18) { room in
            room.append(field << 3 | 2)
            room.append(16 as UInt8)
            room.append(id.high.byteSwapped)
            room.append(id.low.byteSwapped)
        }
    }
}

extension Appended {
    /// Writes it as an `AppendResponse`.
    package func encode(into writer: inout ProtobufWriter) {
        writer.uint64(1, firstPosition)
        writer.uint64(2, lastPosition)
        for stream in streams {
            writer.message(3) { writer in
                writer.string(1, stream.name)
                writer.uint64(2, stream.lastRevision)
            }
        }
        writer.bool(4, isDuplicate)
    }
}

extension V1 {
    /// An `AppendResponse`.
    package struct SentAppended: ProtobufDecodable {
        private var first: Position = 0
        private var last: Position = 0
        private var streams: [SentResult] = []
        private var isDuplicate = false

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: first = try reader.uint64()
            case 2: last = try reader.uint64()
            case 3: streams.append(try reader.read())
            case 4: isDuplicate = try reader.bool()
            default: break
            }
        }

        package var appended: Appended {
            Appended(
                firstPosition: first, lastPosition: last,
                streams: streams.map { Appended.Stream(name: $0.name, lastRevision: $0.last) },
                isDuplicate: isDuplicate)
        }
    }

    /// A `StreamResult`.
    private struct SentResult: ProtobufDecodable {
        var name = ""
        var last: Revision = 0

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: name = try reader.string()
            case 2: last = try reader.uint64()
            default: break
            }
        }
    }

    /// Writes an `AppendPipelinedRequest`.
    package static func encode(
        _ append: Append, journal: String, number: UInt64, into writer: inout ProtobufWriter
    ) {
        writer.uint64(1, number)
        writer.message(2, about: 4096) { append.encode(journal: journal, into: &$0) }
    }

    /// Writes an `AppendPipelinedResponse`.
    package static func encode(
        _ result: Result<Appended, StoreError>, number: UInt64, into writer: inout ProtobufWriter
    ) {
        writer.uint64(1, number)
        switch result {
        case .success(let appended): writer.message(2) { appended.encode(into: &$0) }
        case .failure(let error): writer.message(3, about: 512) { error.encode(into: &$0) }
        }
    }

    /// An `AppendPipelinedResponse`.
    package struct PipelinedAnswer: ProtobufDecodable {
        package private(set) var number: UInt64 = 0
        /// Nil where it is none that is known here.
        package private(set) var result: Result<Appended, StoreError>?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: number = try reader.uint64()
            case 2: result = .success(try reader.read(SentAppended.self).appended)
            case 3: result = .failure(try reader.read(SentError.self).error)
            default: break
            }
        }
    }

    /// A `DeleteRequest`.
    package struct DeleteRequest: ProtobufDecodable, ProtobufEncodable {
        package var journal: String
        package var stream: String
        /// Nil where it is none that is known here.
        private var kind: Deletion?
        private var sent: SentCondition?
        private var condition: StreamCondition = .any

        package init() { (journal, stream) = ("", "") }

        package init(
            _ stream: String, _ kind: Deletion, expecting condition: StreamCondition,
            journal: String
        ) {
            self.journal = journal
            self.stream = stream
            self.kind = kind
            self.condition = condition
        }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: journal = try reader.string()
            case 2: stream = try reader.string()
            case 3:
                switch try reader.uint64() {
                case 1: kind = .soft
                case 2: kind = .tombstone
                default: kind = nil
                }
            case 4: try reader.merge(into: &sent)
            default: break
            }
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.string(1, journal)
            writer.string(2, stream)
            if let kind { writer.uint64(3, kind == .soft ? 1 : 2) }
            if condition != .any { writer.message(4) { condition.encode(into: &$0) } }
        }

        /// What is asked for.
        /// - Throws: `invalid`.
        package func known() throws(StoreError) -> (kind: Deletion, condition: StreamCondition) {
            guard let kind else { throw .unknownKind("kind of deletion") }
            return (kind, try sent?.known(of: stream) ?? condition)
        }
    }

    /// A `DeleteResponse`.
    package struct DeleteResponse: ProtobufDecodable, ProtobufEncodable {
        package private(set) var position: Position = 0

        package init() {}
        package init(position: Position) { self.position = position }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field == 1 { position = try reader.uint64() }
        }

        package func encode(into writer: inout ProtobufWriter) { writer.uint64(1, position) }
    }
}
