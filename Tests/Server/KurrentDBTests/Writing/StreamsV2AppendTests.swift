import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookProtobuf
import DaybookServerTesting
import DaybookStore
import Testing

@Suite(.timeLimit(.minutes(15)))
struct StreamsV2AppendTests {
    private func failure(_ answer: Answer) -> String? { answer.status["grpc-status-details-bin"] }

    private func failure(_ status: GRPCStatus) -> String? {
        status.fields["grpc-status-details-bin"]
    }

    @Test func `a session writes to several streams at once`() async throws {
        let client = try await WritingClient()
        let answer = await client.call(
            StreamsV2.appendSession,
            [part("a-1", [record(), record()], expected: -1), part("b-1", [record()])])
        #expect(answer.code == .ok)
        let expected = StreamsV2.AppendResponse(
            [.init(stream: "a-1", revision: 1), .init(stream: "b-1", revision: 0)], position: 3)
        #expect(answer.messages == [expected.encoded()])
        let event = try #require(try await client.events("a-1").first)
        #expect(event.type == "deposited")
        #expect(
            String(decoding: event.metadata, as: UTF8.self)
                == #"{"user":"kim","$schema.format":"Json","$schema.name":"deposited"}"#)
    }

    @Test func `a session of which one stream is not as expected writes nothing`() async throws {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed()], to: "a-1")
        let answer = await client.call(
            StreamsV2.appendSession,
            [part("b-1", [record()], expected: -1), part("a-1", [record()], expected: 4)])
        #expect(answer.code == .failedPrecondition)
        let words =
            "Append failed due to a revision conflict on stream 'a-1'. "
            + "Expected revision: 4, Actual revision: 0"
        let conflict = StreamsV2.Failure.revisionConflict(
            "a-1", expected: .revision(4), actual: .revision(0))
        #expect(failure(answer) == failure(conflict.status(words)))
        #expect(try await client.store.stream("b-1").state == .never)
    }

    @Test func `an append of which some was recorded before conflicts, however it is sent`()
        async throws
    {
        let client = try await WritingClient()
        func again(_ stream: String = "") -> [[UInt8]] {
            [record(stream: stream, id: EventID(high: 1, low: 1)), record(stream: stream)]
        }
        let first = again()[0]
        _ = await client.call(StreamsV2.appendSession, [part("a-1", [first])])
        let other = record(stream: "b-1")
        let cases: [(Answer, StreamsV2.StreamState)] = [
            (await client.call(StreamsV2.appendSession, [part("a-1", again())]), .any),
            (
                await client.call(StreamsV2.appendSession, [part("a-1", again(), expected: -1)]),
                .noStream
            ),
            (await client.call(StreamsV2.appendRecords, [records([other] + again("a-1"))]), .any),
            (
                await client.call(
                    StreamsV2.appendRecords,
                    [records(again("a-1"), checks: [("b-1", -2), ("a-1", -1)])]),
                .noStream
            ),
        ]
        for (answer, expected) in cases {
            #expect(answer.code == .failedPrecondition)
            let words = try #require(answer.status["grpc-message"])
            #expect(
                words.hasPrefix(
                    "Append failed due to a revision conflict on stream 'a-1'. "
                        + "Expected revision: \(expected.number), Actual revision: 0. 1 of "))
            let conflict = StreamsV2.Failure.revisionConflict(
                "a-1", expected: expected, actual: .revision(0))
            #expect(failure(answer) == failure(conflict.status(words)))
        }
        #expect(client.store.headPosition == 1)
    }

    @Test func `a stream comes once in a session`() async throws {
        let client = try await WritingClient()
        let answer = await client.call(
            StreamsV2.appendSession, [part("a-1", [record()]), part("a-1", [record()])])
        #expect(answer.code == .aborted)
        #expect(try await client.store.head().position == 0)
    }

    @Test(arguments: ["$ce-order", "$other", "$$$streams"])
    func `a stream of the system's is not written to`(stream: String) async throws {
        let client = try await WritingClient()
        for answer in [
            await client.call(StreamsV2.appendSession, [part(stream, [record()])]),
            await client.call(
                StreamsV2.appendRecords,
                [records([record(stream: "a-1"), record(stream: stream)])]),
        ] {
            #expect(answer.code == .permissionDenied)
            let words = try #require(answer.status["grpc-message"])
            #expect(words.hasPrefix("Write access to stream '\(stream)' is denied."))
            #expect(answer.status["exception"] == "access-denied")
            #expect(failure(answer) == nil)
        }
        #expect(client.store.headPosition == 0)
    }

    @Test func `records go to their streams in their order, also with a check of another stream`()
        async throws
    {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed()], to: "c-1")
        let three = [
            record("1", stream: "a-1"), record("2", stream: "b-1"), record("3", stream: "a-1"),
        ]
        let answer = await client.call(
            StreamsV2.appendRecords, [records(three, checks: [("c-1", 0), ("a-1", -1)])])
        let expected = StreamsV2.AppendResponse(
            [.init(stream: "a-1", revision: 1), .init(stream: "b-1", revision: 0)], position: 4)
        #expect(answer.messages == [expected.encoded()])
        #expect(try await client.events("a-1").map(\.type) == ["1", "3"])
    }

    @Test func `a check that fails is told by its number`() async throws {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed()], to: "c-1")
        let answer = await client.call(
            StreamsV2.appendRecords,
            [records([record(stream: "a-1")], checks: [("a-1", -1), ("c-1", 7)])])
        #expect(answer.code == .failedPrecondition)
        let violation = StreamsV2.Violation(
            check: 1, stream: "c-1", expected: .revision(7), actual: .revision(0))
        let error = StoreError.wrongRevision(
            "c-1", expected: .revision(7), actual: .live(last: 0))
        let status = StreamsV2.Failure.checksFailed([violation]).status(error.description)
        #expect(failure(answer) == failure(status))
        #expect(try await client.store.stream("a-1").state == .never)
    }

    @Test func `two spellings of a name are two streams, of which one is checked`() async throws {
        let client = try await WritingClient()
        let (one, other) = ("\u{E9}-1", "e\u{301}-1")
        let answers = [
            await client.call(
                StreamsV2.appendRecords,
                [records([record(stream: "a-1")], checks: [(one, -4), (other, -1)])]),
            await client.call(
                StreamsV2.appendSession,
                [part(one, [record()], expected: 7), part(other, [record()], expected: -1)]),
        ]
        for answer in answers {
            #expect(answer.code == .invalidArgument)
            #expect(answer.status["grpc-message"]?.contains("two spellings") == true)
        }
        #expect(client.store.headPosition == 0)
    }

    @Test func `a check that fails is told of the stream that it is of, however that is spelled`()
        async throws
    {
        let client = try await WritingClient()
        let (one, other) = ("\u{E9}-1", "e\u{301}-1")
        _ = await client.call(Streams.tombstone, [options(other, .any)])
        let answer = await client.call(
            StreamsV2.appendRecords,
            [records([record(stream: other)], checks: [(one, -2), (other, -2)])])
        #expect(answer.code == .failedPrecondition)
        let violation = StreamsV2.Violation(
            check: 1, stream: other, expected: .any, actual: .tombstoned)
        let error = StoreError.streamDeleted(other, actual: .tombstoned(last: nil))
        let status = StreamsV2.Failure.checksFailed([violation]).status(error.description)
        #expect(failure(answer) == failure(status))
    }

    @Test func `all checks that fail are told, in their order`() async throws {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed()], to: "b-1")
        _ = await client.append(.any, [proposed()], to: "c-1")
        _ = await client.append(.any, [proposed()], to: "d-1")
        _ = await client.call(Streams.delete, [options("d-1", .any)])
        let answer = await client.call(
            StreamsV2.appendRecords,
            [
                records(
                    [record(stream: "a-1")],
                    checks: [("a-1", 3), ("b-1", 0), ("c-1", 7), ("d-1", -4), ("e-1", -4)])
            ])
        #expect(answer.code == .failedPrecondition)
        let violations: [StreamsV2.Violation] = [
            .init(check: 0, stream: "a-1", expected: .revision(3), actual: .noStream),
            .init(check: 2, stream: "c-1", expected: .revision(7), actual: .revision(0)),
            .init(check: 3, stream: "d-1", expected: .exists, actual: .softDeleted),
            .init(check: 4, stream: "e-1", expected: .exists, actual: .noStream),
        ]
        let words = try #require(answer.status["grpc-message"])
        #expect(words.hasSuffix(" 3 other checks failed, too."))
        #expect(
            failure(answer) == failure(StreamsV2.Failure.checksFailed(violations).status(words)))
    }

    @Test func `of checks that fail as many are told as trailers have room for`() async throws {
        let client = try await WritingClient()
        let names = (0..<20).map { "\($0)-" + String(repeating: "x", count: 1_000) }
        let answer = await client.call(
            StreamsV2.appendRecords,
            [records([record(stream: "a-1")], checks: names.map { ($0, -4) })])
        #expect(answer.code == .failedPrecondition)
        #expect(try #require(failure(answer)).utf8.count < 7_000)
        #expect(answer.status["grpc-message"]?.hasSuffix(" 1 other check failed, too.") == true)
    }

    /// The longest of each: a revision takes 10 bytes, and a byte that is escaped three.
    @Test(arguments: ["x", "ü"])
    func `checks that fail are told in as few trailers as every client takes`(letter: Character)
        async throws
    {
        let client = try await WritingClient()
        for length in [1, 500] {
            let names = (0..<400).map { "\($0)-" + String(repeating: letter, count: length) }
            let answer = await client.call(
                StreamsV2.appendRecords,
                [records([record(stream: "a-1")], checks: names.map { ($0, Int64.max) })])
            let size = answer.status.all.reduce(0) { size, field in
                size + field.name.utf8.count + field.value.utf8.count + 32
            }
            #expect(size < 7_800)
            #expect(try #require(failure(answer)).utf8.count > 1_500)
        }
    }

    @Test func `a tombstoned stream is told as one`() async throws {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed()], to: "a-1")
        _ = await client.call(Streams.tombstone, [options("a-1", .any)])
        let status = StreamsV2.Failure.streamTombstoned("a-1").status("Stream 'a-1' is tombstoned")
        for answer in [
            await client.call(StreamsV2.appendSession, [part("a-1", [record()])]),
            await client.call(StreamsV2.appendRecords, [records([record(stream: "a-1")])]),
        ] {
            #expect(answer.code == .failedPrecondition)
            #expect(failure(answer) == failure(status))
        }
    }

    @Test func `a session without requests is one that does not meet what is asked of it`()
        async throws
    {
        let client = try await WritingClient()
        #expect(await client.call(StreamsV2.appendSession, []).code == .failedPrecondition)
    }

    @Test func `requests without records, or with two checks of a stream, are refused`()
        async throws
    {
        let client = try await WritingClient()
        let answers = [
            await client.call(StreamsV2.appendSession, [part("a-1", [])]),
            await client.call(StreamsV2.appendRecords, [records([])]),
            await client.call(
                StreamsV2.appendRecords,
                [records([record(stream: "a-1")], checks: (0...65_536).map { ("\($0)", -2) })]),
            await client.call(
                StreamsV2.appendRecords,
                [records([record(stream: "a-1")], checks: [("b-1", -1), ("b-1", 3)])]),
        ]
        for answer in answers { #expect(answer.code == .invalidArgument) }
    }

    @Test func `a name that cannot be is refused before the session ends`() async throws {
        let client = try await WritingClient()
        let call = client.begin(StreamsV2.appendSession)
        call.send(message: part(String(repeating: "x", count: 2_000), [record()]))
        #expect(call.answer.code == .invalidArgument)
    }
}
