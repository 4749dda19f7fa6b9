import Daybook
import DaybookBytes
import DaybookHTTP
import DaybookJSON
import DaybookServerTesting
import DaybookStore
import Testing

@testable import DaybookWeb

@Suite(.timeLimit(.minutes(15))) struct `Server-sent events` {
    /// One of them as a browser reads it.
    struct Sent: Equatable {
        var id = ""
        var name = ""
        var data = ""

        var position: Int64? { (try? JSONValue(parsing: Array(data.utf8)))?["position"]?.asInt64 }
        var checkpoint: Checkpoint? { Checkpoint(id) }
    }

    private func sent(_ kept: KeptAnswer) -> [Sent] {
        kept.text.split(separator: "\n\n").compactMap { block in
            var sent = Sent()
            for line in block.split(separator: "\n") {
                if line.hasPrefix("id: ") { sent.id = String(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { sent.name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { sent.data = String(line.dropFirst(6)) }
            }
            return sent.name.isEmpty ? nil : sent
        }
    }

    /// Begins to follow.
    private func follow(
        _ asked: Asked, _ target: String, last: String? = nil
    ) -> (kept: KeptAnswer, exchange: Exchange) {
        let kept = KeptAnswer()
        var fields: HTTPFields = ["accept": "text/event-stream"]
        if let last { fields.add("last-event-id", last) }
        let exchange = Exchange(
            RequestHead(method: "GET", target: target, fields: fields), loop: asked.loop,
            carrier: kept)
        asked.service.begin(exchange)
        exchange.handler?.ended()
        return (kept, exchange)
    }

    private func append(_ asked: Asked, _ type: String = "t", to stream: String = "a") async throws
    {
        try await asked.store.append(
            [Event(type: type, data: "{\n\"n\": 1}")], to: stream)
    }

    @Test func `What there is comes, then that it was all, then what is new`() async throws {
        let asked = try await Asked()
        try await append(asked)
        let (kept, exchange) = follow(asked, "/v1/events")
        await asked.loop.turn { sent(kept).count >= 2 }
        #expect(kept.head?.fields["content-type"] == "text/event-stream")
        #expect(sent(kept).prefix(2).map(\.name) == ["event", "caughtUp"])
        #expect(exchange.isEndless)
        try await append(asked)
        await asked.loop.turn { sent(kept).filter { $0.name == "event" }.count == 2 }
        let events = sent(kept).filter { $0.name == "event" }
        #expect(events.map(\.position) == [1, 2])
        let recorded = try #require(try await asked.store.events(Read()).last)
        #expect(events.last?.checkpoint?.event == recorded.id)
        // What the store says of itself is the same.
        let head = try await asked.store.head()
        #expect(events.last?.id == head.description)
        exchange.fail()
        #expect(asked.places.count == 0)
    }

    @Test func `Whoever comes again goes on behind the last event`() async throws {
        let asked = try await Asked()
        for _ in 0..<3 { try await append(asked) }
        let (first, exchange) = follow(asked, "/v1/streams/a")
        await asked.loop.turn { sent(first).count >= 4 }
        exchange.fail()
        let id = try #require(sent(first).dropFirst().first?.id)
        let (second, again) = follow(asked, "/v1/streams/a?after=0", last: id)
        await asked.loop.turn { sent(second).count >= 2 }
        #expect(sent(second).map(\.position) == [3, 3])
        again.fail()
        let (third, now) = follow(asked, "/v1/streams/a?after=now")
        await asked.loop.turn { sent(third).count >= 1 }
        #expect(sent(third).map(\.name) == ["caughtUp"])
        now.fail()
    }

    @Test func `Those who follow together are told the same, each in its form`() async throws {
        let asked = try await Asked(places: 5)
        let targets = [
            "/v1/events", "/v1/streams/a", "/v1/events?format=cloudevents",
            "/v1/events?type=wanted", "/v1/events",
        ]
        let followers = targets.map { follow(asked, $0) }
        func events(_ number: Int) -> [Sent] {
            sent(followers[number].kept).filter { $0.name == "event" }
        }
        for number in 0..<4 {
            let type = number == 2 ? "wanted" : "other"
            try await append(asked, type, to: number == 1 ? "b" : "a")
            await asked.loop.turn { events(4).count == number + 1 }
        }
        await asked.loop.turn { events(0).count == 4 && events(2).count == 4 }
        #expect(events(0).map(\.position) == [1, 2, 3, 4])
        #expect(events(4) == events(0))
        #expect(events(1).map(\.position) == [1, 3, 4])
        #expect(events(3).map(\.position) == [3])
        #expect(events(2).map(\.id) == events(0).map(\.id))
        #expect(events(2).allSatisfy { $0.data.contains("\"specversion\":\"1.0\"") })
        #expect(events(0).allSatisfy { !$0.data.contains("specversion") })
        for follower in followers { follower.exchange.fail() }
    }

    @Test func `What all are told is written once`() async throws {
        let asked = try await Asked()
        for _ in 0..<3 { try await append(asked) }
        let texts = SharedTexts()
        let text = texts.text(on: asked.loop)
        #expect(texts.text(on: asked.loop) === text)
        var made = 0
        func bytes(_ read: Read, _ prefix: String = "p") async throws -> [UInt8] {
            let batch = try #require(try await asked.store.cursor(read).next())
            return try text.bytes(of: batch, ObjectIdentifier(PlainForm.self), prefix) { body in
                made += 1
                body.append("\(made)")
            }
        }
        #expect(try await bytes(.stream("a")) == Array("1".utf8))
        #expect(try await bytes(Read()) == Array("1".utf8))
        #expect(try await bytes(Read(limit: 2)) == Array("2".utf8))
        #expect(try await bytes(Read(from: .position(2), limit: 2)) == Array("3".utf8))
        #expect(try await bytes(Read(from: .position(2)), "q") == Array("4".utf8))
        #expect(try await bytes(Read(from: .position(2)), "q") == Array("4".utf8))
    }

    @Test func `A long text is made once, and none is kept where nobody follows any more`()
        async throws
    {
        let asked = try await Asked()
        try await append(asked)
        let batch = try #require(try await asked.store.cursor(Read()).next())
        let texts = SharedTexts()
        var text: SharedText? = texts.text(on: asked.loop)
        var made = 0
        for _ in 0..<2 {
            // Of many who do not take it there is one text, however long it is.
            let bytes = try text?.bytes(of: batch, ObjectIdentifier(PlainForm.self), "p") { body in
                made += 1
                body.appendZeros(1 << 20)
            }
            #expect(bytes?.count == 1 << 20)
        }
        #expect(made == 1)
        weak let kept = text
        text = nil
        #expect(kept == nil)
    }

    @Test func `Only what was asked for comes, and how far was looked`() async throws {
        let asked = try await Asked()
        for number in 0..<4 { try await append(asked, number == 1 ? "wanted" : "other") }
        let (kept, exchange) = follow(asked, "/v1/events?type=wanted")
        await asked.loop.turn { sent(kept).contains { $0.name == "caughtUp" } }
        let all = sent(kept)
        #expect(all.filter { $0.name == "event" }.map(\.position) == [2])
        #expect(all.last?.position == 4)
        #expect(all.allSatisfy { $0.checkpoint != nil })
        exchange.fail()
    }

    @Test func `How far was looked is told too where nothing that was asked for comes any more`()
        async throws
    {
        let asked = try await Asked()
        let (kept, exchange) = follow(asked, "/v1/events?type=wanted")
        await asked.loop.turn { sent(kept).contains { $0.name == "caughtUp" } }
        let others = (0..<10_001).map { _ in Event(type: "other") }
        try await asked.store.append(others, to: "a")
        await asked.loop.turn { sent(kept).contains { $0.name == "progress" } }
        let last = try #require(sent(kept).last)
        #expect(last.position.map { $0 >= 10_000 } == true && last.checkpoint != nil)
        exchange.fail()
    }

    @Test func `A client that takes nothing is not read for`() async throws {
        let asked = try await Asked()
        let large = String(repeating: "x", count: 100_000)
        for _ in 0..<20 {
            try await asked.store.append([Event(type: "t", data: "\"\(large)\"")], to: "a")
        }
        let kept = KeptAnswer()
        kept.isStuck = true
        let exchange = Exchange(
            RequestHead(
                method: "GET", target: "/v1/events", fields: ["accept": "text/event-stream"]),
            loop: asked.loop, carrier: kept)
        asked.service.begin(exchange)
        asked.loop.turn()
        #expect(kept.body.count < 1_000_000)
        kept.isStuck = false
        exchange.handler?.writable()
        await asked.loop.turn { sent(kept).contains { $0.name == "caughtUp" } }
        #expect(sent(kept).filter { $0.name == "event" }.count == 20)
        exchange.fail()
    }

    @Test func `It ends well with the server, and says something where nothing happens`()
        async throws
    {
        let asked = try await Asked()
        let (kept, exchange) = follow(asked, "/v1/events?format=cloudevents")
        asked.loop.turn()
        asked.loop.pass(milliseconds: WebRequest.keepAliveMilliseconds)
        #expect(kept.text.hasSuffix(":\n\n"))
        try await append(asked)
        await asked.loop.turn { sent(kept).contains { $0.name == "event" } }
        #expect(
            sent(kept).last { $0.name == "event" }?.data.contains("\"specversion\":\"1.0\"") == true
        )
        exchange.handler?.drain()
        #expect(kept.isFinished)
        #expect(asked.places.count == 0)
    }

    @Test(arguments: [
        ("/v1/events?after=x", 400), ("/v1/events?after=5", 400), ("/v1/events?limit=3", 400),
        ("/v1/events?from=3", 400), ("/v1/events?direction=backwards", 400),
        (
            "/v1/events?after=00000000-0000-4000-8000-000000000001.1.1."
                + "00000000-0000-4000-8000-000000000001", 409
        ),
    ])
    func `A place that cannot be is told by the status`(target: String, status: Int) async throws {
        let asked = try await Asked()
        let (kept, _) = follow(asked, target)
        await asked.loop.turn { kept.isOver }
        #expect(kept.head?.status == status, "\(kept.text)")
        #expect(asked.places.count == 0)
    }

    @Test func `More than may follow are refused`() async throws {
        let asked = try await Asked()
        let both = [follow(asked, "/v1/events"), follow(asked, "/v1/events")]
        let (third, _) = follow(asked, "/v1/events")
        #expect(third.head?.status == 503)
        for one in both { one.exchange.fail() }
        #expect(asked.places.count == 0)
    }
}
