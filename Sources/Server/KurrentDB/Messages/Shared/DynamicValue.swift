internal import DaybookJSON
internal import DaybookProtobuf

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
    mutating func dynamicValue() throws(ProtobufError) -> JSONValue {
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
            case 3: value = .string(try reader.string())
            case 4: value = .bool(try reader.bool())
            case 5: value = .object(try reader.dynamicObject())
            case 6: value = .array(try reader.dynamicList())
            default: break
            }
        }
        guard let value else { throw invalid("a value has no type") }
        return value
    }

    private mutating func dynamicObject() throws(ProtobufError) -> JSONObject {
        var reader = try message()
        var object = JSONObject()
        while let field = try reader.next() {
            if field == 1 { try reader.entry(of: &object) }
        }
        return object
    }

    private mutating func dynamicList() throws(ProtobufError) -> [JSONValue] {
        var reader = try message()
        var list: [JSONValue] = []
        while let field = try reader.next() {
            if field == 1 { list.append(try reader.dynamicValue()) }
        }
        return list
    }

    /// An entry of a map from text to values; of a key that stands twice, the last value.
    mutating func entry(of object: inout JSONObject) throws(ProtobufError) {
        var reader = try message()
        var key = ""
        var value: JSONValue?
        while let field = try reader.next() {
            switch field {
            case 1: key = try reader.string()
            case 2: value = try reader.dynamicValue()
            default: break
            }
        }
        guard let value else { throw invalid("the value of `\(key)` has no type") }
        object[key] = value
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
