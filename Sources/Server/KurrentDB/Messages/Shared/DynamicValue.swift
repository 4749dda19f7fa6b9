internal import Daybook
internal import DaybookBytes
internal import DaybookJSON
internal import DaybookProtobuf

/// What values of any type may still take, of those that become one text of JSON: one of three bytes takes a hundred in
/// memory, and a control character six in the text.
struct DynamicRoom: Hashable {
    /// Values, those in lists and objects among them: with as many a tree takes a few megabytes.
    static let valuesMax = 10_000
    /// Bytes that their texts and keys have in JSON: no event has more.
    static let textBytesMax = Limits.eventBytesMax

    private var values = valuesMax
    private var textBytes = textBytesMax

    fileprivate mutating func takeValue(_ reader: borrowing ProtobufReader) throws(ProtobufError) {
        values -= 1
        if values < 0 { throw reader.invalid("there are more than \(Self.valuesMax) values") }
    }

    fileprivate mutating func takeText(
        _ bytes: RawSpan, _ reader: borrowing ProtobufReader
    ) throws(ProtobufError) {
        textBytes -= bytes.byteCount
        for index in 0..<bytes.byteCount {
            switch bytes.u8(at: index) {
            case 0..<0x20: textBytes -= 5
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): textBytes -= 1
            default: break
            }
        }
        if textBytes < 0 {
            throw reader.invalid("texts have more than \(Self.textBytesMax) bytes in JSON")
        }
    }
}

/// A value of any type (`google.protobuf.Value`), which is what JSON can say.
///
/// ```
/// 1  enum     null
/// 2  double   number, finite
/// 3  string   text
/// 4  bool     true or false
/// 5  message  object: 1 repeated entries, 1 string key, 2 message value
/// 6  message  list: 1 repeated values
/// ```
extension ProtobufReader {
    /// - Throws: Also where no type is set, and for a number that is not finite.
    mutating func dynamicValue(in room: inout DynamicRoom) throws(ProtobufError) -> JSONValue {
        try room.takeValue(self)
        var reader = try message()
        var value: JSONValue?
        while let field = try reader.next() {
            switch field {
            case 1:
                _ = try reader.int32()
                value = .null
            case 2:
                guard let number = JSONNumber(try reader.double()) else {
                    throw reader.invalid("a number is not finite")
                }
                value = .number(number)
            case 3: value = .string(try reader.text(in: &room))
            case 4: value = .bool(try reader.bool())
            case 5: value = .object(try reader.dynamicObject(in: &room))
            case 6: value = .array(try reader.dynamicList(in: &room))
            default: break
            }
        }
        guard let value else { throw invalid("a value has no type") }
        return value
    }

    private mutating func dynamicObject(
        in room: inout DynamicRoom
    ) throws(ProtobufError) -> JSONObject {
        var reader = try message()
        var object = JSONObject()
        while let field = try reader.next() {
            if field == 1 { try reader.entry(of: &object, in: &room) }
        }
        return object
    }

    private mutating func dynamicList(
        in room: inout DynamicRoom
    ) throws(ProtobufError) -> [JSONValue] {
        var reader = try message()
        var list: [JSONValue] = []
        while let field = try reader.next() {
            if field == 1 { list.append(try reader.dynamicValue(in: &room)) }
        }
        return list
    }

    /// An entry of a map from text to values; of a key that stands twice, the last value.
    mutating func entry(
        of object: inout JSONObject, in room: inout DynamicRoom
    ) throws(ProtobufError) {
        var reader = try message()
        var key = ""
        var value: JSONValue?
        while let field = try reader.next() {
            switch field {
            case 1: key = try reader.text(in: &room)
            case 2: value = try reader.dynamicValue(in: &room)
            default: break
            }
        }
        guard let value else { throw invalid("the value of `\(key)` has no type") }
        object[key] = value
    }

    private mutating func text(in room: inout DynamicRoom) throws(ProtobufError) -> String {
        let bytes = try span()
        try room.takeText(bytes, self)
        return try string(of: bytes)
    }
}

extension ProtobufWriter {
    mutating func dynamicValue(_ field: Int, _ value: JSONValue) {
        message(field) { writer in
            switch value {
            case .null: writer.uint64(1, always: 0)
            case .number(let number):
                if let double = number.double {
                    writer.fixed64(2, always: double.bitPattern)
                } else {
                    // Greater than any double: its digits are better than nothing.
                    writer.string(3, number.literal)
                }
            case .string(let text): writer.string(3, always: text)
            case .bool(let truth): writer.uint64(4, always: truth ? 1 : 0)
            case .object(let object):
                writer.message(5) { writer in
                    for (key, value) in object {
                        writer.message(1) { writer in
                            writer.string(1, key)
                            writer.dynamicValue(2, value)
                        }
                    }
                }
            case .array(let list):
                writer.message(6) { writer in
                    for value in list { writer.dynamicValue(1, value) }
                }
            }
        }
    }
}
