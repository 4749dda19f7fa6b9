internal import DaybookBytes
internal import DaybookHTTP

/// Finds the messages in the body of a request, which comes in any pieces.
///
/// ```
/// message  0    UInt8    1: compressed
///          1    UInt32   length, big-endian
///          5    …        the bytes
/// ```
///
/// A message that lies whole in one piece is not copied.
struct GRPCDeframer {
    enum Message: Equatable {
        /// It lies in the piece.
        case inPiece(Range<Int>)
        /// It came in several pieces.
        case held([UInt8])
    }

    static let headBytes = 5

    /// The longest message, in bytes.
    let messageBytesMax: Int
    /// The field `grpc-encoding` of the request: how compressed messages are compressed.
    var encoding: String?
    /// The beginning of a message, with its head, where the last piece ended inside one.
    private(set) var held: [UInt8] = []

    init(messageBytesMax: Int) { self.messageBytesMax = messageBytesMax }

    /// The next message that is whole, nil where the piece is used up.
    ///
    /// - Parameter offset: How far into the piece was read; 0 for a new one.
    mutating func next(
        in piece: borrowing RawSpan, from offset: inout Int
    ) throws(GRPCStatus) -> Message? {
        if !held.isEmpty { return try resume(in: piece, from: &offset) }
        let rest = piece.byteCount - offset
        if rest >= Self.headBytes {
            let length = try length(
                flag: piece.u8(at: offset), piece.u32(at: offset + 1).byteSwapped)
            if length <= rest - Self.headBytes {
                let start = offset + Self.headBytes
                offset = start + length
                return .inPiece(start..<offset)
            }
        }
        hold(rest, of: piece, from: &offset)
        return nil
    }

    /// Goes on with the message that is held.
    private mutating func resume(
        in piece: borrowing RawSpan, from offset: inout Int
    ) throws(GRPCStatus) -> Message? {
        if held.count < Self.headBytes {
            hold(Self.headBytes - held.count, of: piece, from: &offset)
            if held.count < Self.headBytes { return nil }
        }
        let length = try length(flag: held[0], held.rawSpan.u32(at: 1).byteSwapped)
        hold(Self.headBytes + length - held.count, of: piece, from: &offset)
        if held.count < Self.headBytes + length { return nil }
        let whole = held
        held = []
        return .held(whole)
    }

    /// Keeps the next bytes of the piece, as many as there are.
    ///
    /// The memory grows with what has come, not with what was announced.
    private mutating func hold(
        _ count: Int, of piece: borrowing RawSpan, from offset: inout Int
    ) {
        let end = offset + min(count, piece.byteCount - offset)
        let bytes = piece.extracting(offset..<end)
        // Safe: the pointer does not leave the closure.
        unsafe bytes.withUnsafeBytes { unsafe held.append(contentsOf: $0) }
        offset = end
    }

    private func length(flag: UInt8, _ length: UInt32) throws(GRPCStatus) -> Int {
        guard flag == 0 else { throw refusal(flag: flag) }
        guard length <= messageBytesMax else {
            throw GRPCStatus(
                .resourceExhausted,
                "the message has \(length) bytes, and at most \(messageBytesMax) are taken")
        }
        return Int(length)
    }

    private func refusal(flag: UInt8) -> GRPCStatus {
        guard flag == 1 else {
            return GRPCStatus(
                .internal, "a message begins with \(flag), which is neither 0 nor 1")
        }
        guard let encoding, encoding != "identity" else {
            return GRPCStatus(
                .internal, "a message is marked as compressed, but grpc-encoding names no way")
        }
        return GRPCStatus(
            .unimplemented, "messages compressed with \(encoding) are not taken: send them plain",
            trailers: ["grpc-accept-encoding": "identity"])
    }
}
