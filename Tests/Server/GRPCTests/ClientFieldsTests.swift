import DaybookHTTP
import DaybookPlatform
import Testing

@testable import DaybookGRPC

/// What a client does between tries, and what it tells and is told in fields.
@Suite struct ClientFieldsTests {
    /// Always the same.
    private struct Fixed: Randomness {
        let value: UInt64
        func next() -> UInt64 { value }
    }

    @Test func `Waits grow to their limit, and begin anew after a success`() {
        var longest = Backoff(millisecondsFirst: 100, millisecondsMax: 1_000, Fixed(value: 0))
        let waits = (0..<8).map { _ in longest.failed() }
        #expect(waits == [100, 160, 256, 409, 655, 1_000, 1_000, 1_000])
        #expect(longest.failures == 8)
        longest.succeeded()
        #expect(longest.failed() == 100)
        var shortest = Backoff(millisecondsFirst: 100, millisecondsMax: 1_000, Fixed(value: .max))
        #expect((0..<3).map { _ in shortest.failed() } == [60, 96, 153])
        var least = Backoff(millisecondsFirst: 1, millisecondsMax: 1, Fixed(value: .max))
        #expect(least.failed() == 1)
    }

    @Test func `Waits of one server's clients differ`() {
        let waits = (0..<50 as Range<UInt64>).map { seed in
            var backoff = Backoff(
                millisecondsFirst: 1_000, millisecondsMax: 1_000, SeededRandomness(seed: seed))
            return backoff.failed()
        }
        #expect(Set(waits).count > 30 && waits.allSatisfy { (600...1_000).contains($0) })
    }

    @Test(arguments: [0, 1, 99_999_999, 100_000_000, .max])
    func `A deadline is told so that it is read as the same`(milliseconds: Int) throws {
        let read = try #require(GRPCTimeout.milliseconds(GRPCTimeout.text(milliseconds)))
        #expect(read == min(milliseconds, 99_999_999_000))
    }

    @Test func `A status is read as it was sent, with its details`() {
        let sent = GRPCStatus(
            .aborted, "no %, no ü\n", trailers: ["exception": "x"], details: [0, 1, 2, 255])
        #expect(GRPCStatus(fields: sent.fields) == sent)
        #expect(GRPCStatus(fields: GRPCStatus.ok.fields) == .ok)
        #expect(GRPCStatus(fields: [:]) == nil)
        #expect(GRPCStatus(fields: ["grpc-status": "99"])?.code == .unknown)
    }
}
