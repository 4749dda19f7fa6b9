import Daybook
import Testing

@testable import DaybookCLI

@Suite struct InstantTests {
    @Test(arguments: [
        ("2011-12-09T12:50:00Z", "2011-12-09T12:50:00Z"),
        ("2011-12-09T12:50:00.5+02:00", "2011-12-09T10:50:00.500Z"),
        ("2011-12-09 12:50:00", "2011-12-09T12:50:00Z"),
        ("2011-12-09T12:50", "2011-12-09T12:50:00Z"),
        ("2011-12-09T12:50+01:00", "2011-12-09T11:50:00Z"),
        ("2011-12-09T12:50Z", "2011-12-09T12:50:00Z"),
        ("2011-12-09", "2011-12-09T00:00:00Z"),
        ("now", "2024-05-01T12:00:00Z"), ("30s", "2024-05-01T11:59:30Z"),
        ("15min", "2024-05-01T11:45:00Z"), ("15m", "2024-05-01T11:45:00Z"),
        ("2h", "2024-05-01T10:00:00Z"), ("1d", "2024-04-30T12:00:00Z"),
        ("2w", "2024-04-17T12:00:00Z"),
    ])
    func `Times are read as help says`(text: String, expected: String) throws {
        #expect(try Instant.parse(text, option: "at", FixedTime()) == Timestamp(expected))
    }

    @Test(arguments: [
        "", "yesterday", "2011", "12:50", "5x", "-2h", "2011-13-01", "99999999999999d", "d",
    ])
    func `Anything else is refused`(text: String) {
        let failure = #expect(throws: Failure.self) {
            try Instant.parse(text, option: "since", FixedTime())
        }
        #expect(failure?.exit == .usage)
        #expect(failure?.what == "`--since \(text)` is no time")
    }

    @Test func `Digits alone are a revision`() throws {
        #expect(try Point("7", option: "at", FixedTime()) == .revision(7))
        #expect(try Point("7d", option: "at", FixedTime()) != .revision(7))
    }
}

@Suite struct QuantityTests {
    @Test func `Numbers are grouped, and nouns agree`() {
        #expect(Quantity.count(1_234_567) == "1,234,567")
        #expect(Quantity.count(-123) == "-123")
        #expect(Quantity.count(1, "event") == "1 event")
        #expect(Quantity.count(0, "event") == "0 events")
    }

    @Test func `Bytes and times have units`() {
        #expect(Quantity.bytes(12) == "12 bytes")
        #expect(Quantity.bytes(1536) == "1.5 KiB")
        #expect(Quantity.bytes(64 << 20) == "64.0 MiB")
        #expect(Quantity.duration(seconds: 2.345) == "2.3 s")
        #expect(Quantity.duration(seconds: 125) == "2 min 5 s")
        #expect(Quantity.duration(seconds: 3900) == "1 h 5 min")
    }

    @Test func `Bars show what is there however small`() {
        #expect(Quantity.bar(1, width: 4) == "████")
        #expect(Quantity.bar(0.0001, width: 4) == "▏")
        #expect(Quantity.bar(0, width: 4) == "")
        #expect(ProgressLine.bar(1, of: 2) == "[████████████            ]  50.0 %")
    }
}
