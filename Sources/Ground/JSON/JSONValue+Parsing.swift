import DaybookBytes

extension JSONValue {
    /// Reads a text.
    ///
    /// Of a key that stands twice in an object the last value is kept, at the place of the first.
    ///
    /// - Throws: ``JSONError`` for whatever ``JSON/validate(_:)`` refuses.
    public init(parsing bytes: RawSpan) throws(JSONError) {
        var scanner = JSONScanner(unchecked: bytes)
        var builder = JSONTreeBuilder()
        _ = try scanner.scanDocument(into: &builder)
        self = builder.root
    }

    /// Reads a text, as ``init(parsing:)-(RawSpan)`` does.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        try self.init(parsing: bytes.rawSpan)
    }

    /// Reads a text, as ``init(parsing:)-(RawSpan)`` does.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: text.utf8Span.bytes)
    }

    /// Reads a value that a scanner has found in `bytes`. Offsets in errors are those of the value.
    public init(_ slice: JSONSlice, in bytes: RawSpan) throws(JSONError) {
        try self.init(parsing: bytes.extracting(slice.range))
    }
}

/// Puts together what the scanner tells, with a stack of what is open.
struct JSONTreeBuilder: JSONSink {
    private struct Open {
        /// The key of the value that comes next, in an object.
        var key = ""
        var members: JSONObject?
        var elements: [JSONValue] = []
    }

    private var open: [Open] = []
    /// The whole text's value, once it has ended.
    private(set) var root = JSONValue.null

    mutating func begin(_ kind: JSONKind) {
        open.append(Open(members: kind == .object ? JSONObject() : nil))
    }

    mutating func end(_ kind: JSONKind) {
        let ended = open.removeLast()
        add(ended.members.map { .object($0) } ?? .array(ended.elements))
    }

    mutating func key(_ key: JSONSlice, in bytes: RawSpan) throws(JSONError) {
        open[open.count - 1].key = try key.string(in: bytes)
    }

    mutating func scalar(_ value: JSONSlice, in bytes: RawSpan) throws(JSONError) {
        switch value.kind {
        case .string: add(.string(try value.string(in: bytes)))
        case .number:
            add(.number(JSONNumber(checked: bytes.extracting(value.range).text())))
        case .true: add(.bool(true))
        case .false: add(.bool(false))
        default: add(.null)
        }
    }

    private mutating func add(_ value: JSONValue) {
        let top = open.count - 1
        if top < 0 {
            root = value
        } else if open[top].members == nil {
            open[top].elements.append(value)
        } else {
            open[top].members![open[top].key] = value
        }
    }
}
