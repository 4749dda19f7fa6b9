import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookProtobuf
import DaybookProtocol
import Testing

@testable import DaybookClient

/// What is sent again when no answer comes, what is told as unknown, and what is told of answers that are none.
@Suite(.timeLimit(.minutes(15))) struct RepetitionTests {
    private let fake: FakeServer
    private let event = Event(id: EventID(high: 0, low: 7), type: "t", data: "{}")

    init() throws { fake = try FakeServer(head: 10) }

    private static func appended(_ position: Position, isDuplicate: Bool = false)
        -> FakeServer.Answer
    {
        .message { writer in
            Appended(
                firstPosition: position, lastPosition: position,
                streams: [Appended.Stream(name: "s-1", lastRevision: 0)], isDuplicate: isDuplicate
            ).encode(into: &writer)
        }
    }

    private func failure<Value>(_ body: () async throws -> Value) async -> StoreError? {
        await #expect(throws: StoreError.self) { _ = try await body() }
    }

    @Test func `An append that the server recognises is sent again until it is answered`()
        async throws
    {
        let store = try await fake.connect()
        fake.answer(V1.append, .lost, .lost, Self.appended(11, isDuplicate: true))
        let answer = try await store.append([event], to: "s-1", expecting: .none)
        #expect(answer.isDuplicate && answer.firstPosition == 11)
        let sent = fake.asked(V1.append)
        #expect(sent.count == 3 && Set(sent).count == 1)
        try await store.close()
    }

    @Test
    func `Without a place for its events it is sent again as long as the server looks for them`()
        async throws
    {
        let store = try await fake.connect()
        fake.answer(V1.append, .lost, Self.appended(11))
        #expect(try await store.append([event], to: "s-1").firstPosition == 11)
        #expect(fake.count(of: V1.getHead) == 2, "one at the beginning, one before it is repeated")
        fake.answer(V1.append, .lost)
        fake.answer(V1.getHead, FakeServer.head(12 + RepeatRule.positionsMax))
        let error = await failure { try await store.append([event], to: "s-1") }
        #expect(error?.code == .outcomeUnknown, "\(error as Any)")
        #expect(fake.count(of: V1.append) == 3, "it was not sent again")
        try await store.close()
    }

    @Test func `What is not recognised is told as unknown, unless the server says it did nothing`()
        async throws
    {
        let store = try await fake.connect()
        fake.answer(V1.delete, .lost)
        let deletion = await failure { try await store.delete("s-1") }
        #expect(deletion?.code == .outcomeUnknown && fake.count(of: V1.delete) == 1)
        #expect(deletion?.why.contains("the line was cut") == true)
        var marked = Append()
        marked.tracking = TrackingMark(consumer: "c", from: nil, to: [1])
        fake.answer(V1.append, .lost)
        let mark = await failure { try await store.append(marked) }
        #expect(mark?.code == .outcomeUnknown && fake.count(of: V1.append) == 1)
        // Its store is closed: nothing was done.
        fake.answer(
            V1.delete, .refused(.closed()), .message(V1.DeleteResponse(position: 11)))
        #expect(try await store.delete("s-1") == 11)
        try await store.close()
    }

    @Test func `A decision of the server ends the doubt, another refusal does not`() async throws {
        let store = try await fake.connect()
        let wrong = StoreError(.wrongRevision, "no", why: "it is", remedy: "look", stream: "s-1")
        fake.answer(V1.append, .lost, .refused(wrong))
        let decided = await failure {
            try await store.append([event], to: "s-1", expecting: .none)
        }
        #expect(decided == wrong)
        let full = StoreError(.diskFull, "no room", why: "full", remedy: "make room")
        fake.answer(V1.append, .refused(full))
        #expect(await failure { try await store.append([event], to: "s-1") } == full)
        fake.answer(V1.append, .lost, .refused(full))
        let doubtful = await failure {
            try await store.append([event], to: "s-1", expecting: .none)
        }
        #expect(doubtful?.code == .outcomeUnknown)
        try await store.close()
    }

    @Test func `When the time is up, it is known whether anything was sent`() async throws {
        let store = try await fake.connect(patience: .seconds(1))
        let unknown = await failure {
            try await store.append([event], to: "s-1", expecting: .none)
        }
        #expect(unknown?.code == .outcomeUnknown, "it was sent: \(unknown as Any)")
        fake.stop()
        while true {
            let error = await failure { try await store.stream("s-1") }
            #expect(error?.code == .unavailable)
            if error?.why.contains("Connection refused") == true { break }
        }
        let away = await failure { try await store.delete("s-1") }
        #expect(away?.code == .unavailable, "nothing was sent: \(away as Any)")
        try await store.close()
    }

    @Test func `A read goes on over another call, and gives each event once`() async throws {
        func batch(_ positions: ClosedRange<Position>, head: Position) -> [UInt8] {
            var writer = ProtobufWriter()
            let batch = ProgressTests.batch(Array(positions))
            #expect(V1.write(batch, from: 0, into: &writer) == batch.count)
            writer.string(2, "h")
            writer.uint64(3, head)
            return writer.array
        }
        let store = try await fake.connect()
        fake.answer(
            V1.read, .lost,
            FakeServer.Answer(messages: [batch(1...3, head: 5)]).then(
                FakeServer.Answer.lost.status),
            FakeServer.Answer(messages: [batch(4...7, head: 7)]))
        let read = try await store.events(Read())
        #expect(read.map(\.position) == [1, 2, 3, 4, 5])
        let sent = fake.asked(V1.read)[2]
        let asked = try V1.SentRead.decoded(from: sent.rawSpan)
        #expect(try asked.read().start == .position(4) && asked.place.history == "h")
        try await store.close()
    }

    @Test func `Answers that are none are told in words`() async throws {
        let store = try await fake.connect()
        let none = FakeServer.Answer(messages: [[0xFF, 0xFF]])
        fake.answer(V1.append, Self.appended(11), FakeServer.Answer(messages: [[]]), none)
        for _ in 0..<2 {
            let wrong = await failure {
                try await store.append([event, Event(type: "t")], to: "s-1")
            }
            #expect(wrong?.code == .notUnderstood && wrong?.why.contains("another size") == true)
        }
        let garbage = await failure { try await store.append([event], to: "s-1") }
        #expect(garbage?.why.contains("cannot be read") == true)
        fake.answer(V1.getHead, FakeServer.Answer(messages: [[]]))
        let head = await failure { try await store.head() }
        #expect(head?.why == "its head is no checkpoint")
        fake.answer(V1.getStream, FakeServer.Answer())
        let nothing = await failure { try await store.stream("s-1") }
        #expect(nothing?.code == .notUnderstood && nothing?.why == "its answer has no message")
        fake.answer(V1.read, FakeServer.Answer(messages: [[]]), none)
        #expect(try await store.events(Read()).isEmpty)
        #expect(await failure { try await store.events(Read()) }?.code == .notUnderstood)
        fake.answer(V1.subscribe, none, .message { $0.message(4) { _ in } })
        #expect(await failure { try await store.subscribe(Subscription()) }?.code == .notUnderstood)
        let early = await failure { try await store.subscribe(Subscription()) }
        #expect(early?.why == "it does not say where it begins")
        try await store.close()
    }
}
