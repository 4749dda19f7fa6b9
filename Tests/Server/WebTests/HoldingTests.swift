import Daybook
import DaybookBytes
import DaybookHTTP
import DaybookServerTesting
import DaybookStore
import Testing

@testable import DaybookWeb

@Suite(.timeLimit(.minutes(15))) struct `Memory of answers by HTTP` {
    /// A query of some 4 KiB.
    private static let query =
        #"{"items":[{"tags":["\#(String(repeating: "t", count: 1_000))"],"types":["#
        + (0..<3).map { "\"\(String(repeating: ["a", "b", "c"][$0], count: 1_000))\"" }.joined(
            separator: ",") + "]}]}"

    /// Follows by a query that is sent in a body.
    private func follow(_ asked: Asked) -> (kept: KeptAnswer, exchange: Exchange) {
        let kept = KeptAnswer()
        let fields: HTTPFields = [
            "accept": "text/event-stream", "content-type": "application/json",
            "x-long": String(repeating: "x", count: 10_000),
        ]
        let exchange = Exchange(
            RequestHead(method: "POST", target: "/v1/query", fields: fields), loop: asked.loop,
            carrier: kept)
        asked.service.begin(exchange)
        exchange.handler?.received(Array(Self.query.utf8).rawSpan)
        exchange.handler?.ended()
        return (kept, exchange)
    }

    @Test func `A thousand followers take what is counted for them, and one more is told to wait`()
        async throws
    {
        let each = Self.query.utf8.count + "/v1/query".utf8.count + WebSink.ownBytes
        let asked = try await Asked(places: 2_000, heldBytesMax: 1_000 * each)
        var followers = (0..<1_000).map { _ in follow(asked) }
        #expect(followers.allSatisfy { $0.kept.head?.status == 200 && !$0.kept.isOver })
        // What was read of the request is gone.
        #expect(followers.allSatisfy { $0.exchange.fields.isEmpty })
        let (refused, _) = follow(asked)
        let answer = Asked.Answer(kept: refused)
        #expect(answer.status == 503 && answer.code == "busy")
        #expect(answer.fields["content-type"] == "application/problem+json")
        #expect(answer.fields["retry-after"] == "1")
        #expect(answer.why.contains("more than \(1_000 * each) bytes"), "\(answer.why)")
        // Reads are refused as well, and appends are not.
        #expect(await asked.get("/v1/events").status == 503)
        #expect(await asked.post("/v1/streams/a", #"{"type":"t"}"#).status == 201)
        followers.removeLast().exchange.fail()
        let next = follow(asked)
        #expect(next.kept.head?.status == 200)
        for follower in followers + [next] { follower.exchange.fail() }
        #expect(asked.places.count == 0)
        #expect(await asked.get("/v1/events").status == 200)
    }

    @Test func `Where much waits for others nothing large is begun, and appends go on`()
        async throws
    {
        let asked = try await Asked()
        func ask(_ method: String, _ target: String, _ body: String? = nil) -> Asked.Answer {
            let kept = KeptAnswer()
            kept.isCrowded = true
            let exchange = Exchange(
                RequestHead(
                    method: method, target: target, fields: ["content-type": "application/json"]),
                loop: asked.loop, carrier: kept)
            asked.service.begin(exchange)
            if let body { exchange.handler?.received(Array(body.utf8).rawSpan) }
            exchange.handler?.ended()
            return Asked.Answer(kept: kept)
        }
        for target in ["/v1/events", "/openapi.json"] {
            let answer = ask("GET", target)
            #expect(answer.status == 503 && answer.code == "busy", "\(target)")
            #expect(answer.fields["retry-after"] == "1")
        }
        #expect(ask("GET", "/v1/head").status == 200)
        let event = #"{"type":"t"}"#
        let append = ask("POST", "/v1/streams/a", "[" + event + "]")
        await asked.loop.turn { append.kept.isOver }
        #expect(append.status == 201)
    }

    @Test func `A page that is read is counted until it is sent`() async throws {
        let asked = try await Asked(heldBytesMax: 300_000)
        for _ in 0..<4 {
            let large = String(repeating: "x", count: 100_000)
            try await asked.store.append([Event(type: "t", data: "\"\(large)\"")], to: "a")
        }
        let refused = await asked.get("/v1/streams/a")
        #expect(refused.status == 503 && refused.code == "busy")
        #expect(await asked.get("/v1/streams/a?limit=2").status == 200)
        #expect(await asked.get("/v1/streams/a", accept: "application/x-ndjson").lines.count == 4)
    }
}
