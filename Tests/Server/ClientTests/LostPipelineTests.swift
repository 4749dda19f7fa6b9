import Daybook
import DaybookGRPC
import DaybookProtocol
import Testing

@testable import DaybookClient

/// What becomes of appends that are handed over without waiting for each, where answers come in another order, and where
/// the call is lost.
@Suite(.timeLimit(.minutes(15))) struct LostPipelineTests {
    private typealias Plan = PlannedPipeline.Plan

    private static let lost = FakeServer.Answer.lost.status

    /// Hands an append over for each stream, and waits for what comes of all.
    private func append(
        to streams: String..., by store: RemoteStore
    ) async throws -> [String: Result<Appended, StoreError>] {
        typealias Told = (stream: String, result: Result<Appended, StoreError>)
        let (told, tell) = AsyncStream.makeStream(of: Told.self)
        let appender = store.appender()
        for stream in streams {
            try await appender.submit(Append([Event(type: "t")], to: stream)) {
                tell.yield((stream, $0))
            }
        }
        var results: [String: Result<Appended, StoreError>] = [:]
        for await (stream, result) in told {
            results[stream] = result
            if results.count == streams.count { break }
        }
        return results
    }

    @Test func `Each answer is that of its append, in whatever order they come`() async throws {
        let fake = try FakeServer(head: 10, plans: [Plan(count: 3, answered: [2, 0, 1])])
        let store = try await fake.connect()
        let results = try await append(to: "a", "b", "c", by: store)
        for (stream, position) in [("a", 11), ("b", 12), ("c", 13)] as [(String, Position)] {
            #expect(try results[stream]?.get().firstPosition == position, "\(stream)")
        }
        try await store.close()
    }

    @Test func `What a lost call had sent is sent again, in its order`() async throws {
        let fake = try FakeServer(
            head: 10,
            plans: [
                Plan(count: 3, answered: [0], status: Self.lost),
                Plan(count: 2, answered: [0, 1]),
            ])
        let store = try await fake.connect()
        let results = try await append(to: "a", "b", "c", by: store)
        for (stream, position) in [("a", 11), ("b", 11), ("c", 12)] as [(String, Position)] {
            #expect(try results[stream]?.get().firstPosition == position, "\(stream)")
        }
        let sent = fake.asked(V1.appendPipelined)
        #expect(sent.count == 5 && Array(sent[1...2]) == Array(sent[3...4]))
        #expect(fake.count(of: V1.getHead) == 2, "one at the beginning, one before it is repeated")
        try await store.close()
    }

    @Test func `What is handed over after a call that was refused for good goes on the next one`()
        async throws
    {
        let invalid = GRPCStatus(.invalidArgument, "nothing that this server reads")
        let fake = try FakeServer(
            head: 10, plans: [Plan(answered: [], refused: [0], status: invalid), Plan()])
        let store = try await fake.connect(patience: .seconds(20))
        let appender = store.appender()
        func append() async throws -> Result<Appended, StoreError>? {
            let (told, tell) = AsyncStream.makeStream(of: Result<Appended, StoreError>.self)
            try await appender.submit(Append([Event(type: "t")], to: "s")) { tell.yield($0) }
            return await told.first { _ in true }
        }
        let refused = try await append()
        #expect(throws: StoreError.self) { try refused?.get() }
        #expect(fake.count(of: V1.appendPipelined) == 1)
        #expect(try await append()?.get().firstPosition == 11)
        try await store.close()
    }

    @Test func `Where the server may not look for it any more, it is told as unknown`() async throws
    {
        // The second is what would come if it were sent again.
        let fake = try FakeServer(head: 10, plans: [Plan(answered: [], status: Self.lost), Plan()])
        let store = try await fake.connect()
        fake.answer(V1.getHead, FakeServer.head(12 + RepeatRule.positionsMax))
        let results = try await append(to: "a", by: store)
        let error = #expect(throws: StoreError.self) { try results["a"]?.get() }
        #expect(error?.code == .outcomeUnknown, "\(error as Any)")
        #expect(fake.count(of: V1.appendPipelined) == 1, "it was not sent again")
        try await store.close()
    }
}
