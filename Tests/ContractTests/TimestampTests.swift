import Daybook
import Testing

@Suite("Timestamp")
struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (1_323_435_000_000_000, "2011-12-09T12:50:00Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00Z"),
            (951_868_799_999_999, "2000-02-29T23:59:59.999999Z"),
            (120_000, "1970-01-01T00:00:00.120Z"),
            (-2_203_977_600_000_000, "1900-02-28T00:00:00Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00Z"),
            (253_402_300_799_000_000, "9999-12-31T23:59:59Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
            (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
        ] as [(Int64, String)])
    func `An instant is written in UTC and read back`(_ microseconds: Int64, _ text: String) throws
    {
        #expect(Timestamp(microseconds: microseconds).description == text)
        #expect(try #require(Timestamp(text)).microseconds == microseconds)
    }

    @Test(arguments: [
        ("2011-12-09", "2011-12-09T00:00:00Z"), ("2011-12-09t12:50:00z", "2011-12-09T12:50:00Z"),
        ("2011-12-09 12:50:00Z", "2011-12-09T12:50:00Z"),
        ("2011-12-09T12:50:00+01:30", "2011-12-09T11:20:00Z"),
        ("2011-12-09T12:50:00-11:00", "2011-12-09T23:50:00Z"),
        ("2011-12-31T23:30:00-01:00", "2012-01-01T00:30:00Z"),
        ("2011-12-09T12:50:00-00:00", "2011-12-09T12:50:00Z"),
        ("2011-12-09T12:50:00.5Z", "2011-12-09T12:50:00.500Z"),
        ("2011-12-09T12:50:00,25Z", "2011-12-09T12:50:00.250Z"),
        ("2011-12-09T12:50:00.123456789Z", "2011-12-09T12:50:00.123456Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"), ("2012-02-29", "2012-02-29T00:00:00Z"),
        ("2000-02-29", "2000-02-29T00:00:00Z"),
    ])
    func `RFC 3339 is read`(_ text: String, _ normal: String) throws {
        #expect(try #require(Timestamp(text)).description == normal)
    }

    @Test(arguments: [
        "", "2011", "2011-12", "2011-12-9", "2011-00-09", "2011-13-09", "2011-12-00", "2011-12-32",
        "2011-02-29", "1900-02-29", "2011-04-31", "11-12-09", "+2011-12-09", "2011-12-09T",
        "2011-12-09T12:50:00", "2011-12-09T12:50Z", "2011-12-09T24:00:00Z", "2011-12-09T12:60:00Z",
        "2011-12-09T12:50:61Z", "2011-12-09T12:50:00.Z", "2011-12-09T12:50:00+0100",
        "2011-12-09T12:50:00+24:00", "2011-12-09T12:50:00+01:60", "2011-12-09T12:50:00Z ",
        " 2011-12-09", "2011-12-09Z", "2011-12-09x", "２０11-12-09", "2011/12/09",
        "2011-12-09T12:50:00ZZ",
    ])
    func `Anything else is not a time`(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `Every day of 800 years is the day after the one before`() throws {
        var previous = (year: Int64(1599), month: Int64(12), day: Int64(31))
        let first = try #require(Timestamp("1600-01-01")).microseconds
        for number in 0..<Int64(292_194) {
            let text = Timestamp(microseconds: first + number * 86_400_000_000).description
            let parts = text.prefix(10).split(separator: "-").compactMap { Int64($0) }
            let isNextDay = parts == [previous.year, previous.month, previous.day + 1]
            let isNextMonth = parts == [previous.year, previous.month + 1, 1]
            let isNextYear = parts == [previous.year + 1, 1, 1] && previous.month == 12
            let isLast = [28, 29, 30, 31].contains(previous.day)
            if !(isNextDay || isLast && (isNextMonth || isNextYear)) { Issue.record("\(text)") }
            previous = (parts[0], parts[1], parts[2])
        }
        #expect(previous == (2399, 12, 31))
    }

    @Test func `The first and the last instant have a text`() {
        #expect(Timestamp(microseconds: .max).description == "294247-01-10T04:00:54.775807Z")
        #expect(Timestamp(microseconds: .min).description == "-290308-12-21T19:59:05.224192Z")
    }

    @Test func `Instants are ordered`() {
        #expect(Timestamp(microseconds: -2) < Timestamp(microseconds: -1))
        #expect(!(Timestamp(microseconds: 1) < Timestamp(microseconds: 1)))
    }
}
