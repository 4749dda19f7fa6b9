import Daybook
import DaybookBytes
import DaybookGzip
import DaybookHTTP
import DaybookJSON
import DaybookServerTesting
import DaybookStore
import Testing

@testable import DaybookWeb

@Suite(.timeLimit(.minutes(15))) struct `Packed bodies` {
    private static let gzip: HTTPFields = ["accept-encoding": "br, gzip;q=0.8"]

    @Test(arguments: [0, 1, 1000, 100_000, 300_000])
    func `What was packed is unpacked as it was, up to a bound`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let packed = Gzip.encoded(bytes)
        #expect(try Gzip.decoded(packed, bytesMax: count) == bytes)
        if count > 0 {
            #expect(try Gzip.decoded(packed, bytesMax: count - 1) == nil)
            #expect(throws: GzipError.self) {
                try Gzip.decoded(Array(packed.dropLast()), bytesMax: count)
            }
        }
        #expect(throws: GzipError.self) { try Gzip.decoded([1, 2, 3], bytesMax: 10) }
        #expect(throws: GzipError.self) { try Gzip.decoded([], bytesMax: 10) }
    }

    @Test func `Answers are packed where the client takes that and it is worth it`() async throws {
        let asked = try await Asked()
        try await asked.store.append((0..<50).map { Event(type: "t", data: "\($0)") }, to: "a")
        let plain = await asked.ask("GET", "/v1/streams/a")
        #expect(plain.fields["content-encoding"] == nil)
        let packed = await asked.ask("GET", "/v1/streams/a", nil, Self.gzip)
        #expect(packed.fields["content-encoding"] == "gzip")
        #expect(packed.fields["vary"] == "accept-encoding")
        #expect(packed.fields["content-length"] == "\(packed.kept.body.count)")
        #expect(try Gzip.decoded(packed.kept.body, bytesMax: 1 << 20) == plain.kept.body)
        #expect(
            await asked.ask("GET", "/v1/head", nil, Self.gzip).fields["content-encoding"] == nil)
        let refused: HTTPFields = ["accept-encoding": "gzip;q=0, *"]
        #expect(
            await asked.ask("GET", "/v1/streams/a", nil, refused).fields["content-encoding"] == nil)
    }

    @Test func `Lines are packed as they are sent`() async throws {
        let asked = try await Asked()
        for _ in 0..<40 {
            try await asked.store.append(
                (0..<100).map { Event(type: "t", data: "\($0)") }, to: "a")
        }
        var fields = Self.gzip
        fields.add("accept", "application/x-ndjson")
        let packed = await asked.ask("GET", "/v1/events", nil, fields)
        #expect(packed.kept.writes > 1)
        let plain = try #require(try Gzip.decoded(packed.kept.body, bytesMax: 8 << 20))
        #expect(plain.count { $0 == UInt8(ascii: "\n") } == 4000)
    }

    /// Sends bytes as the body of a request.
    private func post(_ asked: Asked, _ body: [UInt8], _ fields: HTTPFields) async -> Asked.Answer {
        let kept = KeptAnswer()
        let exchange = Exchange(
            RequestHead(method: "POST", target: "/v1/streams/a", fields: fields), loop: asked.loop,
            carrier: kept)
        asked.service.begin(exchange)
        exchange.handler?.received(body.rawSpan)
        exchange.handler?.ended()
        await asked.loop.turn { kept.isOver }
        return Asked.Answer(kept: kept)
    }

    @Test func `What a packed body becomes counts among what comes in`() async throws {
        let asked = try await Asked(heldBytesMax: 500_000)
        let fields: HTTPFields = ["content-type": "application/json", "content-encoding": "gzip"]
        func packed(_ count: Int) -> [UInt8] {
            let data = String(repeating: "x", count: count)
            return Gzip.encoded(Array(#"{"type":"t","data":"\#(data)"}"#.utf8))
        }
        #expect(await post(asked, packed(600_000), fields).status == 503)
        #expect(await post(asked, packed(400_000), fields).status == 201)
        #expect(await post(asked, packed(400_000), fields).status == 201, "it was given back")
    }

    @Test func `A packed body is taken, and not what is more than a body may be`() async throws {
        let asked = try await Asked(bodyBytesMax: 10_000)
        let fields: HTTPFields = ["content-type": "application/json", "content-encoding": "gzip"]
        let event = Array(#"{"type":"t","data":[1,2,3]}"#.utf8)
        #expect(await post(asked, Gzip.encoded(event), fields).status == 201)
        #expect(try await asked.store.events(.stream("a")).first?.text == "[1,2,3]")
        let bomb = [UInt8](repeating: UInt8(ascii: " "), count: 10_001)
        #expect(await post(asked, Gzip.encoded(bomb), fields).status == 413)
        #expect(await post(asked, event, fields).status == 400)
        let other: HTTPFields = ["content-type": "application/json", "content-encoding": "br"]
        #expect(await post(asked, event, other).status == 415)
        // A browser sends what has no type for any page, without asking.
        #expect(await post(asked, event, [:]).status == 415)
    }
}

@Suite(.timeLimit(.minutes(15))) struct `Pages of other origins` {
    private static let own = "https://app.example.org"

    @Test func `They are let in where they are named, and by nothing else`() async throws {
        let asked = try await Asked(origins: "https://other.example.org, \(Self.own)")
        let page = await asked.ask("GET", "/v1/head", nil, ["origin": Self.own])
        #expect(page.fields["access-control-allow-origin"] == Self.own)
        #expect(page.fields["vary"] == "origin")
        #expect(page.fields["access-control-expose-headers"]?.contains("etag") == true)
        let problem = await asked.ask("GET", "/v1/nothing", nil, ["origin": Self.own])
        #expect(problem.fields["access-control-allow-origin"] == Self.own)
        for origin in ["https://evil.example", Self.own + ".evil.example"] {
            let strange = await asked.ask("GET", "/v1/head", nil, ["origin": origin])
            #expect(strange.fields["access-control-allow-origin"] == nil)
        }
        let none = try await Asked()
        let closed = await none.ask("GET", "/v1/head", nil, ["origin": Self.own])
        #expect(closed.fields["access-control-allow-origin"] == nil)
        #expect(closed.fields["vary"] == nil)
    }

    @Test func `A browser that asks before a request is told what it may do`() async throws {
        let asked = try await Asked(origins: "*")
        let answer = await asked.ask(
            "OPTIONS", "/v1/streams/a", nil,
            [
                "origin": Self.own, "access-control-request-method": "POST",
                "access-control-request-headers": "content-type, if-match",
            ])
        #expect(answer.status == 204)
        #expect(answer.fields["access-control-allow-origin"] == "*")
        #expect(answer.fields["access-control-allow-methods"]?.contains("POST") == true)
        #expect(answer.fields["access-control-allow-headers"] == "content-type, if-match")
        let closed = try await Asked()
        let refused = await closed.ask(
            "OPTIONS", "/v1/streams/a", nil,
            ["origin": Self.own, "access-control-request-method": "POST"])
        #expect(refused.fields["access-control-allow-methods"] == nil)
    }

    @Test(arguments: [
        ("*", true), ("https://a.example", true), ("http://localhost:3000,https://b", true),
        ("", false), ("a.example", false), ("https://a/", false), ("https://A", false),
        ("https://", false),
    ])
    func `Origins are written as browsers send them`(origins: String, isValid: Bool) {
        #expect(CrossOrigin.isValid(origins) == isValid)
    }
}
