import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookProtobuf
import DaybookServerTesting
import DaybookStore
import Testing

@Suite(.timeLimit(.minutes(15)))
struct AppendTests {
    @Test func `events are recorded, and the answer tells where the last one stands`() async throws
    {
        let client = try await WritingClient()
        let answer = await client.append(.noStream, [proposed(data: "{\"a\":1}"), proposed()])
        #expect(answer.code == .ok)
        #expect(
            answer.messages == [
                Streams.AppendResponse.success(revision: 1, position: 2).encoded()
            ])
        let events = try await client.events()
        #expect(events.map(\.type) == ["deposited", "deposited"])
        #expect(events.first?.text == "{\"a\":1}")
    }

    @Test(arguments: [ExpectedRevision.revision(1), .noStream])
    func `another revision than expected is an answer like others`(
        expected: ExpectedRevision
    ) async throws {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed()])
        let answer = await client.append(expected, [proposed()])
        #expect(answer.code == .ok)
        #expect(
            answer.messages == [
                Streams.AppendResponse.wrongRevision(expected: expected, current: 0).encoded()
            ])
        #expect(try await client.events().count == 1)
    }

    @Test func `a stream that is expected and is not there has no revision`() async throws {
        let client = try await WritingClient()
        let answer = await client.append(.streamExists, [proposed()])
        #expect(
            answer.messages == [
                Streams.AppendResponse.wrongRevision(expected: .streamExists, current: nil)
                    .encoded()
            ])
    }

    @Test(arguments: [ExpectedRevision.noStream, .any])
    func `an append repeated with the same ids is answered as the first time`(
        expected: ExpectedRevision
    ) async throws {
        let client = try await WritingClient()
        let events = [proposed(), proposed()]
        let first = await client.append(expected, events)
        let second = await client.append(expected, events)
        #expect(first.messages == second.messages)
        #expect(try await client.events().count == 2)
    }

    @Test(arguments: [ExpectedRevision.noStream, .any])
    func `an append of which some was recorded before expects another revision`(
        expected: ExpectedRevision
    ) async throws {
        let client = try await WritingClient()
        let events = [proposed(), proposed()]
        _ = await client.append(.any, events)
        let answer = await client.append(expected, events + [proposed()])
        #expect(answer.code == .ok)
        #expect(
            answer.messages == [
                Streams.AppendResponse.wrongRevision(expected: expected, current: 1).encoded()
            ])
        #expect(try await client.events().count == 2)
    }

    @Test func `an event without a type is refused by the trailer that says so`() async throws {
        let client = try await WritingClient()
        let answer = await client.append(.any, [proposed(type: nil)])
        #expect(answer.code == .invalidArgument)
        #expect(answer.status["exception"] == "missing-required-metadata-property")
        #expect(answer.messages.isEmpty)
    }

    @Test func `an event that cannot be recorded is refused when it comes`() async throws {
        let client = try await WritingClient(incomingBytesMax: 1_000)
        let data = String(repeating: "x", count: 800)
        let call = client.begin(Streams.append)
        call.send(message: options("account-1", .any))
        call.send(message: event(proposed(type: "a\u{7}", data: data)))
        #expect(call.answer.code == .invalidArgument)
        #expect(call.answer.status?["grpc-message"]?.contains("event type") == true)
        // What it held was given back.
        #expect(await client.append(.any, [proposed(data: data)]).code == .ok)
    }

    @Test func `events before the options, no options, and nothing expected are refused`()
        async throws
    {
        let client = try await WritingClient()
        for messages in [[event(proposed())], [], [options("account-1", nil)]] {
            let answer = await client.call(Streams.append, messages)
            #expect(answer.code == .invalidArgument)
        }
    }

    @Test func `tags, correlation and causation in the metadata are those of the event`()
        async throws
    {
        let client = try await WritingClient()
        let metadata =
            #"{"user":"kim","$tags":["vip"],"$correlationId":"c1","$causationId":"c2"}"#
        _ = await client.append(.any, [proposed(metadata: metadata)])
        let event = try #require(try await client.events().first)
        #expect(event.tags == ["vip"])
        #expect(event.correlation == "c1")
        #expect(event.causation == "c2")
        #expect(String(decoding: event.metadata, as: UTF8.self) == #"{"user":"kim"}"#)
    }

    @Test func `a client is told when the store is closed, in words by which it tries again`()
        async throws
    {
        let client = try await WritingClient()
        try await client.store.close()
        let answer = await client.append(.any, [proposed()])
        #expect(answer.code == .unavailable)
        #expect(answer.status["grpc-message"] == "Server Is Not Ready")
    }

    @Test func `a stream of the system is not written to`() async throws {
        let client = try await WritingClient()
        let answer = await client.append(.any, [proposed()], to: "$ce-account")
        #expect(answer.code == .permissionDenied)
    }

    @Test(arguments: ["", "a\u{7}", String(repeating: "x", count: 1_025)])
    func `a name that cannot be is refused before there are events`(stream: String) async throws {
        let client = try await WritingClient()
        let call = client.begin(Streams.append)
        call.send(message: options(stream, .any))
        #expect(call.answer.code == .invalidArgument)
    }

    @Test func `no events at all are an append to a stream as expected, or not`() async throws {
        let client = try await WritingClient()
        let answer = await client.append(.noStream, [])
        #expect(
            answer.messages == [
                Streams.AppendResponse.success(revision: nil, position: nil).encoded()
            ])
        let wrong = await client.append(.revision(3), [])
        #expect(
            wrong.messages == [
                Streams.AppendResponse.wrongRevision(expected: .revision(3), current: nil)
                    .encoded()
            ])
    }

    @Test func `events that come in take no more memory than there is for them`() async throws {
        let client = try await WritingClient(incomingBytesMax: 1_000)
        let large = proposed(data: String(repeating: "x", count: 800))
        #expect(await client.append(.any, [large, large]).code == .resourceExhausted)
        // What the first held was given back.
        #expect(await client.append(.any, [large]).code == .ok)
    }

    @Test func `an append beyond the limit is refused by the trailer that says it`() async throws {
        let client = try await WritingClient(incomingBytesMax: 64 << 20)
        let large = String(repeating: "x", count: 3 << 20)
        let answer = await client.append(.any, (0..<11).map { _ in proposed(data: large) })
        #expect(answer.code == .invalidArgument)
        #expect(answer.status["exception"] == "maximum-append-size-exceeded")
        #expect(answer.status["maximum-append-size"] == String(Limits.appendBytesMax))
    }
}
