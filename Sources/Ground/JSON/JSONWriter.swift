public import DaybookBytes

/// Writes JSON: the caller says what comes, the writer puts commas, colons and line breaks.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.key("stream")
/// writer.string("account-1")
/// writer.key("data")
/// writer.raw(event.data)
/// writer.endObject()
/// let text = writer.finish()
/// ```
///
/// What it has written is JSON, provided that raw bytes are. A call that cannot stand where it is
/// made, such as a value without a key in an object, stops the process: it is a mistake in the
/// program.
public struct JSONWriter: ~Copyable {
    /// How the text looks. What it says is the same in all styles.
    public struct Style: Sendable, Hashable {
        /// Each member and element on its own line, indented by two spaces a level.
        public var isPretty = false
        /// Everything beyond ASCII as a `\u` escape; otherwise it stands as UTF-8.
        public var isASCIIOnly = false

        /// A style of one's own.
        public init(isPretty: Bool = false, isASCIIOnly: Bool = false) {
            self.isPretty = isPretty
            self.isASCIIOnly = isASCIIOnly
        }

        /// No white space at all.
        public static let compact = Style()
        /// For people to read.
        public static let pretty = Style(isPretty: true)
    }

    /// An object or array that is open.
    struct Level {
        let kind: JSONKind
        var isEmpty = true
    }

    let style: Style
    var output: ByteWriter
    var open: [Level] = []
    /// A key was written and its value was not.
    var hasKey = false
    /// A value stands at the top, so that nothing more may until the line is ended.
    var isComplete = false

    /// Starts to write behind what `output` holds already.
    public init(style: Style = .compact, into output: consuming ByteWriter = ByteWriter()) {
        self.style = style
        self.output = output
    }

    /// What was written so far.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        borrowing get { output.bytes }
    }

    /// Ends writing and gives the memory back; the value must be complete.
    public consuming func finish() -> ByteWriter {
        precondition(open.isEmpty && !hasKey, "the value is not complete: something is still open")
        return output
    }

    /// Forgets everything and keeps the memory, to write another text.
    public mutating func removeAll() {
        output.removeAll()
        open.removeAll(keepingCapacity: true)
        hasKey = false
        isComplete = false
    }

    /// Ends the line behind a complete value, so that another may follow: JSON Lines.
    public mutating func endLine() {
        precondition(isComplete, "a line ends behind a complete value")
        output.append(ASCII.newline)
        isComplete = false
    }

    /// Opens an object.
    public mutating func beginObject() { begin(.object, ASCII.braceOpen) }

    /// Closes the object that was opened last.
    public mutating func endObject() { end(.object, ASCII.braceClose) }

    /// Opens an array.
    public mutating func beginArray() { begin(.array, ASCII.bracketOpen) }

    /// Closes the array that was opened last.
    public mutating func endArray() { end(.array, ASCII.bracketClose) }

    /// The key of the value that comes next. Whether it stands there already is not looked at.
    public mutating func key(_ key: String) {
        beforeKey()
        append(escaping: key.utf8Span.bytes)
        afterKey()
    }

    mutating func begin(_ kind: JSONKind, _ opener: UInt8) {
        beforeValue()
        output.append(opener)
        open.append(Level(kind: kind))
    }

    mutating func end(_ kind: JSONKind, _ closer: UInt8) {
        guard let level = open.popLast(), level.kind == kind, !hasKey else {
            preconditionFailure("what is closed is what was opened last, with a value for each key")
        }
        if !level.isEmpty { breakLine() }
        output.append(closer)
        isComplete = open.isEmpty
    }

    mutating func beforeKey() {
        precondition(open.last?.kind == .object && !hasKey, "a key stands in an object")
        separate()
    }

    mutating func afterKey() {
        output.append(ASCII.colon)
        if style.isPretty { output.append(ASCII.space) }
        hasKey = true
    }

    /// Puts what stands before a value, and takes the value as written.
    mutating func beforeValue() {
        if open.isEmpty {
            precondition(!isComplete, "one text is one value: end the line before the next")
            isComplete = true
        } else if hasKey {
            hasKey = false
        } else {
            precondition(open[open.count - 1].kind == .array, "in an object a value has a key")
            separate()
        }
    }

    private mutating func separate() {
        let top = open.count - 1
        if open[top].isEmpty { open[top].isEmpty = false } else { output.append(ASCII.comma) }
        breakLine()
    }

    private mutating func breakLine() {
        guard style.isPretty else { return }
        output.append(ASCII.newline)
        for _ in 0..<open.count { output.append(0x2020 as UInt16) }
    }
}
