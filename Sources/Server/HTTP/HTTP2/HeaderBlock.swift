internal import DaybookBytes

/// The fields of a head as HTTP/2 compresses them (HPACK, RFC 7541), looked at without unpacking them.
///
/// ```
/// field    1xxxxxxx  its place in the table
///          01xxxxxx  place of its name, or 0 and the name; the value. To be put into the table
///          001xxxxx  a size for the table
///          000xxxxx  place of its name in the last four bits, or 0 and the name; the value
/// text     hxxxxxxx  length, and so many bytes; h: in Huffman's code, five to thirty bits a character
/// number   x…x       in the bits that are left of a byte; all set: more follows, seven bits a byte, the least first
/// ```
struct HeaderBlock: ~Escapable {
    /// nghttp2 takes no longer ones, packed or not.
    static let textBytesMax = 64 * 1024
    /// As long that it does not fit into the table, which has 4 KiB, either.
    private static let shorterText = [UInt8](repeating: UInt8(ascii: "x"), count: 8 * 1024)

    private let bytes: RawSpan
    private var at = 0
    private var shorter: [UInt8] = []
    /// Up to here it was taken over.
    private var taken = 0

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan) { self.bytes = bytes }

    /// The same fields, shorter ones in the place of those that are too long; nil where none is, or these are no fields.
    static func shortened(_ bytes: RawSpan) -> [UInt8]? {
        var block = HeaderBlock(bytes)
        while block.at < bytes.byteCount {
            if !block.passField() { return nil }
        }
        if block.taken == 0 { return nil }
        block.takeOver(upTo: bytes.byteCount)
        return block.shorter
    }

    /// False where there is none.
    private mutating func passField() -> Bool {
        let first = bytes.u8(at: at)
        if first & 0x80 != 0 { return number(bits: 7) != nil }
        if first & 0x60 == 0x20 { return number(bits: 5) != nil }
        guard let place = number(bits: first & 0x40 != 0 ? 6 : 4) else { return false }
        if place == 0 {
            if !passText() { return false }
        }
        return passText()
    }

    private mutating func passText() -> Bool {
        let start = at
        guard at < bytes.byteCount, let count = number(bits: 7), count <= bytes.byteCount - at
        else { return false }
        at += count
        if count > Self.textBytesMax {
            takeOver(upTo: start)
            // Not in Huffman's code; the length is 127, and the rest of it.
            shorter.append(0x7F)
            var rest = Self.shorterText.count - 0x7F
            while rest >= 0x80 {
                shorter.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            shorter.append(UInt8(rest))
            shorter += Self.shorterText
            taken = at
        }
        return true
    }

    private mutating func takeOver(upTo end: Int) {
        shorter += bytes.extracting(taken..<end).copied()
        taken = end
    }

    /// A number whose first bits stand at the end of the next byte.
    private mutating func number(bits: UInt8) -> Int? {
        let most = 1 << Int(bits) - 1
        var value = Int(bytes.u8(at: at)) & most
        at += 1
        if value < most { return value }
        var shift = 0
        // Longer numbers stand for nothing that a head can have.
        while shift <= 21, at < bytes.byteCount {
            let byte = bytes.u8(at: at)
            at += 1
            value += Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
