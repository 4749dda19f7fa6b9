import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookServerTesting
import DaybookStore
import Testing

/// What all ways of writing have in common.
@Suite(.timeLimit(.minutes(15)))
struct WritingDeskTests {
    private let id = EventID(high: 7, low: 7)

    @Test func `each append that was recorded is counted with its events, a repetition is not`()
        async throws
    {
        let client = try await WritingClient()
        let events = [proposed(), proposed()]
        _ = await client.append(.noStream, events)
        _ = await client.append(.noStream, events)
        _ = await client.append(.revision(9), [proposed()])
        _ = await client.call(
            Streams.batchAppend, [batch(id, .any, [proposed(), proposed(), proposed()])])
        _ = await client.call(StreamsV2.appendSession, [part("a-1", [record()])])
        _ = await client.call(
            StreamsV2.appendRecords,
            [records([record(stream: "a-1"), record(stream: "b-1")])])
        #expect(client.told.events == [2, 3, 1, 2])
    }

    @Test func `a deletion that was recorded is counted as an append of one event`() async throws {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed(), proposed()])
        for (path, revision) in [
            (Streams.delete, 7), (Streams.delete, 1), (Streams.delete, 1), (Streams.tombstone, 1),
            (Streams.tombstone, 1),
        ] {
            _ = await client.call(path, [options("account-1", .revision(UInt64(revision)))])
        }
        #expect(client.told.events == [2, 1, 1], "not what was refused or done before")
    }

    @Test func `how long clients keep a call open is not measured, how long appends take is`()
        async throws
    {
        let client = try await WritingClient()
        #expect(client.begin(Streams.batchAppend).exchange.isEndless)
        #expect(!client.begin(Streams.append).exchange.isEndless)
    }

    @Test func `whoever looks after the store is told of every failure`() async throws {
        let client = try await WritingClient()
        _ = await client.append(.revision(9), [proposed()])
        #expect(client.told.errors == [.wrongRevision])
        try await client.store.close()
        let calls = [
            (Streams.append, [options("account-1", .any), event(proposed())]),
            (Streams.append, [options("account-1", .any)]),
            (Streams.batchAppend, [batch(id, .any, [proposed()])]),
            (Streams.delete, [options("account-1", .any)]),
            (StreamsV2.appendSession, [part("a-1", [record()])]),
            (StreamsV2.appendRecords, [records([record(stream: "a-1")])]),
        ]
        for (index, (path, messages)) in calls.enumerated() {
            _ = await client.call(path, messages)
            let all = Array(repeating: StoreError.Code.closed, count: index + 1)
            #expect(client.told.errors == [.wrongRevision] + all, "\(path)")
        }
    }

    @Test(arguments: [Streams.append, StreamsV2.appendSession, StreamsV2.appendRecords])
    func `an append that the store has takes no room of those that come in`(path: String)
        async throws
    {
        let client = try await WritingClient(incomingBytesMax: 1_000)
        let data = String(repeating: "x", count: 600)
        let messages =
            switch path {
            case Streams.append: [options("a-1", .any), event(proposed(data: data))]
            case StreamsV2.appendSession: [part("a-1", [record(data: data)])]
            default: [records([record(stream: "a-1", data: data)])]
            }
        let unanswered = client.begin(path)
        unanswered.send(all: messages)
        #expect(await client.call(path, messages).code == .ok)
        #expect(unanswered.status == nil, "its loop was not turned")
        await unanswered.finish()
        #expect(unanswered.answer.code == .ok)
    }
}
