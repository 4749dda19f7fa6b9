import DaybookGRPC
import DaybookHTTP
import Testing

struct StatusTests {
    @Test(
        arguments: [
            (.ok, 0), (.cancelled, 1), (.invalidArgument, 3), (.failedPrecondition, 9),
            (.unimplemented, 12), (.internal, 13), (.unauthenticated, 16),
        ] as [(GRPCStatus.Code, Int)])
    func `codes have the numbers of the protocol`(code: GRPCStatus.Code, number: Int) {
        #expect(code.rawValue == number)
        #expect(GRPCStatus(code).fields["grpc-status"] == "\(number)")
    }

    @Test func `messages and trailers are printable ASCII, and a percent sign means itself`() {
        let status = GRPCStatus(
            .notFound, "50 % ü", trailers: ["stream-name": "50%-ü\r\nx: y"], details: [0xFB, 0xFF])
        #expect(
            status.fields == [
                "grpc-status": "5", "grpc-message": "50 %25 %C3%BC",
                "stream-name": "50%-%C3%BC%0D%0Ax: y", "grpc-status-details-bin": "+/8",
            ])
    }

    @Test func `a long message is cut between two characters`() throws {
        let message = try #require(
            GRPCStatus(.unknown, "a" + String(repeating: "ü", count: 2_000)).fields["grpc-message"])
        #expect(message.utf8.count == 1 + 511 * 6)
        #expect(message.hasSuffix("%C3%BC"))
    }

    @Test func `trailers are cut, and details left out, where clients would not take them all`()
        throws
    {
        let long = String(repeating: "ü", count: 50_000)
        var status = GRPCStatus(.notFound, long, trailers: ["scavenge-id": long])
        #expect(status.fields["scavenge-id"] == String(repeating: "%C3%BC", count: 513))
        status.details = Array(repeating: 1, count: 1_100)
        #expect(status.fields["grpc-status-details-bin"] == nil)
        status.trailers = [:]
        #expect(status.fields["grpc-status-details-bin"]?.utf8.count == 1_467)
    }

    @Test func `binary fields are read with and without padding, one or several`() {
        let fields: HTTPFields = ["a-bin": "+/8=", "a-bin": "Zg, Zm8", "b-bin": "!"]
        #expect(fields.binary("a-bin") == [[0xFB, 0xFF], [0x66], [0x66, 0x6F]])
        #expect(fields.binary("b-bin") == nil)
        #expect(fields.binary("c-bin") == [])
    }
}
