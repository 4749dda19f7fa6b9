import DaybookJSON

/// Makes values up from a seed.
struct JSONMaker {
    var random: SplitMix64
    /// Null members and null elements as well.
    var makesNulls = true

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    mutating func value(depth: Int) -> JSONValue {
        switch below(depth > 0 ? 10 : 6) {
        case 0: return makesNulls ? .null : true
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(number())
        case 3: return .number(JSONNumber(below(3)))
        case 4: return .string(text())
        case 5: return .string(["a", "b"][below(2)])
        case 6: return .array((0..<below(5)).map { _ in value(depth: depth - 1) })
        default: return .object(object(depth: depth))
        }
    }

    mutating func object(depth: Int) -> JSONObject {
        var object = JSONObject()
        // At times more than are searched without an index.
        for _ in 0..<(below(8) == 0 ? 20 : below(6)) {
            object[key()] = .some(value(depth: depth - 1))
        }
        return object
    }

    /// A value with some of its parts changed, so that the two have something in common.
    mutating func variant(of value: JSONValue, depth: Int) -> JSONValue {
        if below(5) == 0 { return self.value(depth: depth) }
        switch value {
        case .array(let elements):
            var changed = elements.map { variant(of: $0, depth: depth - 1) }
            if below(3) == 0 { changed.append(self.value(depth: depth - 1)) }
            if below(3) == 0, !changed.isEmpty { changed.removeLast() }
            return .array(changed)
        case .object(let members):
            var changed = JSONObject()
            for (key, member) in members where below(5) > 0 {
                changed[key] = .some(variant(of: member, depth: depth - 1))
            }
            if below(2) == 0 { changed[key()] = .some(self.value(depth: depth - 1)) }
            return .object(changed)
        default:
            return value
        }
    }

    private mutating func key() -> String {
        let plain = ["a", "b", "c", "d", "", "a/b", "m~n", "~1", "0", "1", "é", "e\u{301}"]
        return below(4) == 0 ? text() : plain[below(plain.count)]
    }

    private mutating func text() -> String {
        let pieces = [
            "a", "bcd", " ", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "€", "😀",
            "\u{2028}", "\u{FFFF}", "\u{10FFFF}", "abcdefgh", "\t",
        ]
        return (0..<below(12)).map { _ in pieces[below(pieces.count)] }.joined()
    }

    private mutating func number() -> JSONNumber {
        switch below(4) {
        case 0: return JSONNumber(Int64(bitPattern: random.next()))
        case 1: return JSONNumber(Double(bitPattern: random.next())) ?? JSONNumber(0)
        case 2: return JSONNumber(Double(below(2_000) - 1_000) / 8)!
        default:
            let digits = (0...below(30)).map { _ in String(below(10)) }.joined()
            let text = "-1\(digits).0\(digits)e-\(digits)"
            guard let number = try? JSONNumber(literal: text) else {
                preconditionFailure("\(text) is a number")
            }
            return number
        }
    }
}
