import DaybookBytes
import DaybookJSON

/// An array or map that is open around a place in a payload.
struct CBORLevel {
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
    private let bytes: RawSpan
    private var at = 0
    /// Where a key began that nobody can ask for, because it is no text and no integer: what is in
    /// it leaves no trace. The number of levels around it, or -1.
    private var keyDepth = -1

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan) { self.bytes = bytes }

    /// Scans a payload, which is one value; `levels` is memory to use again.
    static func scan(
        _ payload: RawSpan, onto tape: inout ValueTape, levels: inout [CBORLevel]
    ) throws(CBORError) {
        tape.start(on: payload)
        levels.removeAll(keepingCapacity: true)
        var scanner = CBORScanner(payload)
        repeat { try scanner.scanItem(&tape, &levels) } while !levels.isEmpty
        if scanner.at < payload.byteCount { throw CBORError(.trailingBytes, at: scanner.at) }
    }

    /// Scans a scalar, the beginning of a container or the end of one.
    private mutating func scanItem(
        _ tape: inout ValueTape, _ levels: inout [CBORLevel]
    ) throws(CBORError) {
        if let level = levels.last, level.left <= 0 {
            if level.left == 0 { return finish(&tape, &levels) }
            if at < bytes.byteCount, bytes.u8(at: at) == 0xFF {
                if level.isMap && !level.wantsKey { throw CBORError(.unexpectedBreak, at: at) }
                at += 1
                return finish(&tape, &levels)
            }
        }
        let isKey = levels.last.map { $0.isMap && $0.wantsKey } ?? false
        let isSilent = keyDepth >= 0
        let tag = try skipTags()
        let start = at
        let (major, argument, isIndefinite) = try scanHead()
        if isKey && !isSilent && major != 0 && major != 1 && major != 3 { keyDepth = levels.count }
        switch major {
        case 0, 1:
            if isSilent { break }
            if isKey {
                let key = tape.bytes.count
                tape.bytes.append(major)
                tape.bytes.append(argument)
                tape.key(.integer, key, CBORScalar.integerKeyBytes)
            } else {
                tape.add(.number, start, at - start)
            }
        case 2, 3:
            let range = try scanString(major, argument, isIndefinite, &tape)
            if keyDepth >= 0 { break }
            if isKey {
                tape.key(.text, range.lowerBound, range.count)
            } else {
                let kind: ValueTape.Kind = tag == 2 ? .positive : tag == 3 ? .negative : .bytes
                tape.add(major == 3 ? .text : kind, range.lowerBound, range.count)
            }
        case 4, 5:
            if levels.count >= JSONScanner.nestingDepthMax {
                throw CBORError(.nestingTooDeep, at: start)
            }
            let isMap = major == 5
            if keyDepth < 0 { tape.open(isMap ? .object : .array) }
            var left = -1
            if !isIndefinite {
                // Each item takes a byte: no more of them than there are bytes.
                guard argument <= UInt64(bytes.byteCount - at) / (isMap ? 2 : 1) else {
                    throw CBORError(.unexpectedEnd, at: bytes.byteCount)
                }
                left = Int(argument) * (isMap ? 2 : 1)
            }
            levels.append(CBORLevel(isMap: isMap, left: left, wantsKey: isMap))
            return
        default:
            if keyDepth < 0 { tape.add(simple(start), start, at - start) }
        }
        complete(&tape, &levels)
    }

    /// Ends the container that was opened last, which completes an item of the one around it.
    private mutating func finish(_ tape: inout ValueTape, _ levels: inout [CBORLevel]) {
        levels.removeLast()
        if keyDepth < 0 { tape.close() }
        complete(&tape, &levels)
    }

    @inline(__always)
    private mutating func complete(_ tape: inout ValueTape, _ levels: inout [CBORLevel]) {
        let depth = levels.count
        if depth == 0 { return }
        if keyDepth == depth {
            keyDepth = -1
            tape.key(.other, 0, 0)
        }
        if levels[depth - 1].left > 0 { levels[depth - 1].left -= 1 }
        if levels[depth - 1].isMap { levels[depth - 1].wantsKey.toggle() }
    }

    private mutating func skipTags() throws(CBORError) -> UInt64? {
        var tag: UInt64?
        while at < bytes.byteCount, bytes.u8(at: at) >> 5 == 6 {
            let start = at
            let (_, argument, isIndefinite) = try scanHead()
            if isIndefinite { throw CBORError(.unexpectedByte, at: start) }
            tag = argument
        }
        return tag
    }

    /// The first byte of an item and its argument.
    @inline(__always)
    private mutating func scanHead() throws(CBORError) -> (UInt8, UInt64, isIndefinite: Bool) {
        let start = at
        guard at < bytes.byteCount else { throw CBORError(.unexpectedEnd, at: at) }
        let first = bytes.u8(at: at)
        let major = first >> 5
        let low = first & 0x1F
        at += 1
        if low < 24 { return (major, UInt64(low), false) }
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

    /// The content of a string, whose head was scanned: where it stands on the tape.
    private mutating func scanString(
        _ major: UInt8, _ argument: UInt64, _ isIndefinite: Bool, _ tape: inout ValueTape
    ) throws(CBORError) -> Range<Int> {
        if !isIndefinite { return try scanContent(major, argument) }
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
