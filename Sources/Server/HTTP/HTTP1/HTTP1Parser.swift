internal import DaybookBytes

/// The head of a request or of an answer.
protocol HTTP1MessageHead {
    /// The first line, without its end.
    static func parsed(_ line: [UInt8]) throws(HTTP1Error) -> Self
    /// What is thrown where the first line is too long.
    static var lineTooLong: HTTP1Error { get }
    mutating func add(_ field: HTTPFields.Field)
    /// Checks what the fields say together; they are all there.
    mutating func complete() throws(HTTP1Error)
    var framing: HTTP1Framing { get }
}

/// Reads messages of HTTP/1.1, one after the other, out of bytes that come in any pieces (RFC 9112). Strict: what two
/// readers could understand differently is refused.
struct HTTP1Parser<Head: HTTP1MessageHead> {
    enum Event {
        /// The bytes given are read; more have to come.
        case more
        case head(Head)
        /// A piece of the body, as a range of the bytes given.
        case body(Range<Int>)
        case trailer(HTTPFields.Field)
        /// The message is whole; another may follow.
        case end
    }

    private enum State {
        case start
        case fields(Head)
        case body(HTTP1Body)
        case failed(HTTP1Error)
    }
    private var state = State.start
    private var lines = HTTP1LineReader()
    private var fields: HTTP1FieldCount
    private var hasSkippedLine = false
    private var firstLineBytes = 0
    private let limits: HTTPLimits

    init(_ limits: HTTPLimits) {
        self.limits = limits
        fields = HTTP1FieldCount(limits)
    }

    /// Whether no message has begun.
    var isBetweenMessages: Bool {
        if case .start = state { !lines.isInside } else { false }
    }

    /// Bytes of a head that is not whole.
    var headBytes: Int {
        switch state {
        case .start: lineBytes
        case .fields: firstLineBytes + limits.headBytesMax - fields.bytesLeft + lineBytes
        case .body, .failed: 0
        }
    }

    /// Bytes of a line that is not whole.
    private var lineBytes: Int { lines.isInside ? lines.line.count : 0 }

    /// Whether the end of the connection is the end of the body.
    var endsWithConnection: Bool {
        if case .body(let body) = state { body.endsWithConnection } else { false }
    }

    /// What comes next. After an error there is nothing but that error.
    /// - Parameter at: where to begin; afterwards the first byte not read.
    mutating func next(
        _ bytes: borrowing RawSpan, at: inout Int
    ) throws(HTTP1Error) -> Event {
        do throws(HTTP1Error) {
            return try step(bytes, at: &at)
        } catch {
            state = .failed(error)
            throw error
        }
    }

    private mutating func step(
        _ bytes: borrowing RawSpan, at: inout Int
    ) throws(HTTP1Error) -> Event {
        while true {
            switch state {
            case .failed(let error): throw error
            case .start:
                guard
                    try lines.read(
                        bytes, at: &at, bytesMax: limits.lineBytesMax, tooLong: Head.lineTooLong)
                else { return .more }
                // Some clients end a body with one empty line too many.
                if lines.line.isEmpty && !hasSkippedLine {
                    hasSkippedLine = true
                    continue
                }
                fields = HTTP1FieldCount(limits)
                firstLineBytes = lines.line.count
                state = .fields(try Head.parsed(lines.line))
            case .fields(var head):
                guard
                    try lines.read(
                        bytes, at: &at, bytesMax: fields.bytesLeft, tooLong: HTTP1FieldCount.tooMuch
                    )
                else { return .more }
                if !lines.line.isEmpty {
                    try fields.add(lines.line)
                    state = .start
                    head.add(try HTTPFields.Field.parsed(lines.line))
                    state = .fields(head)
                    continue
                }
                try head.complete()
                if case .length(let length) = head.framing, length > limits.bodyBytesMax {
                    throw HTTP1Body.tooLarge
                }
                state = .body(HTTP1Body(head.framing, limits: limits))
                return .head(head)
            case .body(var body):
                let part = try body.next(bytes, at: &at)
                state = .body(body)
                switch part {
                case .more: return .more
                case .piece(let range): return .body(range)
                case .trailer(let field): return .trailer(field)
                case .end:
                    state = .start
                    hasSkippedLine = false
                    return .end
                }
            }
        }
    }
}
