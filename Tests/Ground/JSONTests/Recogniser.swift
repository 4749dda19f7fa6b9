/// A second opinion: the grammar of RFC 8259 read off the page, one function a rule, as slow as can
/// be. The scanner must accept what this accepts and nothing else.
struct Recogniser {
    private var rest: ArraySlice<UInt8>

    /// Whether the bytes are one JSON value of at most 512 levels.
    static func accepts(_ bytes: [UInt8]) -> Bool {
        var recogniser = Recogniser(rest: bytes[...])
        recogniser.space()
        guard recogniser.value(depth: 0) else { return false }
        recogniser.space()
        return recogniser.rest.isEmpty
    }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    private mutating func space() {
        rest = rest.drop { " \t\n\r".utf8.contains($0) }
    }

    private mutating func value(depth: Int) -> Bool {
        if take("{") { return members(until: "}", depth: depth, keyed: true) }
        if take("[") { return members(until: "]", depth: depth, keyed: false) }
        if rest.first == UInt8(ascii: "\"") { return string() }
        return take("true") || take("false") || take("null") || number()
    }

    private mutating func members(until closer: String, depth: Int, keyed: Bool) -> Bool {
        guard depth < 512 else { return false }
        space()
        if take(closer) { return true }
        repeat {
            space()
            if keyed {
                guard string() else { return false }
                space()
                guard take(":") else { return false }
                space()
            }
            guard value(depth: depth + 1) else { return false }
            space()
        } while take(",")
        return take(closer)
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        var plain: [UInt8] = []
        var units: [UInt16] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                units.append(0)
                return String(validating: plain, as: UTF8.self) != nil
                    && String(validating: units, as: UTF16.self) != nil
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return false }
                if escaped == UInt8(ascii: "u") {
                    let digits = rest.prefix(4)
                    guard digits.count == 4, digits.allSatisfy({ Self.isHexDigit($0) }),
                        let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
                    else { return false }
                    rest = rest.dropFirst(4)
                    units.append(unit)
                } else {
                    guard "\"\\/bfnrt".utf8.contains(escaped) else { return false }
                    units.append(0)
                }
                plain.append(0)
            case 0..<0x20:
                return false
            default:
                // A sequence of UTF-8 must not go on over an escape: hence the zeros.
                plain.append(byte)
                units.append(0)
            }
        }
        return false
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        "0123456789abcdefABCDEF".utf8.contains(byte)
    }

    private mutating func digits() -> Bool {
        let before = rest.count
        rest = rest.drop { "0123456789".utf8.contains($0) }
        return rest.count < before
    }

    private mutating func number() -> Bool {
        _ = take("-")
        guard take("0") || digits() else { return false }
        if take("."), !digits() { return false }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            return digits()
        }
        return true
    }
}
