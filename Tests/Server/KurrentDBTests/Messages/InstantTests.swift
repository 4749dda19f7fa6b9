import Daybook
import DaybookKurrentDB
import Testing

struct InstantTests {
    @Test(
        arguments: [
            (0, 0, 0), (1, 0, 1_000), (1_000_000, 1, 0), (1_500_000, 1, 500_000_000),
            (-1, -1, 999_999_000), (-1_000_000, -1, 0), (-1_500_000, -2, 500_000_000),
        ] as [(Int64, Int64, Int32)])
    func `an instant is seconds and nanoseconds that count forwards`(
        microseconds: Int64, seconds: Int64, nanos: Int32
    ) {
        let instant = SecondsAndNanos(Timestamp(microseconds: microseconds))
        #expect(instant.seconds == seconds)
        #expect(instant.nanos == nanos)
        #expect(instant.microseconds == microseconds)
    }

    @Test func `more time than there is room for is the most there is`() {
        var instant = SecondsAndNanos()
        instant.seconds = 315_576_000_000_000
        #expect(instant.microseconds == .max)
        instant.seconds = .min
        #expect(instant.microseconds == .min)
    }
}
