internal import DaybookBytes

/// The fields of an event that is to be recorded, where they lie in borrowed memory: what is checked, measured and
/// written, whether it was an `Event` or came in as bytes.
///
/// Texts are UTF-8.
package struct EventFields: ~Escapable {
    package let id: EventID
    package let type: RawSpan
    package let contentType: RawSpan
    package let metadata: RawSpan
    package let data: RawSpan
    // Few events have any of these, and nothing is allocated for those that have none.
    package var tags: Set<String> = []
    package var causation: String?
    package var correlation: String?
    package var occurredAt: Timestamp?
    /// The number of the content type; 0: by name.
    let contentTypeNumber: Int

    @_lifetime(copy type, copy contentType, copy metadata, copy data)
    package init(
        id: EventID, type: RawSpan, contentType: RawSpan, metadata: RawSpan, data: RawSpan
    ) {
        self.id = id
        self.type = type
        self.contentType = contentType
        self.metadata = metadata
        self.data = data
        contentTypeNumber = EventRecord.contentTypeNumber(contentType)
    }
}

extension Event {
    /// Gives the fields to `body`, without copying them.
    package func withFields<Value, Failure: Error>(
        _ body: (borrowing EventFields) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let (type, contentType) = (type, contentType)
        // Safe: every byte of a text is initialised.
        var fields = unsafe EventFields(
            id: id, type: type.utf8Span.span.bytes, contentType: contentType.utf8Span.span.bytes,
            metadata: metadata.rawSpan, data: data.rawSpan)
        fields.tags = tags
        fields.causation = causation
        fields.correlation = correlation
        fields.occurredAt = occurredAt
        return try body(fields)
    }
}

extension EventFields {
    /// How many bytes the record of the event has.
    package func recordBytes(streamBytes: Int) -> Int {
        var size = EventRecord.namesAt + streamBytes + type.byteCount + data.byteCount
        if occurredAt != nil { size += 8 }
        if !tags.isEmpty {
            size += Self.bytesOfVarint(tags.count)
            for tag in tags { size += Self.prefixed(tag.utf8.count) }
        }
        if let text = causation { size += Self.prefixed(text.utf8.count) }
        if let text = correlation { size += Self.prefixed(text.utf8.count) }
        if contentTypeNumber == 0 { size += Self.prefixed(contentType.byteCount) }
        if !metadata.isEmpty { size += Self.prefixed(metadata.byteCount) }
        return size
    }

    private static func prefixed(_ count: Int) -> Int { bytesOfVarint(count) + count }

    private static func bytesOfVarint(_ value: Int) -> Int {
        value < 0x80 ? 1 : (Int.bitWidth - value.leadingZeroBitCount + 6) / 7
    }
}
