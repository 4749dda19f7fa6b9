internal import DaybookBytes

/// Keeps heads from nghttp2 that would make it end the connection, and with it all its calls, as it does where a name or
/// a value has more than 64 KiB.
///
/// Only a head of several frames can have such a field. These heads are kept until they are whole, and in the place of
/// what is too long a shorter text is given on. Both are too long for the table of the compression and empty it, so
/// what follows on the connection is read as its client means it.
struct HeadGuard {
    /// What is to be done with bytes that came.
    enum Step {
        /// They are for nghttp2.
        case give(Range<Int>)
        /// These are, in their place: held bytes, and of a head whose fields were too long another one.
        case giveInstead([UInt8], shortened: Int32?)
        /// The head is beyond all bounds: the connection is to be ended.
        case end
    }

    /// Bytes that need no look: of what a client says first, or of a frame.
    private var passing: Int
    /// A part of a frame's header, where a piece ended inside it.
    private var held: [UInt8] = []
    private var head: OpenHead?

    /// - Parameter prefaceBytes: what the peer says before its first frame.
    init(prefaceBytes: Int) { passing = prefaceBytes }

    /// Bytes of a head that was begun and is not whole; 0 where there is none.
    var heldBytes: Int { head?.bytes.count ?? 0 }

    /// Looks at a piece of what came, from an offset on: what to do with some of it, nil at its end.
    mutating func next(in piece: borrowing RawSpan, from offset: inout Int) -> Step? {
        let start = offset
        while offset < piece.byteCount {
            if head != nil { return goOn(with: piece, from: &offset) }
            if passing > 0 {
                let count = min(passing, piece.byteCount - offset)
                passing -= count
                offset += count
                continue
            }
            if held.isEmpty && piece.byteCount - offset >= FrameHeader.bytes {
                let frame = FrameHeader(piece, at: offset)
                if !frame.beginsLongHead {
                    passing = frame.length
                    offset += FrameHeader.bytes
                    continue
                }
            }
            // What needs no look goes first.
            if offset > start { return .give(start..<offset) }
            held.fill(to: FrameHeader.bytes, from: piece, &offset)
            if held.count < FrameHeader.bytes { return nil }
            let bytes = held
            held = []
            let frame = FrameHeader(bytes.rawSpan, at: 0)
            if !frame.beginsLongHead {
                passing = frame.length
                return .giveInstead(bytes, shortened: nil)
            }
            head = OpenHead(bytes, frame)
            if offset == piece.byteCount { return nil }
            return goOn(with: piece, from: &offset)
        }
        return offset > start ? .give(start..<offset) : nil
    }

    private mutating func goOn(with piece: borrowing RawSpan, from offset: inout Int) -> Step? {
        guard var open = head.take() else { return nil }
        switch open.add(piece, from: &offset) {
        case .isOpen:
            head = open
            return nil
        case .isWhole:
            guard let shorter = open.shortened() else {
                return .giveInstead(open.bytes, shortened: nil)
            }
            return .giveInstead(shorter, shortened: open.stream)
        case .isBroken(let missing):
            // nghttp2 says what is wrong.
            passing = missing
            return .giveInstead(open.bytes, shortened: nil)
        case .isTooLong: return .end
        }
    }
}

/// A head that came in several frames.
private struct OpenHead {
    enum State {
        case isOpen, isWhole, isTooLong
        /// A frame has come that does not belong there, and lacks so many bytes.
        case isBroken(missing: Int)
    }

    /// Frames of one head: 256 KiB, and more than any client needs.
    private static let framesMax = 16

    private(set) var bytes: [UInt8]
    private var frames: [FrameHeader]
    /// Where the bytes of the last frame end.
    private var end: Int

    init(_ bytes: [UInt8], _ first: FrameHeader) {
        self.bytes = bytes
        frames = [first]
        end = FrameHeader.bytes + first.length
    }

    var stream: Int32 { frames[0].stream }

    mutating func add(_ piece: borrowing RawSpan, from offset: inout Int) -> State {
        while true {
            bytes.fill(to: end, from: piece, &offset)
            if bytes.count < end { return .isOpen }
            if frames[frames.count - 1].endsHead { return .isWhole }
            if frames.count == Self.framesMax { return .isTooLong }
            bytes.fill(to: end + FrameHeader.bytes, from: piece, &offset)
            if bytes.count < end + FrameHeader.bytes { return .isOpen }
            let next = FrameHeader(bytes.rawSpan, at: end)
            if !next.continues(stream) { return .isBroken(missing: next.length) }
            frames.append(next)
            end += FrameHeader.bytes + next.length
        }
    }

    /// The head with shorter fields in the place of those that are too long; nil where none is, or it is no head.
    func shortened() -> [UInt8]? {
        var block: [UInt8] = []
        var at = 0
        for frame in frames {
            at += FrameHeader.bytes
            block += bytes[at..<at + frame.length]
            at += frame.length
        }
        guard let priority = frames[0].priorityLength,
            let fields = HeaderBlock.shortened(block.rawSpan.extracting(priority...))
        else { return nil }
        return FrameHeader.head(
            of: stream, priority: block[..<priority], fields, endsStream: frames[0].endsStream)
    }
}

extension [UInt8] {
    /// Takes bytes until there are so many, as far as they have come.
    fileprivate mutating func fill(
        to count: Int, from piece: borrowing RawSpan, _ offset: inout Int
    ) {
        let end = offset + Swift.min(Swift.max(count - self.count, 0), piece.byteCount - offset)
        let part = piece.extracting(offset..<end)
        // Safe: the pointer does not leave the closure.
        unsafe part.withUnsafeBytes { unsafe append(contentsOf: $0) }
        offset = end
    }
}
