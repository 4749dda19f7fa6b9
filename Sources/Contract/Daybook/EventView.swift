internal import DaybookBytes

/// A recorded event, borrowed: its fields are read where they lie, and nothing is copied until asked for.
///
/// It lives no longer than the batch it came from, which the compiler checks. `RecordedEvent(view)` copies it.
public struct EventView: ~Escapable {
    /// The whole record, well-formed.
    package let record: RawSpan
    public let position: Position

    /// A view of a record that `EventRecord.isWellFormed`.
    @_lifetime(copy record)
    package init(record: RawSpan, position: Position) {
        self.record = record
        self.position = position
    }

    public var id: EventID {
        EventID(
            high: record.u64(at: EventRecord.idAt).byteSwapped,
            low: record.u64(at: EventRecord.idAt + 8).byteSwapped)
    }
    public var revision: Revision { record.u64(at: EventRecord.revisionAt) }
    public var recordedAt: Timestamp {
        Timestamp(microseconds: record.i64(at: EventRecord.recordedAtAt))
    }

    /// The stream's name in UTF-8.
    public var streamBytes: RawSpan {
        @_lifetime(copy self) get { record.extracting(streamRange) }
    }
    /// The type in UTF-8.
    public var typeBytes: RawSpan {
        @_lifetime(copy self) get { record.extracting(typeRange) }
    }
    public var dataBytes: RawSpan {
        @_lifetime(copy self) get { record.extracting(dataRange) }
    }
    /// Empty where there is none.
    public var metadataBytes: RawSpan {
        @_lifetime(copy self) get { record.extracting(metadataRange) }
    }

    /// Whether its content is JSON.
    package var isJSON: Bool {
        shape.contentType == EventRecord.jsonNumber
    }

    /// Whether its content type is a text of these bytes. One of the usual types has none, and is none.
    package func isContentType(_ text: StaticString) -> Bool {
        guard let range = contentTypeRange else { return false }
        return record.extracting(range).isText(text)
    }

    /// Where a content type lies that is none of the usual ones: asked for each event that is read, and found without
    /// noting where all that is around it lies.
    private var contentTypeRange: Range<Int>? {
        let flags = flags
        guard flags.contains(.contentType) else { return nil }
        var end = shape.optionalAt
        if flags.contains(.occurredAt) { end += 8 }
        if flags.contains(.tags) {
            guard let (count, first) = record.varint(at: end) else { return nil }
            end = first
            for _ in 0..<count where EventRecord.take(from: record, &end) == nil { return nil }
        }
        if flags.contains(.causation), EventRecord.take(from: record, &end) == nil { return nil }
        if flags.contains(.correlation), EventRecord.take(from: record, &end) == nil { return nil }
        return EventRecord.take(from: record, &end)
    }

    /// Whether it has none of the fields that few events have: no more than metadata, and its content is JSON or bytes.
    package var isPlain: Bool { flags.isSubset(of: .metadata) }

    /// Whether it has tags, a correlation or a causation.
    package var hasRelations: Bool {
        let relations: EventRecord.Flags = [.tags, .correlation, .causation]
        return record.u8(at: EventRecord.flagsAt) & relations.rawValue != 0
    }
    /// Whether it has a correlation.
    package var hasCorrelation: Bool { flags.contains(.correlation) }
    /// The correlation in UTF-8; empty where there is none.
    package var correlationBytes: RawSpan {
        @_lifetime(copy self) get { record.extracting(optional.correlation) }
    }

    public var stream: String { streamBytes.text() }
    public var type: String { typeBytes.text() }
    public var occurredAt: Timestamp? { optional.occurredAt }
    public var causation: String? { text(.causation, optional.causation) }
    public var correlation: String? { text(.correlation, optional.correlation) }
    public var contentType: String {
        EventRecord.contentTypes[shape.contentType]
            ?? record.extracting(optional.contentType).text()
    }
    public var tags: Set<String> {
        guard flags.contains(.tags) else { return [] }
        var tags: Set<String> = []
        forEachTag { tags.insert($0.text()) }
        return tags
    }

    /// Whether the stream is the system's.
    public var isSystem: Bool {
        shape.streamBytes > 0
            && record.u8(at: EventRecord.namesAt) == UInt8(ascii: "$")
    }

    /// Calls `body` with each tag in UTF-8, in the order of their bytes.
    public func forEachTag<Failure: Error>(
        _ body: (borrowing RawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        guard flags.contains(.tags) else { return }
        let fields = optional
        var offset = fields.tags.lowerBound
        while offset < fields.tags.upperBound {
            guard let range = EventRecord.take(from: record, &offset) else { return }
            try body(record.extracting(range))
        }
    }

    private var shape: EventRecord.Shape { EventRecord.Shape(of: record) }
    private var flags: EventRecord.Flags { shape.flags }
    private var streamRange: Range<Int> {
        EventRecord.namesAt..<shape.typeAt
    }
    private var typeRange: Range<Int> {
        let shape = shape
        return shape.typeAt..<shape.optionalAt
    }
    private var dataRange: Range<Int> {
        record.byteCount - Int(record.u32(at: EventRecord.dataBytesAt))..<record.byteCount
    }
    private var metadataRange: Range<Int> {
        if !flags.contains(.metadata) { return 0..<0 }
        if flags != .metadata { return optional.metadata }
        return EventRecord.onlyMetadata(of: record, from: shape.optionalAt) ?? 0..<0
    }
    private var optional: EventRecord.OptionalFields {
        if flags.isEmpty { return EventRecord.OptionalFields() }
        return EventRecord.optionalFields(of: record, from: shape.optionalAt)
            ?? EventRecord.OptionalFields()
    }
    private func text(_ flag: EventRecord.Flags, _ range: Range<Int>) -> String? {
        flags.contains(flag) ? record.extracting(range).text() : nil
    }
}

extension RecordedEvent {
    /// A copy of a borrowed event.
    public init(_ view: borrowing EventView) {
        self.init(
            stream: view.stream, revision: view.revision, position: view.position,
            recordedAt: view.recordedAt,
            event: Event(
                id: view.id, type: view.type, data: view.dataBytes.copied(),
                contentType: view.contentType, metadata: view.metadataBytes.copied(),
                tags: view.tags,
                causation: view.causation, correlation: view.correlation,
                occurredAt: view.occurredAt))
    }
}
