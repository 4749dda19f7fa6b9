import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookProtobuf
import DaybookProtocol
import DaybookServerTesting
import DaybookStore
import Testing

/// Reads, subscriptions and look-ups by the service.
@Suite(.timeLimit(.minutes(15)))
struct ReadTests {
    private static let rare = Subscription(.query(.types(["rare"])))

    private func read(
        _ client: ServiceClient, _ read: Read, _ place: V1.Place = V1.Place()
    ) async -> KeptAnswer {
        await client.call(V1.read) { read.encode(place, into: &$0) }
    }

    @Test func `A read tells in its first message of which history it is, and how far it goes`()
        async throws
    {
        let client = try await ServiceClient()
        let body = Array(repeating: 7 as UInt8, count: 100_000)
        let events = (0..<4).map { Event(type: "t\($0)", data: body) }
        try await client.store.append(events, to: "s")
        let answer = await read(client, .stream("s"))
        #expect(answer.code == .ok)
        let batches = try answer.messages.map { try V1.SentBatch($0.rawSpan) }
        #expect(batches.count >= 2)
        #expect(batches.filter { !$0.history.isEmpty }.count == 1)
        #expect(batches.map(\.head) == [4] + batches.dropFirst().map { _ in 0 })
        #expect(batches.flatMap { $0.events?.events ?? [] }.map(\.event) == events)
        #expect(client.told.read == 4)
        let place = V1.Place(history: batches[0].history)
        #expect(await read(client, Read(), place).code == .ok)
        let other = await read(client, Read(), V1.Place(history: "x"))
        #expect(other.error?.code == .wrongCheckpoint)
    }

    @Test func `A read that finds something late tells at once that it has begun`() async throws {
        let client = try await ServiceClient()
        let old = Timestamp(microseconds: 1_000_000)
        let events = (0..<20_000).map { _ in Event(type: "t", occurredAt: old) }
        try await client.store.append(events, to: "s")
        try await client.store.append([Event(type: "t")], to: "s")
        let answer = await read(
            client, Read(occurredSince: Timestamp(microseconds: 2_000_000)))
        let batches = try answer.messages.map { try V1.SentBatch($0.rawSpan) }
        #expect(batches.count == 2)
        #expect(batches.first?.head == 20_001 && batches.first?.events == nil)
        #expect(batches.last?.head == 0 && batches.last?.events?.count == 1)
    }

    @Test func `A read of nothing is empty, one of no stream an error`() async throws {
        let client = try await ServiceClient()
        let nothing = await read(client, Read())
        #expect(nothing.code == .ok)
        #expect(nothing.messages.isEmpty)
        #expect(await read(client, .stream("s")).error?.code == .streamNotFound)
        #expect(client.told.errors == [.streamNotFound])
    }

    @Test func `A slow reader holds up its read, and gets all of it`() async throws {
        let client = try await ServiceClient()
        let body = Array(repeating: 7 as UInt8, count: 200_000)
        for _ in 0..<20 { try await client.store.append([Event(type: "t", data: body)], to: "s") }
        let call = client.begin(V1.read)
        call.answer.isStuck = true
        call.send(all: [message { Read().encode(V1.Place(), into: &$0) }])
        client.loop.turn()
        #expect(!call.answer.isOver)
        #expect(call.answer.body.count < 2_000_000)
        call.answer.isStuck = false
        call.exchange.handler?.writable()
        await call.finish()
        let batches = try call.messages.map { try V1.SentBatch($0.rawSpan) }
        #expect(batches.compactMap { $0.events?.count }.reduce(0, +) == 20)
    }

    @Test func `A subscription goes from the past to what comes`() async throws {
        let client = try await ServiceClient()
        try await client.store.append([Event(type: "before")], to: "s")
        let call = client.follow(Subscription())
        #expect(call.exchange.isEndless)
        #expect(try call.answer.takeSignals() == ["started 0", "1 before", "caught up"])
        try await client.store.append([Event(type: "live")], to: "s")
        await client.loop.turn { !call.messages.isEmpty }
        #expect(try call.answer.takeSignals() == ["2 live"])
        let now = client.follow(Subscription(from: .now))
        #expect(try now.answer.takeSignals() == ["started 2", "caught up"])
    }

