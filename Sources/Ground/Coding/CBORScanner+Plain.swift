import DaybookBytes
import DaybookJSON

/// What nearly all of a payload is: elements, and members with keys of ASCII, that are scalars.
///
///     60...77, 78 and a length   a key or a text of less than 256 bytes
///     00...1B, 20...3B           an integer
///     F4...F6, F9, FA, FB        a truth, null, a floating-point number
///
/// Whatever is written in another way, is wrong or is a container is left to the scanner, which
/// finds it where it stands.
extension CBORScanner {
    private static let textBytesMax = 255

    /// Scans as many elements or whole members as are plain, in a level of known length.
    mutating func scanPlain(_ tape: inout ValueTape) {
        var left = level.left
        var at = at
        while left > 0 {
            var next = at
            if level.isMap {
                let key = plainText(at: at)
                if key.isEmpty { break }
                tape.key(.text, key.lowerBound, key.count)
                next = key.upperBound
            }
            guard next < bytes.byteCount else { break }
            let first = bytes.u8(at: next)
            let low = first & 0x1F
            var kind = ValueTape.Kind.number
            // Behind an integer or a number of floating point; none where it is something else.
            var content = next..<next &+ 1 &+ (low < 24 ? 0 : low < 28 ? 1 << Int(low &- 24) : 0)
            switch first {
            case 0x00...0x1B, 0x20...0x3B, 0xF9...0xFB: break
            case 0x61...0x78:
                kind = .text
                content = plainText(at: next)
            case 0xF4: kind = .false
            case 0xF5: kind = .true
            case 0xF6: kind = .null
            default: content = next..<next
            }
            if content.isEmpty || content.upperBound > bytes.byteCount { break }
            tape.add(kind, content.lowerBound, content.count)
            at = content.upperBound
            left &-= level.isMap ? 2 : 1
        }
        tape.forgetKey()
        self.at = at
        level.left = left
    }

    /// Where the content of a text stands if all of it is ASCII, and there is any; nowhere otherwise.
    @inline(__always)
    private func plainText(at start: Int) -> Range<Int> {
        let rest = bytes.byteCount &- start
        guard rest > 2 else { return start..<start }
        var count = Int(bytes.u8(at: start)) &- 0x60
        var from = start &+ 1
        if count == 24 {
            count = Int(bytes.u8(at: from))
            from &+= 1
        } else if count > 24 {
            // A length of more bytes, one that is not said, or no text at all.
            return start..<start
        }
        guard count > 0, count <= Self.textBytesMax, count <= bytes.byteCount &- from,
            isASCII(from, count)
        else { return start..<start }
        return from..<from &+ count
    }

    @inline(__always)
    private func isASCII(_ start: Int, _ count: Int) -> Bool {
        var at = start
        var left = count
        var high: UInt64 = 0
        while left >= 8 {
            high |= bytes.u64(at: at)
            at &+= 8
            left &-= 8
        }
        if at &+ 8 <= bytes.byteCount {
            high |= bytes.u64(at: at) & (1 << UInt64(8 &* left) &- 1)
        } else if at >= 8 {
            // The last word of the payload, without what is before the rest of the text.
            high |= bytes.u64(at: at &+ left &- 8) >> UInt64(64 &- 8 &* left)
        } else {
            while left > 0 {
                left &-= 1
                high |= UInt64(bytes.u8(at: at &+ left))
            }
        }
        return high & 0x8080_8080_8080_8080 == 0
    }
}
