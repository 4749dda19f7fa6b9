/// The time a client gives a call: at most eight digits and a unit (the field `grpc-timeout`).
enum GRPCTimeout {
    /// A time as the field says it; the longest that eight digits of seconds can say, where it is longer.
    static func text(_ milliseconds: Int) -> String {
        if milliseconds < 100_000_000 { return "\(milliseconds)m" }
        return "\(min(milliseconds / 1_000, 99_999_999))S"
    }

    /// The time in milliseconds, begun ones counted as whole; nil for what is no such time.
    static func milliseconds(_ text: String) -> Int? {
        var digits = Array(text.utf8)
        guard let unit = digits.popLast(), (1...8).contains(digits.count) else { return nil }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return switch unit {
        case UInt8(ascii: "H"): number * 3_600_000
        case UInt8(ascii: "M"): number * 60_000
        case UInt8(ascii: "S"): number * 1_000
        case UInt8(ascii: "m"): number
        case UInt8(ascii: "u"): (number + 999) / 1_000
        case UInt8(ascii: "n"): (number + 999_999) / 1_000_000
        default: nil
        }
    }
}
