/// Numbers with units, as people write them.
package enum Amount {
    /// `90d`, `12h`, `30m`, `45s`, `45`, in seconds; nil where it is none, or too large.
    package static func seconds(_ text: String) -> UInt64? {
        number(text, units: ["d": 86_400, "h": 3600, "m": 60, "s": 1, "": 1])
    }

    /// `1h`, `5min`, `5m`, `10s`, `500ms`, in milliseconds; nil where it is none, or too large.
    package static func milliseconds(_ text: String) -> UInt64? {
        number(text, units: ["h": 3_600_000, "min": 60_000, "m": 60_000, "s": 1000, "ms": 1])
    }

    /// `64M`, `2G`, `512K`, `1000`, in bytes, by steps of 1,024; nil where it is none, or too large.
    package static func bytes(_ text: String) -> UInt64? {
        number(text, units: ["G": 1 << 30, "M": 1 << 20, "K": 1 << 10, "": 1])
    }

    private static func number(_ text: String, units: [String: UInt64]) -> UInt64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = UInt64(digits), let unit = units[String(text.dropFirst(digits.count))]
        else { return nil }
        let (value, isTooLarge) = number.multipliedReportingOverflow(by: unit)
        return isTooLarge ? nil : value
    }
}
