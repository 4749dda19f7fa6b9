import DaybookBytes
import DaybookJSON

/// An array or map that is open around a place in a payload.
struct CBORLevel: BitwiseCopyable {
    let isMap: Bool
    /// How many items are still to come, keys and values counted alike; -1 where a break ends it.
    var left: Int
    /// Whether the next item of a map is a key.
    var wantsKey: Bool
}

/// Lays any well-formed CBOR (RFC 8949) on a tape.
///
/// Tags are passed over, but for those of integers of more than 64 bits. A loop with its own stack:
/// the payload decides how deep it goes, and must not decide about the stack of the thread.
struct CBORScanner: ~Escapable {
    let bytes: RawSpan
    var at = 0
    /// What is open right here; `levels` holds what is open around that.
    var level = CBORLevel(isMap: false, left: 1, wantsKey: false)
    /// How many levels there are around a key that nobody can ask for, because it is no text and no
    /// integer: what is in it leaves no trace. Otherwise -1.
    private var keyDepth = -1

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan) { self.bytes = bytes }

    /// Scans a payload, which is one value; `levels` is memory to use again.
    static func scan(
        _ payload: RawSpan, onto tape: inout ValueTape, levels: inout FlatArray<CBORLevel>
    ) throws(CBORError) {
        tape.start(on: payload)
        levels.removeAll()
        var scanner = CBORScanner(payload)
        scanner.begin(&tape, &levels)
        try scanner.scan(&tape, &levels)
        if scanner.at < payload.byteCount { throw CBORError(.trailingBytes, at: scanner.at) }
    }

    /// Opens what nearly all payloads are, a map of a few members.
    @inline(__always)
    private mutating func begin(_ tape: inout ValueTape, _ levels: inout FlatArray<CBORLevel>) {
        guard bytes.byteCount > 0 else { return }
        let count = Int(bytes.u8(at: 0)) &- 0xA0
        guard count > 0, count < 24, 2 * count < bytes.byteCount else { return }
        at = 1
        levels.append(level)
        level = CBORLevel(isMap: true, left: 2 * count, wantsKey: true)
        tape.open(.object)
    }

    private mutating func scan(
        _ tape: inout ValueTape, _ levels: inout FlatArray<CBORLevel>
    ) throws(CBORError) {
        while true {
            while level.left <= 0 {
                if level.left == -1 {
                    guard at < bytes.byteCount, bytes.u8(at: at) == 0xFF else { break }
                    if level.isMap && !level.wantsKey { throw CBORError(.unexpectedBreak, at: at) }
                    at += 1
                }
                if levels.isEmpty { return }
                level = levels.removeLast()
                if keyDepth < 0 { tape.close() }
                complete(depth: levels.count, &tape)
            }
            if keyDepth < 0, level.left > 0, !levels.isEmpty, level.wantsKey == level.isMap {
                scanPlain(&tape)
                if level.left == 0 { continue }
            }
            if try scanItem(&tape, &levels) { complete(depth: levels.count, &tape) }
        }
    }

    /// An item of the innermost level has come to its end.
    @inline(__always)
    private mutating func complete(depth: Int, _ tape: inout ValueTape) {
        if keyDepth == depth {
            keyDepth = -1
            tape.key(.other, 0, 0)
        }
        if level.left > 0 { level.left -= 1 }
        level.wantsKey = level.isMap && !level.wantsKey
    }

    /// Scans a scalar, or the beginning of a container: false for that.
    @inline(__always)
    private mutating func scanItem(
        _ tape: inout ValueTape, _ levels: inout FlatArray<CBORLevel>
    ) throws(CBORError) -> Bool {
        let tag = at < bytes.byteCount && bytes.u8(at: at) >> 5 == 6 ? try skipTags() : 0
        let start = at
        let (major, argument, isIndefinite) = try scanHead()
        let isKey = level.wantsKey
        if isKey, keyDepth < 0, major != 3, major > 1 { keyDepth = levels.count }
        let isTold = keyDepth < 0
        switch major {
        case 0, 1:
            if isTold && isKey {
                let key = tape.bytes.count
                tape.bytes.append(major)
                tape.bytes.append(argument)
                tape.key(.integer, key, CBORScalar.integerKeyBytes)
            } else if isTold {
                tape.add(.number, start, at - start)
            }
        case 2, 3:
            let range =
                isIndefinite
                ? try scanPieces(major, &tape) : try scanContent(major, argument)
            if isTold && isKey {
                tape.key(.text, range.lowerBound, range.count)
            } else if isTold {
                let kind: ValueTape.Kind = tag == 2 ? .positive : tag == 3 ? .negative : .bytes
                tape.add(major == 3 ? .text : kind, range.lowerBound, range.count)
            }
        case 4, 5:
            try open(isMap: major == 5, argument, isIndefinite, start, &levels)
            if isTold { tape.open(major == 5 ? .object : .array) }
            return false
        default:
            if isTold { tape.add(simple(start), start, at - start) }
        }
        return true
    }

    private mutating func open(
        isMap: Bool, _ argument: UInt64, _ isIndefinite: Bool, _ start: Int,
        _ levels: inout FlatArray<CBORLevel>
    ) throws(CBORError) {
        if levels.count >= JSONScanner.nestingDepthMax {
            throw CBORError(.nestingTooDeep, at: start)
        }
        var left = -1
        if !isIndefinite {
            // Each item takes a byte: no more of them than there are bytes.
            guard argument <= UInt64(bytes.byteCount - at) / (isMap ? 2 : 1) else {
                throw CBORError(.unexpectedEnd, at: bytes.byteCount)
            }
            left = Int(argument) * (isMap ? 2 : 1)
        }
        levels.append(level)
        level = CBORLevel(isMap: isMap, left: left, wantsKey: isMap)
    }

    /// The innermost of the tags that stand here.
    private mutating func skipTags() throws(CBORError) -> UInt64 {
        var tag: UInt64 = 0
        while at < bytes.byteCount, bytes.u8(at: at) >> 5 == 6 { tag = try scanHead().1 }
        return tag
    }

    /// The first byte of an item and its argument.
    @inline(__always)
    private mutating func scanHead() throws(CBORError) -> (UInt8, UInt64, isIndefinite: Bool) {
        guard at < bytes.byteCount else { throw CBORError(.unexpectedEnd, at: at) }
        let first = bytes.u8(at: at)
        if first & 0x1F >= 24 { return try scanLongHead() }
        at += 1
        return (first >> 5, UInt64(first & 0x1F), false)
    }

    private mutating func scanLongHead() throws(CBORError) -> (UInt8, UInt64, isIndefinite: Bool) {
        let start = at
        let major = bytes.u8(at: at) >> 5
        let low = bytes.u8(at: at) & 0x1F
        at += 1
        if low == 31 {
            if major == 7 { throw CBORError(.unexpectedBreak, at: start) }
            if 2...5 ~= major { return (major, 0, true) }
        }
        guard low < 28 else { throw CBORError(.unexpectedByte, at: start) }
        let count = 1 << Int(low - 24)
        guard bytes.byteCount - at >= count else {
            throw CBORError(.unexpectedEnd, at: bytes.byteCount)
        }
        at += count
        if major == 7, low == 24, bytes.u8(at: start + 1) < 32 {
            throw CBORError(.invalidSimpleValue, at: start)
        }
        return (major, CBORScalar.argument(bytes, start), false)
    }

    /// The content of a string in pieces: where it stands on the tape, put together.
    private mutating func scanPieces(
        _ major: UInt8, _ tape: inout ValueTape
    ) throws(CBORError) -> Range<Int> {
        let start = tape.bytes.count
        while true {
            guard at < bytes.byteCount else { throw CBORError(.unexpectedEnd, at: at) }
            if bytes.u8(at: at) == 0xFF { break }
            guard bytes.u8(at: at) >> 5 == major, bytes.u8(at: at) & 0x1F != 31 else {
                throw CBORError(.invalidPiece, at: at)
            }
            let (_, count, _) = try scanHead()
            tape.bytes.append(bytes.extracting(try scanContent(major, count)))
        }
        at += 1
        return start..<tape.bytes.count
    }

    @inline(__always)
    private mutating func scanContent(
        _ major: UInt8, _ count: UInt64
    ) throws(CBORError) -> Range<Int> {
        guard count <= UInt64(bytes.byteCount - at) else {
            throw CBORError(.unexpectedEnd, at: bytes.byteCount)
        }
        let range = at..<at + Int(count)
        if major == 3, let broken = UTF8Sequence.firstBroken(in: bytes, range) {
            throw CBORError(.invalidUTF8, at: broken)
        }
        at = range.upperBound
        return range
    }

    /// What the value of major type 7 at an offset is. `undefined` is taken for null.
    private func simple(_ start: Int) -> ValueTape.Kind {
        switch bytes.u8(at: start) & 0x1F {
        case 20: .false
        case 21: .true
        case 22, 23: .null
        case 25, 26, 27: .number
        default: .simple
        }
    }
}
