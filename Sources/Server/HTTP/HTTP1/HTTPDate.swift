internal import DaybookPlatform

/// The time as a field of HTTP says it, made once a second. One for all connections of a loop.
final class HTTPDate {
    private let time: any TimeSource
    private var second: Int64 = .min
    private var made = ""

    init(_ time: any TimeSource) { self.time = time }

    var text: String {
        let now = time.wallMicroseconds() / 1_000_000
        if now != second {
            second = now
            made = Self.text(at: now)
        }
        return made
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970 as in `Sun, 06 Nov 1994 08:49:37 GMT`; RFC 9110, section 5.6.7. Not before 1970.
    static func text(at seconds: Int64) -> String {
        let (days, second) = max(seconds, 0).quotientAndRemainder(dividingBy: 86_400)
        // Years that begin in March have their leap day at the end: a year of 400 has 146,097 days.
        let shifted = Int(days) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = era * 400 + yearOfEra + (month >= 10 ? 1 : 0)
        let weekday = Self.days[(Int(days) + 4) % 7]
        let name = months[(month + 2) % 12]
        let clock = [second / 3_600, second / 60 % 60, second % 60].map { twoDigits(Int($0)) }
        return "\(weekday), \(twoDigits(day)) \(name) \(year) \(clock.joined(separator: ":")) GMT"
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
