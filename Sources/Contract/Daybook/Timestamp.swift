internal import DaybookPlatform

/// An instant in microseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct Timestamp: Hashable, Sendable {
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }
}

extension Timestamp: Comparable {
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC, with as many fractional digits as needed (none, 3 or 6):
    /// `2011-12-09T12:50:00Z`.
    public var description: String {
        let days = microseconds.floorDivided(by: 86_400_000_000)
        // Not the difference to the days in microseconds, which the first instant of all has no room for.
        var rest = microseconds % 86_400_000_000
        if rest < 0 { rest += 86_400_000_000 }
        let date = CivilDate(daysSince1970: days)
        let fraction = rest % 1_000_000
        rest /= 1_000_000
        var text = date.year < 0 ? "-" : ""
        text += date.year.magnitude.padded(to: 4) + "-" + date.month.padded(to: 2)
        text += "-" + date.day.padded(to: 2)
        text += "T" + (rest / 3600).padded(to: 2) + ":" + (rest / 60 % 60).padded(to: 2)
        text += ":" + (rest % 60).padded(to: 2)
        if fraction % 1000 != 0 {
            text += "." + fraction.padded(to: 6)
        } else if fraction != 0 {
            text += "." + (fraction / 1000).padded(to: 3)
        }
        return text + "Z"
    }

    /// Reads RFC 3339: a date, `T` (or `t`, or a space), a time with or without a fraction, and `Z` or an
    /// offset. A date alone means its first instant in UTC. Digits beyond microseconds are cut off; second
    /// 60 is taken as the first instant of the next minute. Nil for anything else.
    public init?(_ text: some StringProtocol) {
        var reader = DigitReader(Array(text.utf8))
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
            reader.take("-"), let day = reader.number(2),
            (1...12).contains(month), (1...CivilDate.days(in: month, of: year)).contains(day)
        else { return nil }
        var seconds = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400
        var fraction: Int64 = 0
        if !reader.isAtEnd {
            guard reader.take("T") || reader.take("t") || reader.take(" "),
                let hour = reader.number(2), hour < 24, reader.take(":"),
                let minute = reader.number(2), minute < 60, reader.take(":"),
                let second = reader.number(2), second <= 60
            else { return nil }
            seconds += hour * 3600 + minute * 60 + second
            if reader.take(".") || reader.take(",") {
                guard let micros = reader.fraction() else { return nil }
                fraction = micros
            }
            guard let offset = reader.offset() else { return nil }
            seconds -= offset
        }
        guard reader.isAtEnd else { return nil }
        microseconds = seconds * 1_000_000 + fraction
    }
}

/// Takes fixed-width numbers off the front of a text.
private struct DigitReader {
    private let bytes: [UInt8]
    private var at = 0
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    mutating func digit() -> Int64? {
        guard at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) else {
            return nil
        }
        defer { at += 1 }
        return Int64(bytes[at] - UInt8(ascii: "0"))
    }

    mutating func number(_ width: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<width {
            guard let next = digit() else { return nil }
            value = value * 10 + next
        }
        return value
    }

    /// The digits of a fraction as microseconds.
    mutating func fraction() -> Int64? {
        guard let first = digit() else { return nil }
        var value = first
        var digits = 1
        while let next = digit() {
            if digits < 6 {
                value = value * 10 + next
                digits += 1
            }
        }
        while digits < 6 {
            value *= 10
            digits += 1
        }
        return value
    }

    /// `Z` or `±hh:mm`, in seconds.
    mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = number(2), hours < 24, take(":"), let minutes = number(2), minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}

extension BinaryInteger {
    fileprivate func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
