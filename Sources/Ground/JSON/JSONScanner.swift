import DaybookBytes

/// Walks over the fields of an object, or the elements of an array, without building anything.
///
/// Each step checks one field to its end, whatever is nested in it, and says where its key and its
/// value stand. The text is known to be JSON once the scanner has answered nil; until then only the
/// fields so far are. A key that stands twice is answered twice: who keeps the last, keeps the
/// value that ``JSONValue`` keeps.
///
/// ```swift
/// var fields = try JSONScanner(fieldsOf: line)
/// while let field = try fields.nextField() {
///     if field.isNamed("stream", in: line) {
///         stream = try field.value.string(in: line)
///     } else if field.isNamed("data", in: line) {
///         data = field.value.range
///     }
/// }
/// ```
///
/// Nothing is allocated. After an error the scanner is not to be used again.
public struct JSONScanner: ~Escapable {
    /// How many objects and arrays may stand in one another. The stack of ``Nesting`` is sized by
    /// it.
    public static let nestingDepthMax = 512

    /// Where a scanner stands between two of its steps.
    enum Place { case first, between, done }

    let bytes: RawSpan
    var at = 0
    var place = Place.first
    var opener = ASCII.braceOpen

    /// The length of the text.
    @inline(__always)
    var end: Int { bytes.byteCount }

    /// A scanner that stands at the start and has looked at nothing.
    @_lifetime(copy bytes)
    init(unchecked bytes: RawSpan) {
        self.bytes = bytes
    }

    /// Starts on a text that is one object.
    ///
    /// - Throws: ``JSONError`` where something else begins there; `wrongKind` for another value.
    @_lifetime(copy bytes)
    public init(fieldsOf bytes: RawSpan) throws(JSONError) {
        self.init(unchecked: bytes)
        try open(.object, ASCII.braceOpen)
    }

    /// Starts on a text that is one array.
    ///
    /// - Throws: ``JSONError`` where something else begins there; `wrongKind` for another value.
    @_lifetime(copy bytes)
    public init(elementsOf bytes: RawSpan) throws(JSONError) {
        self.init(unchecked: bytes)
        try open(.array, ASCII.bracketOpen)
    }

    /// Starts on an object that stands in `bytes`; offsets stay those of `bytes`.
    ///
    /// - Throws: ``JSONError/Code/wrongKind`` for another kind of value.
    @_lifetime(copy bytes)
    public init(fieldsOf slice: JSONSlice, in bytes: RawSpan) throws(JSONError) {
        try slice.require(.object, .object, in: bytes)
        self.init(unchecked: bytes.extracting(0..<slice.range.upperBound))
        at = slice.range.lowerBound
        try open(.object, ASCII.braceOpen)
    }

    /// Starts on an array that stands in `bytes`; offsets stay those of `bytes`.
    ///
    /// - Throws: ``JSONError/Code/wrongKind`` for another kind of value.
    @_lifetime(copy bytes)
    public init(elementsOf slice: JSONSlice, in bytes: RawSpan) throws(JSONError) {
        try slice.require(.array, .array, in: bytes)
        self.init(unchecked: bytes.extracting(0..<slice.range.upperBound))
        at = slice.range.lowerBound
        try open(.array, ASCII.bracketOpen)
    }

    /// The next field of the object, or nil behind its last one and the end of the text.
    ///
    /// - Throws: ``JSONError`` with the first byte that cannot stand where it stands.
    public mutating func nextField() throws(JSONError) -> JSONField? {
        precondition(opener == ASCII.braceOpen, "this scanner walks an array: use nextElement()")
        guard try step(to: ASCII.braceClose, first: .key, then: .commaOrBrace) else {
            return nil
        }
        let key = try scanKey()
        var nothing = JSONNothing()
        return JSONField(key: key, value: try scanValue(into: &nothing, depth: 1))
    }

    /// The next element of the array, or nil behind its last one and the end of the text.
    ///
    /// - Throws: ``JSONError`` with the first byte that cannot stand where it stands.
    public mutating func nextElement() throws(JSONError) -> JSONSlice? {
        precondition(opener == ASCII.bracketOpen, "this scanner walks an object: use nextField()")
        guard try step(to: ASCII.bracketClose, first: .value, then: .commaOrBracket) else {
            return nil
        }
        var nothing = JSONNothing()
        return try scanValue(into: &nothing, depth: 1)
    }

    private mutating func open(
        _ expected: JSONError.Expected, _ opener: UInt8
    ) throws(JSONError) {
        self.opener = opener
        try refuseByteOrderMark()
        skipSpace()
        let byte = try peek(expected)
        guard byte == opener else {
            // What begins no value at all is no value of the wrong kind.
            var nothing = JSONNothing()
            let slice = try scanDocument(into: &nothing)
            let start = slice.range.lowerBound
            throw JSONError(.wrongKind, at: start, expected: expected, found: byte)
        }
        at += 1
    }

    /// Goes to the next member, over the comma before it; false at the end.
    @inline(__always)
    private mutating func step(
        to closer: UInt8, first: JSONError.Expected, then: JSONError.Expected
    ) throws(JSONError) -> Bool {
        if place == .done { return false }
        skipSpace()
        let byte = try peek(place == .first ? first : then)
        if byte == closer {
            at += 1
            place = .done
            try scanEnd()
            return false
        }
        if place == .first {
            place = .between
            return true
        }
        guard byte == ASCII.comma else { throw unexpected(then) }
        at += 1
        skipSpace()
        return true
    }
}
