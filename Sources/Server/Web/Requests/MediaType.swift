/// Media types as fields of HTTP name them.
enum MediaType {
    static let json = "application/json"
    static let lines = "application/x-ndjson"
    static let eventStream = "text/event-stream"

    /// The type alone, in lower case: `text/html; charset=utf-8` is `text/html`.
    static func essence(of field: some StringProtocol) -> String {
        let type = field.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
        let letters = type.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        return String(decoding: letters, as: UTF8.self).lowercased()
    }

    /// What of that which there is a client likes best, by its `Accept`; the first where it does not say.
    /// - Returns: nil where it takes none.
    static func choice(_ accept: String?, among kinds: [String]) -> String? {
        guard let accept else { return kinds.first }
        var best: (kind: String, quality: Double)?
        for kind in kinds {
            var quality = 0.0
            var breadth = 3
            for range in accept.split(separator: ",") {
                let wanted = essence(of: range)
                let own = rank(of: wanted, for: kind)
                if own < breadth {
                    breadth = own
                    quality = self.quality(of: range)
                }
            }
            let isBest = quality > (best?.quality ?? 0)
            if isBest { best = (kind, quality) }
        }
        return best?.kind
    }

    /// How narrowly a range names a kind: 0 by itself, 3 not at all.
    private static func rank(of range: String, for kind: String) -> Int {
        if range == kind { return 0 }
        if range == "*/*" { return 2 }
        return range.hasSuffix("/*") && kind.hasPrefix(range.dropLast()) ? 1 : 3
    }

    private static func quality(of range: Substring) -> Double {
        for part in range.split(separator: ";").dropFirst() {
            let text = String(part).filter { $0 != " " && $0 != "\t" }.lowercased()
            if text.hasPrefix("q=") { return Double(text.dropFirst(2)) ?? 0 }
        }
        return 1
    }
}
