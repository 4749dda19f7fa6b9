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
        let date = CivilDate(daysSince1970: days)
        let weekday = Self.days[(Int(days) + 4) % 7]
        let month = months[Int(date.month) - 1]
        let clock = [second / 3_600, second / 60 % 60, second % 60].map(twoDigits)
        return "\(weekday), \(twoDigits(date.day)) \(month) \(date.year) "
            + "\(clock.joined(separator: ":")) GMT"
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
