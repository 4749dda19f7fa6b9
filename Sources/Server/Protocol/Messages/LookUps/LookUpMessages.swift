package import Daybook
package import DaybookProtobuf

extension V1 {
    /// A request of a journal and up to two names: `GetHead`, `GetStream`, `GetRecord`, `GetTracking`. Of the names those
    /// are empty that it does not have.
    package struct NamedRequest: ProtobufDecodable, ProtobufEncodable, Hashable, Sendable {
        package private(set) var journal = ""
        package private(set) var name = ""
        package private(set) var key = ""

        package init() {}
        package init(_ name: String = "", key: String = "", journal: String) {
            self.journal = journal
            self.name = name
            self.key = key
        }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: journal = try reader.string()
            case 2: name = try reader.string()
            case 3: key = try reader.string()
            default: break
            }
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.string(1, journal)
            writer.string(2, name)
            writer.string(3, key)
        }
    }

    /// A `ListStreamsRequest`, or a `ListRecordsRequest`.
    package struct ListRequest: ProtobufDecodable, ProtobufEncodable, Hashable, Sendable {
        package private(set) var journal = ""
        /// The prefix, or the owner.
        package private(set) var name = ""
        /// Nil: from the first.
        package private(set) var after: String?
        private var limit: UInt32 = 0

        package init() {}
        package init(_ name: String, after: String?, limit: Int, journal: String) {
            self.journal = journal
            self.name = name
            self.after = after
            self.limit = UInt32(clamping: limit)
        }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: journal = try reader.string()
            case 2: name = try reader.string()
            case 3:
                let name = try reader.string()
                after = name.isEmpty ? nil : name
            case 4: limit = try reader.uint32()
            default: break
            }
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.string(1, journal)
            writer.string(2, name)
            writer.string(3, after ?? "")
            writer.uint64(4, UInt64(limit))
        }

        /// How many are told at the most.
        package func limit(atMost most: Int) -> Int {
            limit == 0 ? most : min(Int(limit), most)
        }
    }

    /// Streams in one answer.
    package static let listedStreamsMax = 1_000
    /// Records in one answer: all of them take less than the 4 MiB that many clients take.
    package static let listedRecordsMax = 32

    /// A `GetHeadResponse`.
    package struct HeadResponse: ProtobufDecodable, ProtobufEncodable, Hashable, Sendable {
        private var text = ""
        package private(set) var position: Position = 0
        package private(set) var history = ""

        package init() {}
        package init(_ head: Checkpoint, history: String) {
            text = head.description
            position = head.position
            self.history = history
        }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: text = try reader.string()
            case 2: position = try reader.uint64()
            case 3: history = try reader.string()
            default: break
            }
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.string(1, text)
            writer.uint64(2, position)
            writer.string(3, history)
        }

        /// Nil where it is written as none.
        package var checkpoint: Checkpoint? { Checkpoint(text) }
    }

    /// A `GetStreamResponse`.
    package struct StreamResponse: ProtobufDecodable, ProtobufEncodable, Sendable {
        private var sent: SentInfo?
        private var told: StreamInfo?

        package init() {}
        package init(_ info: StreamInfo) { told = info }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field == 1 { try reader.merge(into: &sent) }
        }

        package func encode(into writer: inout ProtobufWriter) {
            if let told { writer.message(1) { told.encode(into: &$0) } }
        }

        /// Nil where it is none that is known here.
        package var info: StreamInfo? { told ?? sent?.info }
    }

    /// A `ListStreamsResponse`.
    package struct StreamsResponse: ProtobufDecodable, ProtobufEncodable, Sendable {
        package private(set) var streams: [StreamInfo] = []
        package private(set) var hasMore = false

        package init() {}
        package init(_ streams: [StreamInfo], hasMore: Bool) {
            self.streams = streams
            self.hasMore = hasMore
        }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1:
                guard let info = try reader.read(SentInfo.self).info else {
                    throw reader.invalid("a stream is in a state that is not known here")
                }
                streams.append(info)
            case 2: hasMore = try reader.bool()
            default: break
            }
        }

        package func encode(into writer: inout ProtobufWriter) {
            for info in streams { writer.message(1) { info.encode(into: &$0) } }
            writer.bool(2, hasMore)
        }
    }

    /// A `RecordValue`.
    private struct SentValue: ProtobufDecodable {
        var key = ""
        var bytes: [UInt8] = []
        var sequence: UInt64 = 0

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: key = try reader.string()
            case 2: bytes = try reader.array()
            case 3: sequence = try reader.uint64()
            default: break
            }
        }

        var value: RecordValue { RecordValue(key: key, value: bytes, sequence: sequence) }
    }

    /// A `GetRecordResponse`.
    package struct RecordResponse: ProtobufDecodable, ProtobufEncodable, Hashable, Sendable {
        package private(set) var record: RecordValue?

        package init() {}
        package init(_ record: RecordValue?) { self.record = record }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field == 1 { record = try reader.read(SentValue.self).value }
        }

        package func encode(into writer: inout ProtobufWriter) {
            if let record { writer.message(1) { record.encode(into: &$0) } }
        }
    }

    /// A `ListRecordsResponse`.
    package struct RecordsResponse: ProtobufDecodable, ProtobufEncodable, Hashable, Sendable {
        package private(set) var records: [RecordValue] = []
        package private(set) var hasMore = false

        package init() {}
        package init(_ records: [RecordValue], hasMore: Bool) {
            self.records = records
            self.hasMore = hasMore
        }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: records.append(try reader.read(SentValue.self).value)
            case 2: hasMore = try reader.bool()
            default: break
            }
        }

        package func encode(into writer: inout ProtobufWriter) {
            for record in records { writer.message(1) { record.encode(into: &$0) } }
            writer.bool(2, hasMore)
        }
    }

    /// A `GetTrackingResponse`.
    package struct TrackingResponse: ProtobufDecodable, ProtobufEncodable, Hashable, Sendable {
        package private(set) var tracking: TrackingToken?

        package init() {}
        package init(_ tracking: TrackingToken?) { self.tracking = tracking }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field != 1 { return }
            var sent = try reader.message()
            var (token, note): ([UInt8], [UInt8]) = ([], [])
            while let field = try sent.next() {
                switch field {
                case 1: token = try sent.array()
                case 2: note = try sent.array()
                default: break
                }
            }
            tracking = TrackingToken(token: token, note: note)
        }

        package func encode(into writer: inout ProtobufWriter) {
            guard let tracking else { return }
            writer.message(1) { writer in
                writer.array(1, tracking.token)
                writer.array(2, tracking.note)
            }
        }
    }

    /// A `ListJournalsRequest`.
    package struct JournalsRequest: ProtobufDecodable, ProtobufEncodable, Sendable {
        package init() {}
        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {}
        package func encode(into writer: inout ProtobufWriter) {}
    }

    /// A `ListJournalsResponse`.
    package struct JournalsResponse: ProtobufDecodable, ProtobufEncodable, Hashable, Sendable {
        package private(set) var names: [String] = []
        /// The one that requests without a name mean.
        package private(set) var first: String?

        package init() {}
        package init(_ names: [String], first: String) {
            self.names = names
            self.first = first
        }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field != 1 { return }
            var sent = try reader.message()
            var name = ""
            while let field = try sent.next() {
                switch field {
                case 1: name = try sent.string()
                case 2: if try sent.bool() { first = name }
                default: break
                }
            }
            names.append(name)
        }

        package func encode(into writer: inout ProtobufWriter) {
            for name in names {
                writer.message(1) { writer in
                    writer.string(1, name)
                    writer.bool(2, name == first)
                }
            }
        }
    }
}

extension RecordValue {
    fileprivate func encode(into writer: inout ProtobufWriter) {
        writer.string(1, key)
        writer.array(2, value)
        writer.uint64(3, sequence)
    }
}
