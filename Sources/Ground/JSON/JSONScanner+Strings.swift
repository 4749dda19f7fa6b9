import DaybookBytes

extension JSONScanner {
    /// A string, from its opening quote, which stands here, to behind its closing one.
    @inline(__always)
    mutating func scanString() throws(JSONError) -> JSONSlice {
        let start = at
        at += 1
        var hasEscapes = false
        while true {
            while at &+ 8 <= end {
                let word = bytes.u64(at: at)
                let stops = ASCII.stops(in: word) | (word & ASCII.highBits)
                if stops != 0 {
                    at &+= stops.trailingZeroBitCount &>> 3
                    break
                }
                at &+= 8
            }
            guard at < end else { throw unexpected(.closingQuote) }
            let byte = bytes.u8(at: at)
            if byte == ASCII.quote {
                at += 1
                return JSONSlice(.string, start..<at, hasEscapes: hasEscapes)
            } else if byte >= 0x80 {
                try scanBeyondASCII()
            } else if byte == ASCII.backslash {
                hasEscapes = true
                _ = try scanEscape()
            } else if byte < ASCII.space {
                throw unexpected(.closingQuote, .controlCharacter)
            } else {
                // One of the last seven bytes of the text.
                at += 1
            }
        }
    }

    /// UTF-8 sequences of more than one byte, as long as they last.
    @inline(never)
    private mutating func scanBeyondASCII() throws(JSONError) {
        repeat {
            switch UTF8Sequence.check(bytes, at: at) {
            case .whole(let length): at += length
            case .broken: throw unexpected(.continuation, .invalidUTF8)
            case .cut: throw JSONError(.unexpectedEnd, at: end, expected: .continuation)
            }
        } while at < end && bytes.u8(at: at) >= 0x80
    }

    /// An escape, whose backslash stands here, and the scalar it means. A surrogate pair is one.
    @inline(never)
    mutating func scanEscape() throws(JSONError) -> UInt32 {
        let start = at
        at += 1
        let byte = try peek(.escape)
        if byte == UInt8(ascii: "u") { return try scanUnicodeEscape(from: start) }
        let scalar: UInt32
        switch byte {
        case ASCII.quote, ASCII.backslash, UInt8(ascii: "/"): scalar = UInt32(byte)
        case UInt8(ascii: "b"): scalar = 0x08
        case UInt8(ascii: "f"): scalar = 0x0C
        case UInt8(ascii: "n"): scalar = 0x0A
        case UInt8(ascii: "r"): scalar = 0x0D
        case UInt8(ascii: "t"): scalar = 0x09
        default: throw unexpected(.escape, .invalidEscape)
        }
        at += 1
        return scalar
    }

    private mutating func scanUnicodeEscape(from start: Int) throws(JSONError) -> UInt32 {
        let lone = JSONError(.loneSurrogate, at: start)
        let first = try scanHexQuad()
        switch first {
        case 0xD800...0xDBFF: break
        case 0xDC00...0xDFFF: throw lone
        default: return first
        }
        guard try peek(.secondSurrogate) == ASCII.backslash else { throw lone }
        at += 1
        guard try peek(.secondSurrogate) == UInt8(ascii: "u") else { throw lone }
        let second = try scanHexQuad()
        guard 0xDC00...0xDFFF ~= second else { throw lone }
        return 0x1_0000 + ((first - 0xD800) << 10 | (second - 0xDC00))
    }

    /// The `u` that stands here and the four digits behind it.
    private mutating func scanHexQuad() throws(JSONError) -> UInt32 {
        at += 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek(.hexDigit)
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw unexpected(.hexDigit, .invalidEscape)
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
