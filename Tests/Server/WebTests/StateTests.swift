import Daybook
import DaybookHTTP
import DaybookJSON
import DaybookServerTesting
import DaybookStore
import Testing

@testable import DaybookWeb

@Suite(.timeLimit(.minutes(15))) struct `States by HTTP` {
    @Test func `A state is what the events up to a point add up to`() async throws {
        let asked = try await Asked.bank()
        let now = await asked.get("/v1/streams/account-1/state")
        #expect(now.json["revision"]?.asInt64 == 9)
        #expect(now.json["state"]?["n"]?.asInt64 == 9)
        #expect(now.json["state"]?.asObject?.count == 11)
        let then = await asked.get("/v1/streams/account-1/state?revision=2")
        #expect(then.json["state"] == ["n": 2, "k0": 1, "k1": 1, "k2": 1])
        let placed = await asked.get("/v1/streams/account-1/state?position=4")
        #expect(placed.json["revision"]?.asInt64 == 1)
        let occurred = await asked.get(
            "/v1/streams/account-1/state?at=2024-01-03T00:00:00Z&occurred=true")
        #expect(occurred.json["state"] == ["n": 9, "k0": 1, "k1": 1, "k2": 1, "k9": 1])
        let recorded = await asked.get("/v1/streams/account-1/state?at=2024-01-03")
        #expect(recorded.json["state"] == .null)
        let last = try #require(try await asked.store.events(.stream("account-1")).last)
        let atOnce = await asked.get("/v1/streams/account-1/state?at=\(last.recordedAt)")
        #expect(atOnce.json["revision"]?.asInt64 == 9, "what was recorded then is a part of it")
        #expect(await asked.get("/v1/streams/account-1/state?revision=10").status == 404)
        #expect(
            await asked.get("/v1/streams/account-1/state?revision=1&at=2024-01-01").status == 400)
    }

    @Test func `What was truncated is told: where a state begins, and that a revision is gone`()
        async throws
    {
        let asked = try await Asked.bank()
        try await asked.store.setMetadata(
            StreamMetadata(truncateBefore: 5), of: "account-1")
        let now = await asked.get("/v1/streams/account-1/state")
        #expect(now.json["firstRevision"]?.asInt64 == 5)
        #expect(now.json["state"]?.asObject?.count == 6)
        let gone = await asked.get("/v1/streams/account-1/state?revision=4")
        #expect(gone.status == 410 && gone.code == "revisionGone")
        #expect(gone.why.contains("before revision 5"))
        #expect(gone.json["remedy"]?.asString?.contains("from 5 on") == true)
        let first = await asked.get("/v1/streams/account-1/state?revision=5")
        #expect(first.json["state"] == ["n": 5, "k5": 1])
        let late = await asked.get("/v1/streams/account-1/state?revision=10")
        #expect(late.status == 404 && late.why.contains("is 9"))
    }

    @Test func `A long fold lets others have their turn`() async throws {
        let asked = try await Asked()
        try await asked.store.append(
            (0..<2_000).map { Event(type: "t", data: "{\"n\":\($0)}") }, to: "a")
        let kept = KeptAnswer()
        let exchange = Exchange(
            RequestHead(method: "GET", target: "/v1/streams/a/state"), loop: asked.loop,
            carrier: kept)
        asked.service.begin(exchange)
        exchange.handler?.ended()
        #expect(!kept.isOver)
        let between = await asked.get("/v1/head")
        #expect(between.status == 200)
        await asked.loop.turn { kept.isOver }
        #expect(Asked.Answer(kept: kept).json["state"] == ["n": 1_999])
    }
}
