internal import DaybookBytes

/// Bytes of git's as text, so that they can be had back.
///
/// Git keeps paths as bytes that need not be UTF-8 and may hold control characters. As text:
///
/// - a backslash is written `\\`,
/// - each byte of a control character (U+0000–U+001F, U+007F–U+009F) and each byte that is not part
///   of UTF-8 is written `\x` and two lower-case hexadecimal digits,
/// - everything else stands as it is.
///
/// So `a\b` is written `a\\b`, a tab `\x09`, and the byte FF `\xff`; every path has exactly one
/// form.
enum GitText {
    /// The escaped form.
    static func escaped(_ bytes: some Collection<UInt8>) -> String {
        if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != backslash }) {
            return String(decoding: bytes, as: UTF8.self)
        }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + 16)
        var rest = bytes[...]
        while let byte = rest.first {
            let length = sequence(rest)
            let isControl = byte < 0x20 || byte == 0x7F || isC1(rest, length)
            if length == 0 || isControl {
                for byte in rest.prefix(max(length, 1)) { append(escape: byte, to: &text) }
            } else if byte == backslash {
                text += [backslash, backslash]
            } else {
                text += rest.prefix(length)
            }
            rest = rest.dropFirst(max(length, 1))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that were escaped; nil where the text is no escaped form.
    static func unescaped(_ text: RawSpan) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.byteCount)
        var at = 0
        while at < text.byteCount {
            let byte = text.u8(at: at)
            at += 1
            guard byte == backslash else {
                bytes.append(byte)
                continue
            }
            guard at < text.byteCount else { return nil }
            if text.u8(at: at) == backslash {
                bytes.append(backslash)
                at += 1
                continue
            }
            guard text.u8(at: at) == UInt8(ascii: "x"), at + 2 < text.byteCount,
                let high = digit(text.u8(at: at + 1)),
                let low = digit(text.u8(at: at + 2))
            else { return nil }
            bytes.append(high << 4 | low)
            at += 3
        }
        return bytes
    }

    static func unescaped(_ text: String) -> [UInt8]? {
        let text = Array(text.utf8)
        return unescaped(text.rawSpan)
    }

    /// The bytes as they are where they are UTF-8, escaped where they are not.
    static func readable(_ bytes: [UInt8]) -> (text: String, isEscaped: Bool) {
        if let text = String(validating: bytes, as: UTF8.self) { return (text, false) }
        return (escaped(bytes), true)
    }

    private static let backslash = UInt8(ascii: "\\")

    /// How many bytes the character here has; 0 where no UTF-8 begins.
    private static func sequence(_ bytes: some Collection<UInt8>) -> Int {
        var parser = UTF8.ForwardParser()
        var iterator = bytes.prefix(4).makeIterator()
        guard case .valid(let scalar) = parser.parseScalar(from: &iterator) else { return 0 }
        return scalar.count
    }

    private static func isC1(_ bytes: some Collection<UInt8>, _ length: Int) -> Bool {
        length == 2 && bytes.first == 0xC2 && bytes.dropFirst().first! < 0xA0
    }

    private static func append(escape byte: UInt8, to text: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        text += [backslash, UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
