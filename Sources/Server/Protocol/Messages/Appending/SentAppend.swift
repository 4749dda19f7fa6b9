package import Daybook
internal import DaybookBytes
internal import DaybookProtobuf

extension V1 {
    /// An `AppendRequest` where it lies: its events are given out one by one, each to be copied once, into its record.
    package struct SentAppend: ~Escapable {
        private let bytes: RawSpan
        package private(set) var journal = ""
        /// What it has beside its events.
        package private(set) var terms = AppendTerms()
        /// About how many bytes that takes in memory.
        package private(set) var termBytes = 0
        private static let json = Array(Event.json.utf8)

        /// - Throws: `invalid`.
        @_lifetime(copy bytes)
        package init(_ bytes: RawSpan) throws(StoreError) {
            self.bytes = bytes
            var sent = SentTerms()
            do throws(ProtobufError) {
                var reader = ProtobufReader(bytes)
                while let field = try reader.next() { try sent.decode(field: field, from: &reader) }
            } catch {
                throw V1.malformed(error)
            }
            journal = sent.journal
            terms = try sent.terms
            termBytes = terms.memoryBytes
        }

        /// Gives each event, with the stream to which it goes, to `body`, until that says why not.
        /// - Throws: `invalid`, and what `body` says.
        package func forEachEvent(
            _ body: (borrowing EventFields, String) -> StoreError?
        ) throws(StoreError) {
            let refusal: StoreError?
            do throws(ProtobufError) { refusal = try walk(body) } catch {
                throw V1.malformed(error)
            }
            if let refusal { throw refusal }
        }

        private func walk(
            _ body: (borrowing EventFields, String) -> StoreError?
        ) throws(ProtobufError) -> StoreError? {
            var reader = ProtobufReader(bytes)
            while let field = try reader.next() {
                if field != 2 { continue }
                let place = try reader.place()
                let part = bytes.extracting(place)
                let name = try Self.stream(part)
                var events = ProtobufReader(part)
                while let field = try events.next() {
                    if field != 3 { continue }
                    let place = try events.place()
                    let event = part.extracting(place)
                    if let refusal = try Self.read(event, { body($0, name) }) { return refusal }
                }
            }
            return nil
        }

        /// The name in a `StreamAppend`: it may stand behind the events.
        private static func stream(_ part: RawSpan) throws(ProtobufError) -> String {
            var reader = ProtobufReader(part)
            var place = 0..<0
            while let field = try reader.next() {
                if field == 1 { place = try reader.place() }
            }
            return try reader.string(of: part.extracting(place))
        }

        private static func read(
            _ event: RawSpan, _ body: (borrowing EventFields) -> StoreError?
        ) throws(ProtobufError) -> StoreError? {
            var reader = ProtobufReader(event)
            var id: EventID?
            var (type, contentType, data, metadata) = (0..<0, 0..<0, 0..<0, 0..<0)
            var tags: Set<String> = []
            var causation: String?
            var correlation: String?
            var occurredAt: Timestamp?
            while let field = try reader.next() {
                switch field {
                case 1: id = try reader.eventID()
                case 2:
                    type = try reader.place()
                    try reader.checkText(at: type)
                case 3:
                    contentType = try reader.place()
                    try reader.checkText(at: contentType)
                case 4: data = try reader.place()
                case 5: metadata = try reader.place()
                case 6: try reader.insertText(into: &tags, atMost: Limits.eventTagsMax)
                case 7: causation = try reader.string()
                case 8: correlation = try reader.string()
                case 9: occurredAt = Timestamp(microseconds: try reader.sint64())
                default: break
                }
            }
            let json = json
            var fields = EventFields(
                id: id ?? EventID(), type: event.extracting(type),
                contentType: contentType.isEmpty ? json.rawSpan : event.extracting(contentType),
                metadata: event.extracting(metadata), data: event.extracting(data))
            fields.tags = tags
            fields.causation = causation
            fields.correlation = correlation
            fields.occurredAt = occurredAt
            return body(fields)
        }
    }

    /// A piece of an `AppendPipelinedRequest`: its number, and the append where it lies.
    package struct SentPipelined: Sendable {
        package private(set) var number: UInt64 = 0
        /// Where the append lies among the bytes of the message.
        package private(set) var append = 0..<0

        /// - Throws: `invalid`.
        package init(_ bytes: RawSpan) throws(StoreError) {
            do throws(ProtobufError) {
                var reader = ProtobufReader(bytes)
                while let field = try reader.next() {
                    switch field {
                    case 1: number = try reader.uint64()
                    case 2: append = try reader.place()
                    default: break
                    }
                }
            } catch {
                throw V1.malformed(error)
            }
        }
    }
}

extension ProtobufReader {
    /// An id of 16 bytes; nil where there are none.
    mutating func eventID() throws(ProtobufError) -> EventID? {
        let span = try span()
        if span.isEmpty { return nil }
        guard span.byteCount == 16 else {
            throw invalid("the id of an event has 16 bytes, or none")
        }
        return EventID(high: span.u64(at: 0).byteSwapped, low: span.u64(at: 8).byteSwapped)
    }
}
