package import Daybook
internal import DaybookBytes
package import DaybookProtobuf

extension V1 {
    /// A `ReadResponse`, as it comes to a client.
    package struct SentBatch: Sendable {
        /// Nil where there are no events in it.
        package private(set) var events: EventBatch?
        /// Empty but in the first message.
        package private(set) var history = ""
        /// 0 but in the first message.
        package private(set) var head: Position = 0

        package init(_ bytes: RawSpan) throws(ProtobufError) {
            var events = BatchReader(bytesAbout: bytes.byteCount)
            var reader = ProtobufReader(bytes)
            while let field = try reader.next() {
                switch field {
                case 1:
                    let place = try reader.place()
                    try events.add(bytes.extracting(place))
                case 2: history = try reader.string()
                case 3: head = try reader.uint64()
                default: break
                }
            }
            if events.count > 0 { self.events = events.finish() }
        }
    }

    /// A `SubscribeResponse`, as it comes to a client.
    package enum SentSignal: Sendable {
        case started(Position, history: String)
        case signal(SubscriptionSignal)
        /// One that is not known here: to be passed over.
        case unknown

        package init(_ bytes: RawSpan) throws(ProtobufError) {
            self = .unknown
            var reader = ProtobufReader(bytes)
            while let field = try reader.next() {
                switch field {
                case 1:
                    let sent: Started = try reader.read()
                    self = .started(sent.position, history: sent.history)
                case 2:
                    let place = try reader.place()
                    let batch = try SentBatch(bytes.extracting(place))
                    self = batch.events.map { .signal(.events($0)) } ?? .unknown
                case 3: self = .signal(.progress(try reader.uint64()))
                case 4:
                    _ = try reader.span()
                    self = .signal(.caughtUp)
                default: break
                }
            }
        }
    }

    /// A `Started`.
    package struct Started: ProtobufDecodable, Sendable {
        package private(set) var position: Position = 0
        package private(set) var history = ""

        package init() {}
        package init(behind position: Position, history: String) {
            self.position = position
            self.history = history
        }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: position = try reader.uint64()
            case 2: history = try reader.string()
            default: break
            }
        }

        /// Writes the `SubscribeResponse` that has it.
        package func encodeSignal(into writer: inout ProtobufWriter) {
            writer.message(1) { writer in
                writer.uint64(1, position)
                writer.string(2, history)
            }
        }
    }

    /// About how many bytes of events one message has; an event of more has a message for itself.
    package static let batchBytes = 128 << 10

    /// Writes some events of a batch, from one of them on, as the fields of a `ReadResponse` or of a `RecordedEvents`, until
    /// they are enough for one message.
    /// - Returns: The first that was not written.
    package static func write(
        _ batch: EventBatch, from start: Int, into writer: inout ProtobufWriter
    ) -> Int {
        let begin = writer.buffer.count
        var index = start
        while index < batch.count {
            write(batch.view(at: index), as: 1, into: &writer)
            index += 1
            if writer.buffer.count - begin >= batchBytes { break }
        }
        return index
    }
}
