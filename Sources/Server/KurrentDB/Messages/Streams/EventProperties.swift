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
            writer.bytes += Self.typeKey
            writer.span(2, type)
        }
    }

    /// Clients know two types of content: what is not JSON is bytes to them.
    mutating func contentType(_ type: String) {
        bytes += type == Event.json ? Self.json : Self.binary
    }

    /// When the event was recorded, in units of 100 nanoseconds since 1970.
    mutating func created(_ instant: Timestamp) {
        message(Self.properties) { writer in
            writer.bytes += Self.createdKey
            writer.message(2) { $0.decimal(UInt64(max(0, instant.microseconds)) &* 10) }
        }
    }

    /// The digits of a number, without making a string of it.
    mutating func decimal(_ value: UInt64) {
        var digits: InlineArray<20, UInt8> = .init(repeating: 0)
        var count = 0
        var rest = value
        repeat {
            digits[count] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
            rest /= 10
            count += 1
        } while rest > 0
        while count > 0 {
            count -= 1
            bytes.append(digits[count])
        }
    }

    private static func key(_ text: String) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, text)
        return writer.bytes
    }

    private static func entry(_ key: [UInt8], _ value: String) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(properties) { writer in
            writer.bytes += key
            writer.string(2, value)
        }
        return writer.bytes
    }
}
