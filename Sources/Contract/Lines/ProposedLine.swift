package import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// An event that is to be recorded, read from its line field by field without building a tree.
package struct ProposedLine {
    /// The stream that the line names.
    package private(set) var stream: String?
    package private(set) var hasID = false
    /// All but its bytes. Its id is to be given where the line has none.
    private var event = Event(id: EventID(high: 0, low: 0), type: "")
    private var data = Payload()
    private var metadata = Payload()
    /// The revision that `v` or `revision` says it has, and where.
    package typealias Claim = (value: Revision, offset: Int)

    package private(set) var revision: Claim?
    private var type: String?
    /// It was recorded before: the streams of the system are as good as any.
    var isExact = false
    /// Bits by field: what stood in the line so far.
    private var seen: UInt32 = 0

    /// Bytes of an event.
    private struct Payload {
        /// Where they stand in the line as they are.
        var place: Range<Int>?
        /// What stood there as Base64.
        var decoded: [UInt8] = []
    }

    /// Reads a line.
    /// - Parameters:
    ///   - stream: where it goes if it does not say so itself; nil: it has to.
    ///   - isExact: whether it says what was recorded, and not what is to be.
    package static func parse(
        _ line: RawSpan, to stream: String? = nil, isExact: Bool = false
    ) throws(LineError) -> ProposedLine {
        var parsed = ProposedLine()
        parsed.isExact = isExact
        try LineError.forEachField(of: line) { field in try parsed.take(field, in: line) }
        try parsed.finish(line, stream)
        return parsed
    }

    /// Gives `body` the event with its id and its stream, its bytes where they lie in the line that was read.
    package func withFields<Value, Failure: Error>(
        in line: RawSpan, id newID: () -> EventID,
        _ body: (borrowing EventFields, _ stream: String) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard let stream else { preconditionFailure("a line that was read has a stream") }
        let (type, contentType) = (event.type, event.contentType)
        let (data, metadata) = (data, metadata)
        let metadataBytes =
            if let place = metadata.place { line.extracting(place) } else {
                metadata.decoded.rawSpan
            }
        let dataBytes =
            if let place = data.place { line.extracting(place) } else { data.decoded.rawSpan }
        // Safe: every byte of a text is initialised.
        var fields = unsafe EventFields(
            id: hasID ? event.id : newID(), type: type.utf8Span.span.bytes,
            contentType: contentType.utf8Span.span.bytes, metadata: metadataBytes,
            data: dataBytes)
        fields.tags = event.tags
        fields.causation = event.causation
        fields.correlation = event.correlation
        fields.occurredAt = event.occurredAt
        return try body(fields, stream)
    }

    /// The same as a value.
    package func entry(in line: RawSpan, id newID: () -> EventID) -> Append.Entry {
        withFields(in: line, id: newID) { fields, stream in
            var event = event
            event.id = fields.id
            event.data = fields.data.copied()
            event.metadata = fields.metadata.copied()
            return Append.Entry(stream: stream, event: event)
        }
    }

    private mutating func take(_ field: JSONField, in line: RawSpan) throws {
        let named =
            if let plain = field.key.plainText {
                LineField.named(line.extracting(plain))
            } else {
                LineField.named(Array(try field.name(in: line).utf8).rawSpan)
            }
        guard let named else { throw try unknown(field, in: line) }
        if named == .ignored { return }
        let bit = UInt32(1) << UInt32(named.rival.rawValue)
        if seen & bit != 0 {
            throw LineError(
                at: field.key.range.lowerBound,
                "`\(try field.name(in: line))` says again what another field has said",
                remedy: "Leave one of the two out.")
        }
        seen |= bit
        try set(named, field.value, in: line)
    }

    private mutating func set(
        _ field: LineField, _ value: JSONSlice, in line: RawSpan
    ) throws {
        switch field {
        case .stream: stream = try streamName(value, in: line)
        case .type: type = try name(value, .type, in: line)
        case .data: data.place = value.range
        case .time: event.occurredAt = try time(value, in: line)
        case .tags: event.tags = try tags(value, in: line)
        case .id: event.id = try id(value, in: line)
        case .revision:
            let number = try value.int64(in: line)
            guard number >= 0 else {
                throw LineError(
                    at: value.range.lowerBound, "a revision is never negative",
                    remedy: "Count from 0, or leave the field out.")
            }
            revision = (UInt64(number), value.range.lowerBound)
        case .metadata: metadata.place = value.range
        case .dataBase64: data.decoded = try bytes(value, in: line)
        case .metadataBase64: metadata.decoded = try bytes(value, in: line)
        case .contentType: event.contentType = try name(value, .contentType, in: line)
        case .causation: event.causation = try reference(value, .causation, in: line)
        case .correlation: event.correlation = try reference(value, .correlation, in: line)
        case .removed:
            if isExact { break }
            throw LineError(
                at: value.range.lowerBound,
                "the event is one whose data were removed, and cannot be recorded anew",
                remedy: "Leave the line out, or use `import --exact` with all of the export.")
        case .ignored: break
        }
    }

    private mutating func id(_ value: JSONSlice, in line: RawSpan) throws -> EventID {
        let id =
            if let plain = value.plainText { EventID(utf8: line.extracting(plain)) } else {
                EventID(try value.string(in: line))
            }
        guard let id else {
            throw LineError(
                at: value.range.lowerBound, "this is no UUID",
                remedy: "Write 36 characters as uuidgen prints them, or leave the field out.")
        }
        hasID = true
        return id
    }

    private mutating func finish(_ line: RawSpan, _ other: String?) throws(LineError) {
        stream = stream ?? other
        if stream == nil { throw missing("stream") }
        guard let type else { throw missing("type") }
        event.type = type
        let size = withFields(in: line) {
            event.id
        } _: { fields, stream in
            fields.recordBytes(streamBytes: stream.utf8.count)
        }
        guard size <= Limits.eventBytesMax else {
            throw LineError(
                at: 0,
                "the event would have \(size) bytes, and an event has at most "
                    + "\(Limits.eventBytesMax)",
                remedy: "Keep the large part elsewhere, and record where and its digest.")
        }
    }

    private func missing(_ field: String) -> LineError {
        LineError(
            at: 0, "the field `\(field)` is missing",
            remedy: "Every event needs `stream` and `type`; `daybook help format` lists the fields."
        )
    }

    private func unknown(_ field: JSONField, in line: RawSpan) throws -> LineError {
        let name = try field.name(in: line)
        if name == "exact" {
            return LineError(
                at: field.key.range.lowerBound, "this is how an exact export begins",
                remedy: "Make a journal of it, by `daybook import --exact`.")
        }
        let meant = LineField.nearest(to: name).map { "Did you mean `\($0)`? " } ?? ""
        return LineError(
            at: field.key.range.lowerBound,
            "the field `\(name.prefix(60))` is unknown, and passing over it would lose it",
            remedy: meant
                + "Put it into `data` or `metadata`; `daybook help format` lists the fields.")
    }
}
