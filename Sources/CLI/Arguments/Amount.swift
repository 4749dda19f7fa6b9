/// Numbers with units, as people write them.
enum Amount {
    /// `90d`, `12h`, `30m`, `45s`, `45`, in seconds; nil where it is none, or too large.
    static func seconds(_ text: String) -> UInt64? {
        number(text, units: ["d": 86_400, "h": 3600, "m": 60, "s": 1])
    }

    /// `64M`, `2G`, `512K`, `1000`, in bytes, by steps of 1,024; nil where it is none, or too large.
    static func bytes(_ text: String) -> UInt64? {
        number(text, units: ["G": 1 << 30, "M": 1 << 20, "K": 1 << 10])
    }

    private static func number(_ text: String, units: [Character: UInt64]) -> UInt64? {
        let unit = text.last.flatMap { units[$0] }
        guard let digits = UInt64(unit == nil ? text[...] : text.dropLast()) else { return nil }
        let (value, isTooLarge) = digits.multipliedReportingOverflow(by: unit ?? 1)
        return isTooLarge ? nil : value
    }
}
