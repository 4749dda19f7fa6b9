import Daybook
import DaybookKurrentDB
import DaybookProtobuf
import Testing

struct StreamsResponseTests {
    static let instant = Timestamp(microseconds: 1_700_000_000_123_456)

    static let answers: [(name: String, message: any ProtobufEncodable & Sendable)] = [
        ("append success", Streams.AppendResponse.success(revision: 0, position: 300)),
        ("append success none", Streams.AppendResponse.success(revision: nil, position: nil)),
        (
            "wrong revision",
            Streams.AppendResponse.wrongRevision(expected: .revision(5), current: 3)
        ),
        ("wrong any", Streams.AppendResponse.wrongRevision(expected: .any, current: nil)),
        (
            "wrong exists",
            Streams.AppendResponse.wrongRevision(expected: .streamExists, current: nil)
        ),
        ("wrong none", Streams.AppendResponse.wrongRevision(expected: .noStream, current: 0)),
        ("deleted", Streams.DeleteResponse(position: 1)),
        ("deleted none", Streams.DeleteResponse(position: nil)),
        ("confirmation", Streams.ReadResponse.confirmation(subscription: "abc")),
        ("checkpoint", Streams.ReadResponse.checkpoint(5, instant)),
        ("not found", Streams.ReadResponse.streamNotFound("s")),
        ("first", Streams.ReadResponse.firstRevision(0)),
        ("last", Streams.ReadResponse.lastRevision(300)),
        ("caught up", Streams.ReadResponse.caughtUp(instant, revision: nil, position: nil)),
        ("caught up stream", Streams.ReadResponse.caughtUp(instant, revision: 0, position: nil)),
        ("caught up all", Streams.ReadResponse.caughtUp(instant, revision: nil, position: 5)),
        ("fell behind", Streams.ReadResponse.fellBehind(instant, revision: nil, position: 5)),
    ]

    @Test(arguments: 0..<answers.count)
    func `answers are written as clients read them`(index: Int) {
        let (name, message) = Self.answers[index]
        #expect(hex(message.encoded()) == responseVectors[name], "\(name)")
    }

    @Test func `a batch that succeeds says where, and for which stream`() {
        let answer = Streams.BatchAppendResponse(
            correlation: SentUUID(id, .string), result: .success(revision: 1, position: 9),
            stream: "s", expected: .noStream)
        #expect(hex(answer.encoded()) == responseVectors["batch success"])
    }

    static let failures: [(String, ExpectedRevision, Streams.BatchFailure)] = [
        ("wrong", .noStream, .wrongRevision(expected: .noStream, current: 4, "no")),
        ("wrong 2", .revision(0), .wrongRevision(expected: .revision(0), current: nil, "no")),
        ("wrong 3", .streamExists, .wrongRevision(expected: .streamExists, current: nil, "no")),
        ("wrong 4", .any, .wrongRevision(expected: .any, current: nil, "no")),
        ("deleted", .any, .streamDeleted("s", "gone")),
        ("denied", .any, .accessDenied("denied")),
        ("timeout", .any, .timeout("late")),
        ("unknown", .any, .unknown("what")),
        ("large", .any, .appendTooLarge(maximum: 1_048_576, "large")),
        ("bad", .any, .badRequest("bad")),
    ]

    @Test(arguments: 0..<failures.count)
    func `a batch that fails says why in a detail`(index: Int) {
        let (name, expected, failure) = Self.failures[index]
        let answer = Streams.BatchAppendResponse(
            correlation: SentUUID(id, .structured), result: .failure(failure), stream: "s",
            expected: expected)
        #expect(hex(answer.encoded()) == responseVectors["batch " + name], "\(name)")
    }
}
