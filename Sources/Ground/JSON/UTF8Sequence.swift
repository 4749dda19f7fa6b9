import DaybookBytes

/// UTF-8, as the Unicode standard's table of well-formed sequences (3-7) has it.
package enum UTF8Sequence {
    /// The first byte of the first sequence in a range that is none, nil where all are whole.
    package static func firstBroken(in bytes: RawSpan, _ range: Range<Int>) -> Int? {
        var at = range.lowerBound
        while at + 8 <= range.upperBound, bytes.u64(at: at) & ASCII.highBits == 0 { at += 8 }
        let rest = range.upperBound - at
        if rest == 0 { return nil }
        if rest < 8 && range.upperBound >= 8 {
            // The last bytes in one word, what stands before them shifted out.
            let word = bytes.u64(at: range.upperBound - 8) >> UInt64(64 - rest * 8)
            if word & ASCII.highBits == 0 { return nil }
        }
        let text = bytes.extracting(0..<range.upperBound)
        while at < range.upperBound {
            if text.u8(at: at) < 0x80 {
                at += 1
            } else if case .whole(let length) = check(text, at: at) {
                at += length
            } else {
                return at
            }
        }
        return nil
    }

    /// How a sequence turned out.
    enum Outcome {
        case whole(length: Int)
        case broken
        /// Well-formed as far as it goes, but the bytes end inside it.
        case cut
    }

    /// Looks at the sequence that begins at `at` with a byte of 0x80 or more.
    @inline(__always)
    static func check(_ bytes: RawSpan, at: Int) -> Outcome {
        let lead = bytes.u8(at: at)
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return .broken
        }
        if at + 1 == bytes.byteCount { return .cut }
        if !second.contains(bytes.u8(at: at + 1)) { return .broken }
        var next = at + 2
        while next < at + length {
            if next == bytes.byteCount { return .cut }
            if bytes.u8(at: next) & 0xC0 != 0x80 { return .broken }
            next += 1
        }
        return .whole(length: length)
    }
}

extension ByteWriter {
    /// Appends a Unicode scalar as UTF-8. The scanner never gives a surrogate.
    mutating func append(scalar: UInt32) {
        switch scalar {
        case ..<0x80:
            append(UInt8(scalar))
        case ..<0x800:
            append(UInt8(0xC0 | scalar >> 6))
            append(UInt8(0x80 | scalar & 0x3F))
        case ..<0x1_0000:
            append(UInt8(0xE0 | scalar >> 12))
            append(UInt8(0x80 | scalar >> 6 & 0x3F))
            append(UInt8(0x80 | scalar & 0x3F))
        default:
            append(UInt8(0xF0 | scalar >> 18))
            append(UInt8(0x80 | scalar >> 12 & 0x3F))
            append(UInt8(0x80 | scalar >> 6 & 0x3F))
            append(UInt8(0x80 | scalar & 0x3F))
        }
    }
}
