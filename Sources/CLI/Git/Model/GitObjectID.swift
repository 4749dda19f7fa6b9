internal import DaybookBytes

/// The name of a git object: a SHA-1 or SHA-256 digest.
struct GitObjectID: Hashable, Sendable {
    /// The hash function of a repository.
    enum Format: String, Sendable {
        case sha1, sha256
        var bytes: Int { self == .sha1 ? 20 : 32 }
    }

    let format: Format
    // The digest, most significant byte first; SHA-1 leaves the end zero.
    private let words: InlineArray<4, UInt64>

    /// A digest of as many bytes as the format has.
    init(digest: RawSpan, _ format: Format) {
        precondition(digest.byteCount >= format.bytes, "a digest is as long as its format says")
        var words = InlineArray<4, UInt64>(repeating: 0)
        for index in 0..<format.bytes {
            words[index >> 3] |= UInt64(digest.u8(at: index)) << UInt64(56 - (index & 7) * 8)
        }
        self.words = words
        self.format = format
    }

    /// Reads 40 or 64 lower-case hexadecimal digits; nil for anything else.
    init?(hex: RawSpan) {
        switch hex.byteCount {
        case 40: format = .sha1
        case 64: format = .sha256
        default: return nil
        }
        var words = InlineArray<4, UInt64>(repeating: 0)
        for index in 0..<hex.byteCount {
            guard let digit = Self.digit(hex.u8(at: index)) else { return nil }
            words[index >> 4] |= UInt64(digit) << UInt64(60 - (index & 15) * 4)
        }
        self.words = words
    }

    init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(hex: bytes.rawSpan)
    }

    /// Whether it is the name of nothing, which git writes where there is no object.
    var isZero: Bool { words[0] | words[1] | words[2] | words[3] == 0 }

    /// A byte of the digest.
    subscript(index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: words[index >> 3] >> UInt64(56 - (index & 7) * 8))
    }

    /// Appends the digest.
    func append(to writer: inout ByteWriter) {
        // The writer is little-endian, a digest is not.
        writer.append(words[0].byteSwapped)
        writer.append(words[1].byteSwapped)
        if format == .sha1 {
            writer.append(UInt32(truncatingIfNeeded: words[2] >> 32).byteSwapped)
        } else {
            writer.append(words[2].byteSwapped)
            writer.append(words[3].byteSwapped)
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        left.words[0] == right.words[0] && left.words[1] == right.words[1]
            && left.words[2] == right.words[2] && left.words[3] == right.words[3]
            && left.format == right.format
    }

    func hash(into hasher: inout Hasher) {
        // The digest is as good as random: its first bytes do.
        hasher.combine(words[0])
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension GitObjectID: CustomStringConvertible {
    /// The digest in lower-case hexadecimal digits.
    var description: String {
        let count = format.bytes * 2
        // Safe: there is room for `count` bytes, and exactly so many are written.
        return unsafe String(unsafeUninitializedCapacity: count) { text in
            for index in 0..<count {
                let word = words[index >> 4] >> UInt64(60 - (index & 15) * 4)
                let digit = UInt8(truncatingIfNeeded: word) & 15
                unsafe text[index] =
                    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return count
        }
    }

    /// The first ten digits, for a person.
    var short: Substring { description.prefix(10) }
}
