internal import DaybookBytes

/// How a message says where its body ends; RFC 9112, section 6.3.
enum HTTP1Framing: Hashable {
    case length(Int)
    case chunked
    /// Of an answer alone: with the connection.
    case untilClose
}

/// Reads a body in any pieces.
struct HTTP1Body {
    private enum State {
        case length(Int)
        case untilClose
        case chunkSize
        case chunk(Int)
        case chunkEnd(hasReturn: Bool)
        case trailers
        case over
    }
    private var state: State
    private var lines = HTTP1LineReader()
    private var fields: HTTP1FieldCount
    private let bytesMax: Int
    private var count = 0

    enum Part: Hashable {
        /// The bytes given are read; more have to come.
        case more
        /// A piece of the body, as a range of the bytes given.
        case piece(Range<Int>)
        case trailer(HTTPFields.Field)
        case end
    }

    /// A size in hexadecimal and extensions, which mean nothing here.
    private static let chunkLineBytesMax = 256
    /// Digits of a size: 2^60 bytes are more than any limit.
    private static let chunkDigitsMax = 15

    init(_ framing: HTTP1Framing, limits: HTTPLimits) {
        bytesMax = limits.bodyBytesMax
        fields = HTTP1FieldCount(limits)
        state =
            switch framing {
            case .length(let count): count == 0 ? .over : .length(count)
            case .chunked: .chunkSize
            case .untilClose: .untilClose
            }
    }

    /// Whether the end of the connection is the end of the body.
    var endsWithConnection: Bool { if case .untilClose = state { true } else { false } }

    /// - Parameter at: where to begin; afterwards the first byte not read.
    mutating func next(
        _ bytes: borrowing RawSpan, at: inout Int
    ) throws(HTTP1Error) -> Part {
        while true {
            switch state {
            case .over: return .end
            case .length(let left):
                guard let piece = try take(bytes, at: &at, left) else { return .more }
                state = piece.count == left ? .over : .length(left - piece.count)
                return .piece(piece)
            case .untilClose:
                guard let piece = try take(bytes, at: &at, .max) else { return .more }
                return .piece(piece)
            case .chunkSize:
                let tooLong = HTTP1Error("The line of a chunk's size is too long.")
                guard
                    try lines.read(
                        bytes, at: &at, bytesMax: Self.chunkLineBytesMax, tooLong: tooLong)
                else { return .more }
                let size = try Self.chunkSize(lines.line)
                state = size == 0 ? .trailers : .chunk(size)
            case .chunk(let left):
                guard let piece = try take(bytes, at: &at, left) else { return .more }
                state =
                    piece.count == left ? .chunkEnd(hasReturn: false) : .chunk(left - piece.count)
                return .piece(piece)
            case .chunkEnd(let hasReturn):
                if at == bytes.byteCount { return .more }
                let expected = hasReturn ? UInt8(ascii: "\n") : UInt8(ascii: "\r")
                guard bytes.u8(at: at) == expected else {
                    throw HTTP1Error("A chunk does not end where its size says.")
                }
                at += 1
                state = hasReturn ? .chunkSize : .chunkEnd(hasReturn: true)
            case .trailers:
                guard
                    try lines.read(
                        bytes, at: &at, bytesMax: fields.bytesLeft, tooLong: HTTP1FieldCount.tooMuch
                    )
                else { return .more }
                if lines.line.isEmpty {
                    state = .over
                    return .end
                }
                try fields.add(lines.line)
                return .trailer(try HTTPFields.Field.parsed(lines.line))
            }
        }
    }

    private mutating func take(
        _ bytes: borrowing RawSpan, at: inout Int, _ most: Int
    ) throws(HTTP1Error) -> Range<Int>? {
        let piece = at..<at + min(most, bytes.byteCount - at)
        if piece.isEmpty { return nil }
        at = piece.upperBound
        count += piece.count
        if count > bytesMax { throw Self.tooLarge }
        return piece
    }

    static let tooLarge = HTTP1Error(413, "The body is larger than this server takes.")

    /// The size at the beginning of a chunk's line. Behind it may only stand extensions.
    private static func chunkSize(_ line: [UInt8]) throws(HTTP1Error) -> Int {
        var size = 0
        var digits = 0
        while digits < line.count, let digit = line[digits].hexadecimal {
            digits += 1
            if digits > chunkDigitsMax { throw tooLarge }
            size = size << 4 | digit
        }
        guard digits > 0 else { throw HTTP1Error("The size of a chunk is no hexadecimal number.") }
        let rest = line[digits...].trimmed
        guard rest.isEmpty || rest.first == UInt8(ascii: ";"), rest.allSatisfy(\.isFieldContent)
        else { throw HTTP1Error("Something other than an extension follows a chunk's size.") }
        return size
    }
}
