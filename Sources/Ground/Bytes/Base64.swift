/// Bytes as text that JSON and the fields of HTTP can carry (RFC 4648).
package enum Base64 {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let pad = UInt8(ascii: "=")

    /// - Parameter isPadded: Whether the text is filled up with `=` to a multiple of four.
    package static func encode(_ bytes: [UInt8], isPadded: Bool = true) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var at = 0
        while at < bytes.count {
            let left = min(3, bytes.count - at)
            var word = UInt32(bytes[at]) << 16
            if left > 1 { word |= UInt32(bytes[at + 1]) << 8 }
            if left > 2 { word |= UInt32(bytes[at + 2]) }
            for place in 0..<4 {
                let letter = letters[Int(word >> UInt32(18 - 6 * place) & 63)]
                if place > left && !isPadded { break }
                text.append(place <= left ? letter : pad)
            }
            at += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for anything but what `encode` writes.
    ///
    /// - Parameter needsPadding: Whether a text that is not filled up is no such text.
    package static func decode(_ text: String, needsPadding: Bool = true) -> [UInt8]? {
        var text = Array(text.utf8)
        if !needsPadding { text += [UInt8](repeating: pad, count: (4 - text.count % 4) % 4) }
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var at = 0
        while at < text.count {
            let isLast = at + 4 == text.count
            let pads = !isLast ? 0 : text[at + 3] != pad ? 0 : text[at + 2] != pad ? 1 : 2
            var word: UInt32 = 0
            for place in 0..<4 - pads {
                guard let value = value(of: text[at + place]) else { return nil }
                word |= value << UInt32(18 - 6 * place)
            }
            // Bits that no byte takes have to be zero, or two texts would mean the same.
            guard word & (1 << UInt32(8 * pads) - 1) == 0 else { return nil }
            for place in 0..<3 - pads {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(16 - 8 * place)))
            }
            at += 4
        }
        return bytes
    }

    private static func value(of letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
