internal import Daybook
internal import DaybookPlatform

/// Times as people write them on a command line; see `daybook help times`.
enum Instant {
    /// - Throws: a usage failure that names the option.
    static func parse(
        _ text: String, option: String, _ time: any TimeSource
    ) throws(Failure) -> Timestamp {
        if let instant = parse(text, nowMicroseconds: time.wallMicroseconds()) { return instant }
        throw .usage(
            "`--\(option) \(text)` is no time",
            why: "it is neither like `2011-12-09T12:50:00Z` nor like `2h` (so long ago)",
            remedy: "`daybook help times` shows the forms.")
    }

    /// Nil for what is no time.
    static func parse(_ text: String, nowMicroseconds now: Int64) -> Timestamp? {
        if text == "now" { return Timestamp(microseconds: now) }
        // Without seconds, without a zone: what is left out is zero, and UTC.
        for end in ["", "Z", ":00Z", ":00"] {
            if let instant = Timestamp(text + end) { return instant }
        }
        // An offset behind a time without seconds.
        if let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" || $0 == "Z" }),
            text[..<sign].utf8.count == 16,
            let instant = Timestamp(text[..<sign] + ":00" + text[sign...])
        {
            return instant
        }
        return ago(text).map { Timestamp(microseconds: now - $0) }
    }

    /// `15min` in microseconds.
    private static func ago(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let seconds: [String: Int64] = [
            "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800,
        ]
        guard let amount = Int64(digits), let unit = seconds[String(text.dropFirst(digits.count))]
        else { return nil }
        let (whole, overflow) = amount.multipliedReportingOverflow(by: unit * 1_000_000)
        // Further back than any clock was set.
        return overflow || whole > 1 << 60 ? nil : whole
    }
}

/// A point in the life of a stream: behind one of its revisions, or at an instant.
enum Point: Sendable, Equatable {
    case revision(Revision)
    case time(Timestamp)

    init(_ text: String, option: String, _ time: any TimeSource) throws(Failure) {
        if let revision = Revision(text) {
            self = .revision(revision)
        } else {
            self = .time(try Instant.parse(text, option: option, time))
        }
    }
}

extension Point: CustomStringConvertible {
    var description: String {
        switch self {
        case .revision(let revision): "revision \(revision)"
        case .time(let time): time.description
        }
    }
}
