import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookProtobuf
import DaybookServerTesting
import DaybookStore
import Testing

@Suite(.timeLimit(.minutes(15)))
struct BatchAppendTests {
    private let one = EventID(high: 1, low: 1)
    private let other = EventID(high: 1, low: 2)

    private func response(
        _ id: EventID, _ expected: ExpectedRevision?, _ result: Streams.BatchAppendResponse.Result,
        stream: String = "account-1"
    ) -> [UInt8] {
        Streams.BatchAppendResponse(
            correlation: SentUUID(id, .string), result: result, stream: stream,
            expected: expected
        ).encoded()
    }

    @Test func `appends whose pieces are mixed are recorded when they are whole`() async throws {
        let client = try await WritingClient()
        let answer = await client.call(
            Streams.batchAppend,
            [
                batch(one, .any, [proposed(type: "a")], isFinal: false),
                batch(other, .any, [proposed(type: "b")]),
                batch(one, nil, [proposed(type: "c")]),
            ])
        #expect(answer.code == .ok)
        #expect(
            answer.messages == [
                response(other, .any, .success(revision: 0, position: 1)),
                response(one, .any, .success(revision: 2, position: 3)),
            ])
        #expect(try await client.events().map(\.type) == ["b", "a", "c"])
    }

    @Test func `an append of which some was recorded before expects another revision`() async throws
    {
        let client = try await WritingClient()
        let events = [proposed(), proposed()]
        _ = await client.append(.any, events)
        let answer = await client.call(
            Streams.batchAppend, [batch(one, .any, events + [proposed()])])
        let failure = Streams.BatchFailure.wrongRevision(
            expected: .any, current: 1,
            "Append failed due to WrongExpectedVersion. Stream: account-1, "
                + "Expected version: -2, Actual version: 1")
        #expect(answer.messages == [response(one, .any, .failure(failure))])
        #expect(try await client.events().count == 2)
    }

    @Test func `a refused append leaves the others alone`() async throws {
        let client = try await WritingClient()
        let answer = await client.call(
            Streams.batchAppend,
            [
                batch(one, .revision(4), [proposed()]), batch(other, .noStream, [proposed()]),
            ])
        #expect(answer.code == .ok)
        let failure = Streams.BatchFailure.wrongRevision(
            expected: .revision(4), current: nil,
            "Append failed due to WrongExpectedVersion. Stream: account-1, "
                + "Expected version: 4, Actual version: -1")
        #expect(
            Set(answer.messages) == [
                response(one, .revision(4), .failure(failure)),
                response(other, .noStream, .success(revision: 0, position: 1)),
            ])
    }

    @Test func `an append that cannot be is answered when its pieces are over`() async throws {
        let client = try await WritingClient()
        let answer = await client.call(
            Streams.batchAppend,
            [
                batch(one, .any, [proposed(type: nil)], isFinal: false),
                batch(one, nil, [proposed()]), batch(other, nil, [proposed()]),
            ])
        #expect(
            answer.messages == [
                response(
                    one, .any,
                    .failure(.badRequest("Required Metadata Property 'type' is missing"))),
                response(
                    other, nil,
                    .failure(
                        .badRequest(
                            "the first piece of an append has to say its stream and what is "
                                + "expected of it")), stream: ""),
            ])
        #expect(try await client.store.head().position == 0)
    }

    @Test func `a piece of which one event cannot be recorded refuses its append alone`()
        async throws
    {
        let client = try await WritingClient()
        let answer = await client.call(
            Streams.batchAppend,
            [
                batch(one, .any, [proposed(), proposed(type: "a\u{7}"), proposed()]),
                batch(other, .noStream, [proposed(), proposed(data: "[1]")]),
            ])
        #expect(answer.messages.count == 2)
        #expect(
            answer.messages.last == response(other, .noStream, .success(revision: 1, position: 2)))
        #expect(try await client.events().map(\.text) == ["{}", "[1]"])
    }

    @Test func `an append whose time is up is not recorded, one with time for ever is`()
        async throws
    {
        let client = try await WritingClient()
        let answer = await client.call(
            Streams.batchAppend,
            [
                batch(one, .any, [proposed()], seconds: -1),
                batch(other, .any, [proposed()], seconds: 315_576_000_000),
            ])
        #expect(
            answer.messages == [
                response(
                    one, .any,
                    .failure(
                        .timeout("the time that the client gave was up before the append was whole")
                    )),
                response(other, .any, .success(revision: 0, position: 1)),
            ])
    }

    @Test func `of a name that cannot be no more is kept and answered than of the longest`()
        async throws
    {
        let client = try await WritingClient()
        let long = String(repeating: "x", count: 100_000)
        let answer = await client.call(
            Streams.batchAppend,
            [
                batch(one, .noStream, [], to: long, isFinal: false),
                batch(one, nil, [proposed()]), batch(other, .any, [proposed()], to: "$ce-a"),
            ])
        let refusals = [
            #expect(throws: StoreError.self) { try StreamName.validateWritten(long) },
            #expect(throws: StoreError.self) { try StreamName.validateWritten("$ce-a") },
        ].map { $0?.description ?? "" }
        #expect(
            answer.messages == [
                response(
                    one, .noStream, .failure(.badRequest(refusals[0])),
                    stream: String(long.prefix(1_026))),
                response(
                    other, .any,
                    .failure(
                        .accessDenied("Write access to stream '$ce-a' is denied. " + refusals[1])),
                    stream: "$ce-a"),
            ])
    }

    @Test func `appends without events are answered, and not recorded`() async throws {
        let client = try await WritingClient()
        let answer = await client.call(
            Streams.batchAppend, [batch(one, .noStream, []), batch(other, .streamExists, [])])
        #expect(answer.messages.count == 2)
        #expect(
            answer.messages.contains(
                response(one, .noStream, .success(revision: nil, position: nil))))
        #expect(try await client.store.head().position == 0)
    }

    @Test
    func `a call that is kept open ends with the server, and what the store has is answered`()
        async throws
    {
        let client = try await WritingClient()
        let idle = client.begin(Streams.batchAppend)
        idle.exchange.handler?.drain()
        #expect(idle.answer.code == .unavailable)

        let busy = client.begin(Streams.batchAppend)
        busy.send(message: batch(one, .any, [proposed()]))
        busy.exchange.handler?.drain()
        busy.send(message: batch(other, .any, [proposed()]))
        #expect(busy.status == nil)
        await busy.finish()
        #expect(busy.messages == [response(one, .any, .success(revision: 0, position: 1))])
        #expect(busy.answer.code == .unavailable)
        #expect(try await client.store.head().position == 1, "nothing more was taken")
    }

    @Test func `a client has only so many appends open on a call`() async throws {
        let client = try await WritingClient()
        let pieces = (0...1_024).map { number in
            batch(EventID(high: 2, low: UInt64(number)), .any, [], isFinal: false)
        }
        #expect(await client.call(Streams.batchAppend, Array(pieces.dropLast())).code == .ok)
        #expect(await client.call(Streams.batchAppend, pieces).code == .resourceExhausted)
    }

    @Test func `an append of more events than may be is refused, and the call goes on`()
        async throws
    {
        let client = try await WritingClient(incomingBytesMax: 64 << 20)
        let small = message { writer in
            writer.message(1) { writer in writer.message(1) { $0.int64(1, 1) } }
            for property in ["type", "content-type"] {
                writer.message(2) { writer in
                    writer.string(1, property)
                    writer.string(2, "a")
                }
            }
        }
        let many = Array(repeating: small, count: Limits.appendEventsMax + 5)
        let answer = await client.call(
            Streams.batchAppend, [batch(one, .any, many), batch(other, .any, [proposed()])])
        let failure = Streams.BatchFailure.badRequest(
            "an append has at most 65536 events: divide it")
        #expect(
            answer.messages == [
                response(one, .any, .failure(failure)),
                response(other, .any, .success(revision: 0, position: 1)),
            ])
    }
}
