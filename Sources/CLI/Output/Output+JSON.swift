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

    /// To the millisecond.
    static func seconds(_ seconds: Double) -> JSONValue {
        JSONNumber((seconds * 1000).rounded() / 1000).map(JSONValue.number) ?? .null
    }

    /// How many a second; null where no time passed.
    static func rate(_ count: Int, seconds: Double) -> JSONValue {
        guard seconds > 0 else { return .null }
        return JSONNumber((Double(count) / seconds).rounded()).map(JSONValue.number) ?? .null
    }

    /// A string, or null.
    static func string(_ value: (some CustomStringConvertible)?) -> JSONValue {
        value.map { .string($0.description) } ?? .null
    }
}
