internal import DaybookBytes

/// Where a request goes: the segments of its path and the pairs of its query, decoded.
struct RequestTarget: Equatable {
    struct Pair: Equatable, Sendable {
        let name: String
        let value: String
    }

    let segments: [String]
    let query: [Pair]

    /// Pairs of a query: each costs memory beyond its bytes.
    static let pairsMax = 256

    /// - Throws: `Problem` for what is no text in percent encoding.
    init(_ target: String) throws(Problem) {
        // By bytes: every request has one, and whole characters cost ten times as much.
        // Safe: every byte of a text is initialised.
        let bytes = unsafe target.utf8Span.span.bytes
        let end = bytes.place(of: UInt8(ascii: "?"))
        let path = bytes.extracting(0..<end)
        var segments: [String] = []
        // A name may hold a slash, in its encoding: so it is split before it is decoded.
        var at = path.place(of: Self.slash)
        while at < end {
            let next = path.place(of: Self.slash, from: at + 1)
            segments.append(try Self.decoded(path.extracting(at + 1..<next), plusIsSpace: false))
            at = next
        }
        self.segments = segments
        query = end < bytes.byteCount ? try Self.pairs(bytes.extracting((end + 1)...)) : []
    }

    private static func pairs(_ bytes: RawSpan) throws(Problem) -> [Pair] {
        var pairs: [Pair] = []
        var at = 0
        while at < bytes.byteCount {
            let end = bytes.place(of: UInt8(ascii: "&"), from: at)
            let pair = bytes.extracting(at..<end)
            at = end + 1
            if pair.byteCount == 0 { continue }
            if pairs.count == pairsMax {
                throw .invalid(
                    "The query is too long", why: "it has more than \(pairsMax) pairs",
                    remedy: "Ask by POST /v1/query, in a body.")
            }
            let middle = pair.place(of: UInt8(ascii: "="))
            pairs.append(
                Pair(
                    name: try decoded(pair.extracting(0..<middle), plusIsSpace: true),
                    value: middle < pair.byteCount
                        ? try decoded(pair.extracting((middle + 1)...), plusIsSpace: true) : ""))
        }
        return pairs
    }

    static func decoded(_ text: String, plusIsSpace: Bool) throws(Problem) -> String {
        // Safe: every byte of a text is initialised.
        try decoded(unsafe text.utf8Span.span.bytes, plusIsSpace: plusIsSpace)
    }

    private static func decoded(_ text: RawSpan, plusIsSpace: Bool) throws(Problem) -> String {
        var at = 0
        while at < text.byteCount {
            let byte = text.u8(at: at)
            if byte == percent || byte == plus && plusIsSpace { break }
            at += 1
        }
        if at == text.byteCount { return text.text() }
        var bytes = text.extracting(0..<at).copied()
        while at < text.byteCount {
            let byte = text.u8(at: at)
            at += 1
            if byte == plus && plusIsSpace {
                bytes.append(UInt8(ascii: " "))
            } else if byte == percent {
                guard at + 2 <= text.byteCount, let high = digit(text.u8(at: at)),
                    let low = digit(text.u8(at: at + 1))
                else { throw notEncoded(text.text()) }
                at += 2
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw notEncoded(text.text())
        }
        return decoded
    }

    private static let slash = UInt8(ascii: "/")
    private static let percent = UInt8(ascii: "%")
    private static let plus = UInt8(ascii: "+")

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func notEncoded(_ text: String) -> Problem {
        .invalid(
            "The address of the request cannot be read",
            why: "`\(text.prefix(60))` is no UTF-8 in percent encoding",
            remedy: "Write each byte that is no letter, digit, `-`, `.`, `_` or `~` as %XX.")
    }

    /// A text as it stands in a segment of a path or in a query.
    static func encoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            let isPlain =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "_"), UInt8(ascii: "~"):
                    true
                default: false
                }
            if isPlain {
                encoded.append(byte)
            } else {
                encoded.append(percent)
                for digit in [byte >> 4, byte & 15] {
                    encoded.append(
                        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
                }
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