    @Test func `Who follows few events hears a second later that others came, and once for all`()
        async throws
    {
        let client = try await ServiceClient()
        let calls = (0..<2).map { _ in client.follow(Self.rare) }
        for call in calls {
            #expect(try call.answer.takeSignals() == ["started 0", "caught up"])
        }
        for _ in 0..<3 { try await client.store.append([Event(type: "t")], to: "s") }
        await client.loop.turn { client.loop.pendingTimers == 1 }
        for call in calls { #expect(call.messages.isEmpty) }
        client.loop.pass(milliseconds: 1_000)
        for call in calls { #expect(try call.answer.takeSignals() == ["progress 3"]) }
        #expect(client.loop.pendingTimers == 0, "nothing runs where nothing comes")
        try await client.store.append([Event(type: "rare")], to: "s")
        await client.loop.turn { calls.allSatisfy { !$0.messages.isEmpty } }
        for call in calls { #expect(try call.answer.takeSignals() == ["4 rare"]) }
    }

    @Test func `Queries of other spellings are other queries`() async throws {
        let client = try await ServiceClient()
        let names = ["caf\u{e9}", "cafe\u{301}"]
        let calls = names.map { client.follow(Subscription(.query(.types([$0])))) }
        for call in calls { _ = call.answer.takeMessages() }
        try await client.store.append([Event(type: names[1])], to: "s")
        await client.loop.turn { !calls[1].messages.isEmpty }
        #expect(try calls[1].answer.takeSignals() == ["1 \(names[1])"])
        #expect(calls[0].messages.isEmpty)
    }

    @Test func `So many subscribers are taken and no more, and places are given back`()
        async throws
    {
        let client = try await ServiceClient(subscribersMax: 1)
        let first = client.follow(Subscription())
        #expect(client.places.taken == 1)
        let second = client.follow(Subscription())
        #expect(second.answer.error?.code == .busy)
        first.exchange.fail()
        #expect(client.places.taken == 0)
        let third = client.follow(Subscription(from: .after(9)))
        #expect(third.answer.error?.code == .invalid, "it lies beyond the head")
        #expect(client.places.taken == 0)
    }

    @Test func `A wrong checkpoint is refused before anything is told`() async throws {
        let client = try await ServiceClient()
        try await client.store.append([Event(type: "t")], to: "s")
        let head = try await client.store.head()
        let right = client.follow(Subscription(from: .checkpoint(head)))
        #expect(try right.answer.takeSignals() == ["started 1", "caught up"])
        // Another id of its event, whatever its last digit is.
        let last = head.description.hasSuffix("0") ? "1" : "0"
        let wrong = try #require(Checkpoint(head.description.dropLast() + last))
        let call = client.follow(Subscription(from: .checkpoint(wrong)))
        await call.finish()
        #expect(call.answer.error?.code == .wrongCheckpoint)
        #expect(call.messages.isEmpty)
    }

    @Test func `A subscription ends with its server, a read does not`() async throws {
        let client = try await ServiceClient()
        try await client.store.append([Event(type: "t")], to: "s")
        let call = client.follow(Subscription())
        call.exchange.handler?.drain()
        #expect(call.answer.error?.code == .closed)
        #expect(call.answer.code == .unavailable)
        #expect(client.places.taken == 0)
    }

    @Test func `A large query is counted as long as its subscription goes on`() async throws {
        let client = try await ServiceClient()
        let types = Set((0..<200).map { "type-\($0)" })
        let call = client.follow(Subscription(.query(.types(types))))
        let held = call.exchange.connection.add(0, of: .messages)
        #expect(held >= 7_000)
        call.exchange.fail()
        #expect(call.exchange.connection.add(0, of: .messages) == 0)
    }

    @Test func `Journals are opened when they are asked for, and none is made`() async throws {
        let client = try await ServiceClient()
        let billing = try await client.store.journal("billing")
        try await billing.append([Event(type: "sent")], to: "invoice-1")
        for _ in 0..<2 {
            let answer = await read(client, Read(), V1.Place(journal: "billing"))
            let batch = try #require(answer.messages.map { try V1.SentBatch($0.rawSpan) }.first)
            #expect(batch.events?.events.map(\.type) == ["sent"])
        }
        for (name, code) in [("none", StoreError.Code.notFound), ("No!", .invalid)] {
            let answer = await read(client, Read(), V1.Place(journal: name))
            #expect(answer.error?.code == code)
        }
        let listed = await client.call(V1.listJournals) { _ in }
        let names = try listed.first(V1.JournalsResponse.self)
        #expect(names == V1.JournalsResponse(["billing", "main"], first: "main"))
    }

    @Test func `A list says whether there is more than was asked for`() async throws {
        let client = try await ServiceClient()
        for name in ["s-1", "s-2"] {
            try await client.store.append([Event(type: "t")], to: name)
        }
        for (limit, hasMore) in [(1, true), (2, false)] {
            let answer = await client.call(V1.listStreams) { writer in
                V1.ListRequest("s-", after: nil, limit: limit, journal: "").encode(into: &writer)
            }
            let list = try answer.first(V1.StreamsResponse.self)
            #expect(list.streams.count == limit && list.hasMore == hasMore)
        }
    }

    @Test func `Look-ups answer, and a closed store refuses them`() async throws {
        let client = try await ServiceClient()
        try await client.store.append([Event(type: "t")], to: "s-1")
        let head = await client.call(V1.getHead) { _ in }
        let told = try head.first(V1.HeadResponse.self)
        #expect(told.checkpoint == (try await client.store.head()))
        let stream = await client.call(V1.getStream) { $0.string(2, "s-1") }
        let info = try stream.first(V1.StreamResponse.self).info
        #expect(info == (try await client.store.stream("s-1")))
        let unnamed = await client.call(V1.getStream) { _ in }
        #expect(unnamed.error?.code == .invalid)
        try await client.store.close()
        for path in [V1.getHead, V1.listStreams, V1.read] {
            let answer = await client.call(path) { _ in }
            #expect(answer.error?.code == .closed, "\(path)")
        }
    }
}
