/// A JSON value as a tree.
///
/// Equality is that of JSON: numbers by their exact value (``JSONNumber``), strings by their UTF-8,
/// objects by their members in whatever order, arrays in order.
///
/// A tree that was parsed is at most ``JSONScanner/nestingDepthMax`` levels deep. One that a
/// program builds may be deeper, but then its text is refused by every reader of this module.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The member of an object, nil where there is none and for what is no object.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The element of an array, nil where there is none and for what is no array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// Whether this is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The value of a `true` or `false`, else nil.
    public var asBool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number as an integer where it is one of 64 bits, else nil.
    public var asInt64: Int64? {
        if case .number(let number) = self { number.int64 } else { nil }
    }

    /// The floating-point value nearest to the number, nil for what is no number.
    public var asDouble: Double? {
        if case .number(let number) = self { number.double } else { nil }
    }

    /// The text of a string, else nil.
    public var asString: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The elements of an array, else nil.
    public var asArray: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members of an object, else nil.
    public var asObject: JSONObject? {
        if case .object(let members) = self { members } else { nil }
    }
}

extension JSONValue: Hashable {
    /// Whether both are the same JSON: see ``JSONValue``.
    public static func == (one: JSONValue, other: JSONValue) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.string(let one), .string(let other)): JSONKey(one) == JSONKey(other)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }

    /// Feeds what equal values share.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .number(let number): hasher.combine(number)
        case .string(let text): hasher.combine(JSONKey(text))
        case .array(let elements): hasher.combine(elements)
        case .object(let members): hasher.combine(members)
        }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `null`.
    public init(nilLiteral: ()) { self = .null }

    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// A number.
    public init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }

    /// A number, in the shortest spelling of the floating-point value nearest to what is written.
    public init(floatLiteral value: Double) {
        guard let number = JSONNumber(value) else {
            preconditionFailure("a number in JSON is finite")
        }
        self = .number(number)
    }

    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// An object; of a key that stands twice, the last value.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var members = JSONObject()
        for (key, value) in elements { members[key] = value }
        self = .object(members)
    }
}
