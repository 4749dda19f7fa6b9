import Daybook
import DaybookBytes
import DaybookHTTP
import DaybookJSON
import DaybookServerTesting
import DaybookStore
import Testing

@testable import DaybookWeb

@Suite(.timeLimit(.minutes(15))) struct `Appends by HTTP` {
    private static let id = "00000000-0000-4000-8000-000000000001"

    @Test func `A body that only drips in is given up`() async throws {
        let asked = try await Asked()
        let kept = KeptAnswer()
        let exchange = Exchange(
            RequestHead(
                method: "POST", authority: "localhost", target: "/v1/streams/a",
                fields: ["content-type": "application/json"]), loop: asked.loop, carrier: kept)
        asked.service.begin(exchange)
        for second in 0..<5 {
            exchange.handler?.received([UInt8(ascii: " ")].rawSpan)
            exchange.handler?.tick(at: Int64(second) * 1_000)
        }
        #expect(kept.head == nil)
        for second in 5..<8 {
            exchange.handler?.received([UInt8(ascii: " ")].rawSpan)
            exchange.handler?.tick(at: Int64(second) * 1_000)
        }
        #expect(kept.head?.status == 408)
    }

    @Test func `One event, with its bytes as they are`() async throws {
        let asked = try await Asked()
        let answer = await asked.post(
            "/v1/streams/account-1", #"{"type":"opened","data":{"b": 1.0,  "a":"é"}}"#)
        #expect(answer.status == 201)
        #expect(answer.fields["etag"] == "\"0\"")
        #expect(answer.json["lastPosition"]?.asInt64 == 1)
        #expect(answer.json["streams"]?.asArray?.first?["stream"]?.asString == "account-1")
        let id = try #require(answer.json["ids"]?.asArray?.first?.asString)
        let event = try #require(try await asked.store.events(.stream("account-1")).first)
        #expect(event.id.description == id)
        #expect(event.text == #"{"b": 1.0,  "a":"é"}"#)
    }

    @Test func `The same id again is answered as the first time, and recorded once`() async throws {
        let asked = try await Asked()
        let body = #"{"id":"\#(Self.id)","type":"opened"}"#
        let first = await asked.post("/v1/streams/a", body)
        let second = await asked.post("/v1/streams/a", body)
        #expect((first.status, second.status) == (201, 200))
        #expect(second.json["isDuplicate"] == true)
        #expect(first.json["ids"] == nil)
        #expect(first.json["lastPosition"] == second.json["lastPosition"])
        #expect(try await asked.store.head().position == 1)
    }

    @Test func `Of an append of which a part was recorded it is told which`() async throws {
        let asked = try await Asked()
        let old = #"{"id":"\#(Self.id)","type":"opened"}"#
        #expect(await asked.post("/v1/streams/a", old).status == 201)
        let answer = await asked.post("/v1/streams/a", #"[{"type":"paid-in"},\#(old)]"#)
        #expect((answer.status, answer.code) == (409, "partialDuplicate"))
        #expect(answer.json["recorded"] == [.null, 1])
        #expect(answer.json["remedy"]?.asString?.contains("`recorded`") == true)
        #expect(try await asked.store.head().position == 1)
    }

    @Test func `Bytes come as they stand in a line, or as Base64`() async throws {
        let asked = try await Asked()
        let lines =
            #"{"type":"a","dataBase64":"AP8=","metadata":{"m": 1}}"# + "\n"
            + #"{"type":"b","data":[ 1 ],"metadataBase64":"AQ=="}"#
        let answer = await asked.post(
            "/v1/streams/a", lines, ["content-type": "application/x-ndjson"])
        #expect(answer.status == 201)
        let events = try await asked.store.events(.stream("a"))
        #expect(events.map(\.data) == [[0, 255], Array("[ 1 ]".utf8)])
        #expect(events.map(\.metadata) == [Array(#"{"m": 1}"#.utf8), [1]])
        let ids = answer.json["ids"]?.asArray?.compactMap(\.asString)
        #expect(ids == events.map(\.id.description))
    }

    @Test(arguments: [
        (#"[{"type":"a"},{"type":"b"}]"#, "application/json"),
        ("{\"type\":\"a\"}\n\n{\"type\":\"b\"}\r\n", "application/x-ndjson"),
        ("{\"type\":\"a\"}\n{\"type\":\"b\"}", "application/x-ndjson; charset=utf-8"),
    ])
    func `Several events are one append`(body: String, type: String) async throws {
        let asked = try await Asked()
        let answer = await asked.post("/v1/streams/s%2F1", body, ["content-type": type])
        #expect(answer.status == 201)
        #expect(try await asked.store.events(.stream("s/1")).map(\.type) == ["a", "b"])
    }

    @Test(
        arguments: [
            ("?expect=none", nil), ("?expect=7", nil), ("", ("if-none-match", "*")),
            ("", ("if-match", "\"7\"")),
        ] as [(String, (String, String)?)])
    func `A stream that is not as expected is 412, with how it is`(
        query: String, field: (String, String)?
    ) async throws {
        let asked = try await Asked()
        try await asked.store.append([Event(type: "t")], to: "a")
        var fields: HTTPFields = [:]
        if let field { fields.add(field.0, field.1) }
        let answer = await asked.post("/v1/streams/a" + query, #"{"type":"t"}"#, fields)
        #expect(answer.status == 412)
        #expect(answer.code == "wrongRevision")
        #expect(answer.json["actual"] == ["state": "live", "lastRevision": 0])
        #expect(answer.fields["content-type"] == "application/problem+json")
        #expect(try await asked.store.head().position == 1)
    }

    @Test(arguments: ["?expect=0", "?expect=any", "?expect=exists"])
    func `A stream that is as expected is appended to`(query: String) async throws {
        let asked = try await Asked()
        try await asked.store.append([Event(type: "t")], to: "a")
        #expect(await asked.post("/v1/streams/a" + query, #"{"type":"t"}"#).status == 201)
        let tagged = await asked.post(
            "/v1/streams/a", #"{"type":"t"}"#, ["if-match": "\"1\""])
        #expect(tagged.fields["etag"] == "\"2\"")
    }

    @Test func `Events of several streams, with conditions and a tracking mark`() async throws {
        let asked = try await Asked()
        let body = #"""
            {"events": [{"stream": "a", "type": "out"}, {"stream": "b", "type": "in", "tags": ["k:1"]}],
             "expect": {"a": "none", "c": "none"},
             "condition": {"failIfEventsMatch": {"items": [{"types": ["in"], "tags": ["k:1"]}]}, "after": 0},
             "tracking": {"consumer": "importer", "to": "7", "noteBase64": "AP8="}}
            """#
        let answer = await asked.post("/v1/append", body)
        #expect(answer.status == 201)
        #expect(answer.json["streams"]?.asArray?.count == 2)
        let mark = await asked.get("/v1/tracking/importer")
        #expect(mark.json["token"]?.asString == "7")
        #expect(mark.json["noteBase64"]?.asString == "AP8=")
        let again = await asked.post("/v1/append", body)
        #expect((again.status, again.code) == (412, "wrongRevision"))
        #expect(try await asked.store.head().position == 2)
    }

    @Test func `An event in the way of a condition is told by its position`() async throws {
        let asked = try await Asked()
        try await asked.store.append([Event(type: "in")], to: "a")
        let answer = await asked.post(
            "/v1/append",
            #"{"events":[{"stream":"b","type":"t"}],"condition":{"failIfEventsMatch":"#
                + #"{"items":[{"types":["in"]}]},"after":0}}"#)
        #expect(answer.status == 409)
        #expect(answer.code == "conflict")
        #expect(answer.json["position"]?.asInt64 == 1)
    }

    @Test(arguments: [
        (#"{"type":"t","tpye":"t"}"#, "Did you mean `type`?"),
        (#"{"type":"t","stream":"b"}"#, "Leave `stream` out"),
        (#"{"type":""}"#, ""), ("[]", "Send one event"), ("{", ""), ("7", ""), ("", ""),
        (#"[{"type":"t"},{"type":"t","id":"7"}]"#, "36 characters"),
        ("{\"type\":\"t\\u0001\"}", ""),
    ])
    func `What cannot be recorded is refused whole, with the place and the remedy`(
        body: String, remedy: String
    ) async throws {
        let asked = try await Asked()
        let answer = await asked.post("/v1/streams/a", body)
        #expect(answer.status == 400)
        #expect(answer.json["remedy"]?.asString?.contains(remedy) == true, "\(answer.text)")
        #expect(answer.why != "")
        #expect(try await asked.store.head().position == 0)
    }

    @Test(arguments: [
        (#"{"event":[]}"#, "Did you mean `events`?"), (#"{"events":[],"events":[]}"#, "Leave one"),
        (#"{"expect":{"a":"non"}}"#, "Did you mean `none`?"), (#"{"expect":{"a":-1}}"#, "from 0"),
        (#"{"events":[{"type":"t"}]}"#, "needs `stream`"), ("{}", "at least one"),
        (#"{"condition":{"after":1}}"#, "Give the query"), (#"{"tracking":{"to":"1"}}"#, "whose"),
        (#"{"condition":{"failIfEventsMatch":{"items":[]},"after":1}}"#, "at least one item"),
        (
            #"{"condition":{"failIfEventsMatch":{"items":[{}]},"after":0},"events":[{"stream":"a","type":"t"}]}"#,
            ""
        ),
    ])
    func `An append that cannot be read is refused`(body: String, remedy: String) async throws {
        let asked = try await Asked()
        let answer = await asked.post("/v1/append", body)
        #expect(answer.status == 400, "\(answer.text)")
        #expect(answer.json["remedy"]?.asString?.contains(remedy) == true, "\(answer.text)")
    }

    @Test func `A body of another kind, and one that is too large`() async throws {
        let asked = try await Asked(bodyBytesMax: 100)
        let form = await asked.post(
            "/v1/streams/a", "type=t", ["content-type": "application/x-www-form-urlencoded"])
        #expect(form.status == 415)
        #expect(
            form.json["remedy"]?.asString?.contains("-H 'Content-Type: application/json'") == true)
        let large = await asked.post(
            "/v1/streams/a", #"{"type":"\#(String(repeating: "t", count: 100))"}"#)
        #expect(large.status == 413)
        #expect(large.code == "tooLarge")
    }

    @Test func `Bodies count as long as they are not answered`() async throws {
        let asked = try await Asked()
        let large = String(repeating: "x", count: 1_000_000)
        // More than may come in at a time, one behind the other.
        for _ in 0..<6 {
            let answer = await asked.post("/v1/streams/a", #"{"type":"t","data":"\#(large)"}"#)
            #expect(answer.status == 201)
        }
    }

    @Test func `A stream is deleted, softly and for good`() async throws {
        let asked = try await Asked()
        try await asked.store.append([Event(type: "t")], to: "a")
        #expect(await asked.ask("DELETE", "/v1/streams/a?expect=4").status == 412)
        #expect(await asked.ask("DELETE", "/v1/streams/a").json["position"]?.asInt64 == 2)
        #expect(await asked.get("/v1/streams/a").status == 404)
        #expect(await asked.get("/v1/streams/a/info").json["state"]?.asString == "softDeleted")
        #expect(await asked.ask("DELETE", "/v1/streams/a?kind=tombstone").status == 200)
        let refused = await asked.post("/v1/streams/a", #"{"type":"t"}"#)
        #expect(refused.status == 410)
        #expect(refused.code == "streamDeleted")
    }

    @Test func `Metadata are set and read, each time with their revision`() async throws {
        let asked = try await Asked()
        let none = await asked.get("/v1/streams/a/metadata")
        #expect((none.status, none.json) == (200, [:]))
        let set = await asked.ask(
            "PUT", "/v1/streams/a/metadata", #"{"$maxCount": 2}"#, ["if-none-match": "*"])
        #expect(set.status == 201)
        let got = await asked.get("/v1/streams/a/metadata")
        #expect(got.text == #"{"$maxCount": 2}"#)
        #expect(got.fields["etag"] == "\"0\"")
        let late = await asked.ask(
            "PUT", "/v1/streams/a/metadata", "{}", ["if-match": "\"4\""])
        #expect(late.status == 412)
        for wrong in [#"{"$maxCount": "2"}"#, ""] {
            #expect(await asked.ask("PUT", "/v1/streams/a/metadata", wrong).status == 400)
        }
    }
}
