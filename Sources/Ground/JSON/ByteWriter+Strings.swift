package import DaybookBytes

extension ByteWriter {
    /// A text as a JSON string, in quotes. Plain runs are copied whole.
    package mutating func append(asJSON text: RawSpan, isASCIIOnly: Bool = false) {
        append(ASCII.quote)
        let alsoStops = isASCIIOnly ? ASCII.highBits : 0
        var at = 0
        var runStart = 0
        while at < text.byteCount {
            if at + 8 <= text.byteCount {
                let word = text.u64(at: at)
                let stops = ASCII.stops(in: word) | (word & alsoStops)
                if stops == 0 {
                    at += 8
                    continue
                }
                at += stops.trailingZeroBitCount >> 3
            }
            let byte = text.u8(at: at)
            let isPlain =
                byte >= ASCII.space && byte != ASCII.quote && byte != ASCII.backslash
                && (byte < 0x80 || !isASCIIOnly)
            if isPlain {
                at += 1
                continue
            }
            append(text.extracting(runStart..<at))
            at += byte < 0x80 ? append(escape: byte) : append(escapedSequence: text, at: at)
            runStart = at
        }
        append(text.extracting(runStart..<at))
        append(ASCII.quote)
    }

    /// Escapes an ASCII byte, in two bytes where JSON has such an escape; how many were read: 1.
    private mutating func append(escape byte: UInt8) -> Int {
        let letter: UInt8
        switch byte {
        case ASCII.quote, ASCII.backslash: letter = byte
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0C: letter = UInt8(ascii: "f")
        case 0x0D: letter = UInt8(ascii: "r")
        default:
            append(unicodeEscape: UInt16(byte))
            return 1
        }
        append(ASCII.backslash)
        append(letter)
        return 1
    }

    /// Escapes a scalar beyond ASCII, beyond 0xFFFF as a surrogate pair; how many bytes were read.
    private mutating func append(escapedSequence text: RawSpan, at: Int) -> Int {
        guard case .whole(let length) = UTF8Sequence.check(text, at: at) else {
            preconditionFailure("a string holds UTF-8, and bytes were checked to be")
        }
        var scalar = UInt32(text.u8(at: at)) & (0xFF >> UInt32(length + 1))
        for next in at + 1..<at + length { scalar = scalar << 6 | UInt32(text.u8(at: next) & 0x3F) }
        if scalar > 0xFFFF {
            append(unicodeEscape: UInt16(0xD800 + ((scalar - 0x1_0000) >> 10)))
            append(unicodeEscape: UInt16(0xDC00 + (scalar & 0x3FF)))
        } else {
            append(unicodeEscape: UInt16(scalar))
        }
        return length
    }

    private mutating func append(unicodeEscape unit: UInt16) {
        append(ASCII.backslash)
        append(UInt8(ascii: "u"))
        for place in 0..<4 {
            let digit = UInt8(unit >> UInt16(12 - 4 * place) & 0xF)
            append(digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
