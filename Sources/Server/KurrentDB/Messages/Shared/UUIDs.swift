package import Daybook
internal import DaybookBytes
internal import DaybookProtobuf

/// How a client writes the ids of events, and wants them written.
///
/// ```
/// 1  message   the halves of the 16 bytes:  1 int64 first, 2 int64 last, most significant byte first
/// 2  string    36 characters
/// ```
package enum UUIDForm: Sendable {
    case structured, string
}

/// An id and the form in which it came, so that it can be sent back alike.
package struct SentUUID: Hashable, Sendable {
    package var id: EventID
    package var form: UUIDForm

    package init(_ id: EventID, _ form: UUIDForm) {
        self.id = id
        self.form = form
    }
}

extension ProtobufReader {
    /// An id; nil where the message is empty.
    mutating func uuid() throws(ProtobufError) -> SentUUID? {
        var reader = try message()
        var found: SentUUID?
        while let field = try reader.next() {
            switch field {
            case 1: found = SentUUID(try reader.structuredUUID(), .structured)
            case 2:
                guard let id = EventID(text: try reader.span()) else {
                    throw reader.invalid("an id is no UUID")
                }
                found = SentUUID(id, .string)
            default: break
            }
        }
        return found
    }

    private mutating func structuredUUID() throws(ProtobufError) -> EventID {
        var reader = try message()
        var high: Int64 = 0
        var low: Int64 = 0
        while let field = try reader.next() {
            switch field {
            case 1: high = try reader.int64()
            case 2: low = try reader.int64()
            default: break
            }
        }
        return EventID(high: UInt64(bitPattern: high), low: UInt64(bitPattern: low))
    }
}

extension ProtobufWriter {
    mutating func uuid(_ field: Int, _ uuid: SentUUID) { self.uuid(field, uuid.id, uuid.form) }

    mutating func uuid(_ field: Int, _ id: EventID, _ form: UUIDForm) {
        message(field) { writer in
            switch form {
            case .structured:
                writer.message(1) { writer in
                    writer.uint64(1, id.high)
                    writer.uint64(2, id.low)
                }
            case .string:
                writer.buffer.append(upTo: 2 + ByteRoom.uuidBytes) { room in
                    room.append(0x12 as UInt8)
                    room.append(UInt8(ByteRoom.uuidBytes))
                    room.append(id)
                }
            }
        }
    }
}

extension EventID {
    /// Reads the usual form of 36 characters, in either case; nil for anything else.
    init?(text: borrowing RawSpan) {
        guard text.byteCount == 36, text.u8(at: 8) == UInt8(ascii: "-"),
            text.u8(at: 13) == UInt8(ascii: "-"), text.u8(at: 18) == UInt8(ascii: "-"),
            text.u8(at: 23) == UInt8(ascii: "-")
        else { return nil }
        // The digits are read without looking, and one look at the end says whether all of them were digits.
        var doubts: UInt64 = 0
        func digits(_ range: Range<Int>, after start: UInt64 = 0) -> UInt64 {
            var value = start
            for place in range {
                let byte = text.u8(at: place)
                let number = byte &- 0x30
                let letter = (byte | 0x20) &- 0x61
                let digit = number < 10 ? number : letter < 6 ? letter &+ 10 : 0x80
                doubts |= UInt64(digit)
                value = value << 4 | UInt64(digit & 15)
            }
            return value
        }
        let high = digits(14..<18, after: digits(9..<13, after: digits(0..<8)))
        let low = digits(24..<36, after: digits(19..<23))
        guard doubts < 0x80 else { return nil }
        self.init(high: high, low: low)
    }
}
