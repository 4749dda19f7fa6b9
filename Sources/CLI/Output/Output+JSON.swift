internal import DaybookJSON

extension Output {
    /// One object on one line.
    func json(_ object: JSONObject) throws { try line(JSONValue.object(object).text()) }
}

extension JSONValue {
    /// A whole number, or null.
    static func number(_ value: (some FixedWidthInteger)?) -> JSONValue {
        value.map { .number(JSONNumber($0)) } ?? .null
    }

    /// A string, or null.
    static func string(_ value: (some CustomStringConvertible)?) -> JSONValue {
        value.map { .string($0.description) } ?? .null
    }
}
