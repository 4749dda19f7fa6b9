internal import Daybook
internal import DaybookBytes
internal import DaybookProtobuf

/// The map of an event's properties: entries of the field 6, each with a key (1) and a value (2).
extension ProtobufWriter {
    private static let properties = 6
    private static let typeKey = key("type")
    private static let contentTypeKey = key("content-type")
    private static let createdKey = key("created")
    /// Whole entries, which nearly every event has one of.
    private static let json = entry(contentTypeKey, Event.json)
    private static let binary = entry(contentTypeKey, Event.bytes)

    mutating func type(_ type: RawSpan) {
        message(Self.properties, about: type.byteCount + 8) { writer in
            writer.buffer.append(Self.typeKey)
            writer.span(2, type)
        }
    }

    /// Clients know two types of content: what is not JSON is bytes to them.
    mutating func contentType(isJSON: Bool) {
        buffer.append(isJSON ? Self.json : Self.binary)
    }

    /// When the event was recorded, in units of 100 nanoseconds since 1970.
    mutating func created(_ instant: Timestamp) {
        message(Self.properties) { writer in
            writer.buffer.append(Self.createdKey)
            writer.message(2) { $0.decimal(UInt64(max(0, instant.microseconds)) &* 10) }
        }
    }

    /// The digits of a number, without making a string of it.
    mutating func decimal(_ value: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = value
        // Two at a time: each division waits for the one before.
        while rest >= 10 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            digits[first - 1] = UInt8(truncatingIfNeeded: pair % 10) + UInt8(ascii: "0")
            digits[first - 2] = UInt8(truncatingIfNeeded: pair / 10) + UInt8(ascii: "0")
            first -= 2
            rest = quotient
        }
        if rest > 0 || first == 20 {
            first -= 1
            digits[first] = UInt8(truncatingIfNeeded: rest) + UInt8(ascii: "0")
        }
        // Safe: every element is a byte that was written.
        unsafe buffer.append(digits.span.bytes.extracting(first..<20))
    }

    /// `{"$c":77,"$p":77,"$o":"order-7","$causedBy":"…"}`, of the event to which a link leads.
    mutating func linkMetadata(to event: EventView) {
        buffer.append(#"{"$c":"#)
        decimal(event.position)
        buffer.append(#","$p":"#)
        decimal(event.position)
        buffer.append(#","$o":""#)
        escaped(event.streamBytes)
        buffer.append(#"","$causedBy":""#)
        let id = event.id.characters
        // Safe: every element is a byte that was written.
        unsafe buffer.append(id.span.bytes)
        buffer.append(#""}"#)
    }

    /// A name as it stands in JSON: no name has control characters.
    private mutating func escaped(_ name: RawSpan) {
        for index in 0..<name.byteCount {
            let byte = name.u8(at: index)
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                buffer.append(UInt8(ascii: "\\"))
            }
            buffer.append(byte)
        }
    }

    private static func key(_ text: String) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, text)
        return writer.array
    }

    private static func entry(_ key: [UInt8], _ value: String) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(properties) { writer in
            writer.buffer.append(key)
            writer.string(2, value)
        }
        return writer.array
    }
}
