internal import DaybookBytes
internal import DaybookProtobuf

/// The fields of a message of no known type.
struct MessageFields: Equatable {
    enum Value: Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes([UInt8])
    }

    private var fields: [(number: Int, value: Value)] = []

    static func == (one: MessageFields, other: MessageFields) -> Bool {
        one.fields.elementsEqual(other.fields) { $0 == $1 }
    }

    /// The fields up to the first that is none; reads each also as what it is not.
    private init(_ reader: ProtobufReader) {
        var reader = reader
        do throws(ProtobufError) {
            while let number = try reader.next() {
                fields.append((number, try Self.value(of: &reader)))
            }
        } catch {
            _ = error.description
        }
    }

    private static func value(of reader: inout ProtobufReader) throws(ProtobufError) -> Value {
        var other = reader
        if let nested = try? other.message() { _ = MessageFields(nested) }
        other = reader
        _ = try? other.string()
        other = reader
        var sum: UInt64 = 0
        try? other.numbers { sum &+= $0 }
        other = reader
        if let number = try? other.sint32() { return .varint(try whole(number, &reader)) }
        other = reader
        if (try? other.fixed32()) != nil { return .fixed32(try reader.fixed32()) }
        other = reader
        if (try? other.fixed64()) != nil { return .fixed64(try reader.fixed64()) }
        return .bytes(try reader.array())
    }

    /// The number itself, of which another reading took the low bits.
    private static func whole(
        _ low: Int32, _ reader: inout ProtobufReader
    ) throws(ProtobufError) -> UInt64 {
        var other = reader
        let value = try reader.uint64()
        let half = UInt32(truncatingIfNeeded: value)
        precondition(low == Int32(bitPattern: half >> 1) ^ -Int32(bitPattern: half & 1))
        let signed = try other.int64()
        precondition(signed == Int64(bitPattern: value))
        return value
    }

    private var encoded: [UInt8] {
        var writer = ProtobufWriter()
        for (number, value) in fields {
            switch value {
            case .varint(let value): writer.uint64(number, always: value)
            case .fixed64(let value): writer.fixed64(number, always: value)
            case .fixed32(let value): writer.fixed32(number, always: value)
            case .bytes(let value): writer.span(number, always: value.rawSpan)
            }
        }
        return writer.array
    }

    static func check(_ bytes: RawSpan) {
        let fields = MessageFields(ProtobufReader(bytes))
        let again = fields.encoded
        precondition(
            MessageFields(ProtobufReader(again.rawSpan)) == fields,
            "what was written does not read as what was read")
    }
}
