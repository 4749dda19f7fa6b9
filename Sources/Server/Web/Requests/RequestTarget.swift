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
        // By bytes: a request has one, and whole characters cost ten times as much.
        let text = target.utf8
        let end = text.firstIndex(of: UInt8(ascii: "?")) ?? text.endIndex
        var segments: [String] = []
        var rest = text[..<end]
        // A name may hold a slash, in its encoding: so it is split before it is decoded.
        while let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
            rest = rest[text.index(after: slash)...]
            let part = rest.prefix { $0 != UInt8(ascii: "/") }
            segments.append(try Self.decoded(Substring(part), plusIsSpace: false))
        }
        self.segments = segments
        query = end < text.endIndex ? try Self.pairs(Substring(text[end...].dropFirst())) : []
    }

    private static func pairs(_ text: Substring) throws(Problem) -> [Pair] {
        var pairs: [Pair] = []
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pairs.count == pairsMax {
                throw .invalid(
                    "The query is too long", why: "it has more than \(pairsMax) pairs",
                    remedy: "Ask by POST /v1/query, in a body.")
            }
            pairs.append(
                Pair(
                    name: try decoded(sides[0], plusIsSpace: true),
                    value: sides.count > 1 ? try decoded(sides[1], plusIsSpace: true) : ""))
        }
        return pairs
    }

    static func decoded(_ text: Substring, plusIsSpace: Bool) throws(Problem) -> String {
        if !text.utf8.contains(where: { $0 == percent || plusIsSpace && $0 == plus }) {
            return String(text)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == plus && plusIsSpace {
                bytes.append(UInt8(ascii: " "))
            } else if byte == percent {
                guard let high = rest.popFirst().flatMap(digit),
                    let low = rest.popFirst().flatMap(digit)
                else { throw notEncoded(text) }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw notEncoded(text) }
        return decoded
    }

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

    private static func notEncoded(_ text: Substring) -> Problem {
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
