import Daybook
import DaybookBytes
import DaybookHTTP
import DaybookJSON
import DaybookStore
import Testing

@testable import DaybookWeb

@Suite(.timeLimit(.minutes(15))) struct `CloudEvents` {
    private static let structured: HTTPFields = ["content-type": "application/cloudevents+json"]

    private func back(_ asked: Asked, _ target: String) async throws -> JSONValue {
        let answer = await asked.get(target, accept: "application/cloudevents-batch+json")
        #expect(answer.fields["content-type"] == "application/cloudevents-batch+json")
        return try #require(answer.json.asArray?.last)
    }

    @Test func `What came in goes out as it came, with its place`() async throws {
        let asked = try await Asked()
        let body = #"""
            {"specversion":"1.0","id":"7","source":"/tills/3","type":"sold","subject":"till-3",
             "time":"2024-01-01T10:00:00.123456789+01:00","datacontenttype":"application/json",
             "dataschema":"https://example.org/s","traceparent":"00-1","flag":true,"n":5,
             "correlationid":"c","causationid":"k","data":{"amount": 12.50}}
            """#
        let answer = await asked.ask("POST", "/v1/cloudevents", body, Self.structured)
        #expect(answer.status == 201, "\(answer.text)")
        let event = try #require(try await asked.store.events(.stream("till-3")).first)
        #expect(event.text == #"{"amount": 12.50}"#)
        #expect(event.occurredAt == Timestamp("2024-01-01T09:00:00.123456Z"))
        #expect((event.correlation, event.causation) == ("c", "k"))
        #expect(event.id == CloudEvent.id(source: "/tills/3", id: "7"))
        var sent = try JSONValue(parsing: Array(body.utf8)).asObject!
        let got = try await back(asked, "/v1/streams/till-3").asObject!
        sent["stream"] = "till-3"
        sent["position"] = "1"
        sent["revision"] = "0"
        sent["recordedtime"] = .string(event.recordedAt.description)
        #expect(got == sent)
    }

    @Test func `What only looks like one that came in says nothing twice`() async throws {
        let asked = try await Asked()
        let metadata = #"""
            {"cloudevent":{"id":"1","source":"s","type":"evil","data":{"x":1},"position":"99","time":7,
             "data_base64":"AA==","specversion":"2","Bad Name":"b","many":[1],"good":"g"}}
            """#
        try await asked.store.append(
            [Event(type: "t", data: Array(#"{"a":2}"#.utf8), metadata: Array(metadata.utf8))],
            to: "a")
        let answer = await asked.get(
            "/v1/streams/a", accept: "application/cloudevents-batch+json")
        for name in ["id", "source", "type", "data", "position", "specversion", "good"] {
            #expect(answer.text.ranges(of: "\"\(name)\":").count == 1, "\(name)")
        }
        let event = try #require(answer.json.asArray?.first?.asObject)
        #expect(event["type"] == "t" && event["position"] == "1" && event["good"] == "g")
        for name in ["data_base64", "Bad Name", "many", "time"] { #expect(event[name] == nil) }
    }

    @Test func `JSON with a character set is JSON`() async throws {
        let asked = try await Asked()
        let answer = await asked.ask(
            "POST", "/v1/streams/a", #"{"a": 1}"#,
            [
                "ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": "t",
                "content-type": "application/json; charset=utf-8",
            ])
        #expect(answer.status == 201, "\(answer.text)")
        let page = await asked.get("/v1/streams/a")
        #expect(page.json["events"]?.asArray?.first?["data"]?["a"]?.asInt64 == 1)
        #expect(
            try await back(asked, "/v1/streams/a")["datacontenttype"]?.asString
                == "application/json; charset=utf-8")
    }

    @Test func `The same source and id are recorded once`() async throws {
        let asked = try await Asked()
        let body = #"{"specversion":"1.0","id":"7","source":"/a","type":"t","subject":"s"}"#
        #expect(await asked.ask("POST", "/v1/cloudevents", body, Self.structured).status == 201)
        #expect(await asked.ask("POST", "/v1/cloudevents", body, Self.structured).status == 200)
        let other = body.replacing("\"/a\"", with: "\"/b\"")
        #expect(await asked.ask("POST", "/v1/cloudevents", other, Self.structured).status == 201)
        #expect(try await asked.store.head().position == 2)
    }

    @Test func `An id is the name-based UUID of source and id`() {
        // Python: uuid.uuid5(uuid.UUID("8c5c4ec9-05b7-4be8-9c3e-7a1e0b0f7f1d"), "/tills/3\0" + "7")
        #expect(
            CloudEvent.id(source: "/tills/3", id: "7").description
                == "035e7342-c19f-5023-835d-8785448b675d")
    }

    @Test func `In binary mode the body is the data`() async throws {
        let asked = try await Asked()
        let answer = await asked.ask(
            "POST", "/v1/streams/images", "\u{1}bytes",
            [
                "ce-specversion": "1.0", "ce-id": "a%20b", "ce-source": "/cam", "ce-type": "shot",
                "ce-subject": "door", "content-type": "image/png",
            ])
        #expect(answer.status == 201, "\(answer.text)")
        let got = try await back(asked, "/v1/streams/images")
        #expect(got["id"]?.asString == "a b")
        #expect(got["subject"]?.asString == "door")
        #expect(got["stream"]?.asString == "images")
        #expect(got["datacontenttype"]?.asString == "image/png")
        #expect(got["data_base64"]?.asString == Base64.encode(Array("\u{1}bytes".utf8)))
    }

    @Test func `A batch is one append, to the streams that its events are about`() async throws {
        let asked = try await Asked()
        let fields: HTTPFields = ["content-type": "application/cloudevents-batch+json"]
        let batch = #"""
            [{"specversion":"1.0","id":"1","source":"/","type":"t","subject":"a","data":"text","datacontenttype":"text/plain"},
             {"specversion":"1.0","id":"2","source":"/","type":"t","subject":"b"}]
            """#
        let answer = await asked.ask("POST", "/v1/cloudevents", batch, fields)
        #expect(answer.json["streams"]?.asArray?.count == 2)
        #expect(try await asked.store.events(.stream("a")).first?.text == "text")
        let late = batch.replacing("\"b\"}", with: "\"b\",\"specversion\":\"1.0\"}")
        #expect(await asked.ask("POST", "/v1/cloudevents", late, fields).status == 400)
        #expect(try await asked.store.head().position == 2)
    }

    private static let batched: HTTPFields = [
        "content-type": "application/cloudevents-batch+json"
    ]

    private func batch(_ ids: [String], subject: String = "s") -> String {
        let events = ids.map {
            #"{"specversion":"1.0","id":"\#($0)","source":"/","type":"t","subject":"\#(subject)"}"#
        }
        return "[\(events.joined(separator: ","))]"
    }

    @Test(arguments: [
        (["1", "2"], 200, [1, 2]), (["3"], 200, [3]), (["2", "1"], 200, [2, 1]),
        (["1", "3"], 200, [1, 3]), (["3", "4"], 201, [3, 5]), (["4", "1", "5"], 201, [5, 1, 6]),
    ])
    func `Sent again in other batches, they are recorded once`(
        ids: [String], status: Int, positions: [Int64]
    ) async throws {
        let asked = try await Asked()
        let first = await asked.ask(
            "POST", "/v1/cloudevents", batch(["1", "2", "3"]), Self.batched)
        #expect(first.status == 201)
        try await asked.store.append([Event(type: "t")], to: "other")
        for round in 0..<2 {
            let answer = await asked.ask("POST", "/v1/cloudevents", batch(ids), Self.batched)
            #expect(answer.status == (round == 0 ? status : 200), "\(answer.text)")
            #expect(answer.json["isDuplicate"] == .bool(answer.status == 200))
            #expect(answer.json["firstPosition"]?.asInt64 == positions.first)
            #expect(answer.json["lastPosition"]?.asInt64 == positions.last)
            let told = answer.json["positions"]?.asArray?.compactMap(\.asInt64)
            #expect(told == nil || told == positions)
            let stream = try #require(answer.json["streams"]?.asArray?.first)
            let last = positions.map { $0 > 4 ? $0 - 2 : $0 - 1 }.max()
            #expect(stream["lastRevision"]?.asInt64 == last)
            #expect(answer.fields["etag"] == last.map { "\"\($0)\"" })
        }
        let recorded = try await asked.store.events(.stream("s"))
        #expect(Set(recorded.map(\.id)).count == recorded.count)
        #expect(recorded.count == Set(["1", "2", "3"] + ids).count)
    }

    @Test func `Those of several streams are told with each of these`() async throws {
        let asked = try await Asked()
        let old = batch(["1"], subject: "a")
        #expect(await asked.ask("POST", "/v1/cloudevents", old, Self.batched).status == 201)
        let both = "[" + batch(["2"], subject: "b").dropFirst().dropLast() + "," + old.dropFirst()
        let answer = await asked.ask("POST", "/v1/cloudevents", both, Self.batched)
        #expect(answer.status == 201)
        #expect(
            answer.json["streams"]
                == [["stream": "b", "lastRevision": 0], ["stream": "a", "lastRevision": 0]])
        #expect(answer.json["positions"] == [2, 1])
    }

    @Test(arguments: [
        (["7", "7"], [4, 4]), (["1", "7", "1", "8", "7"], [1, 4, 1, 5, 4]),
        (["2", "2"], [2, 2]), (["3", "1", "3"], [3, 1, 3]),
    ])
    func `One that stands in a batch several times is recorded once`(
        ids: [String], positions: [Int64]
    ) async throws {
        let asked = try await Asked()
        let old = batch(["1", "2", "3"])
        #expect(await asked.ask("POST", "/v1/cloudevents", old, Self.batched).status == 201)
        let isNew = positions.contains { $0 > 3 }
        for round in 0..<2 {
            let answer = await asked.ask("POST", "/v1/cloudevents", batch(ids), Self.batched)
            #expect(answer.status == (isNew && round == 0 ? 201 : 200), "\(answer.text)")
            let told = answer.json["positions"]?.asArray?.compactMap(\.asInt64)
            #expect(told == positions)
            let stream = try #require(answer.json["streams"]?.asArray?.first)
            #expect(stream["lastRevision"]?.asInt64 == positions.max().map { $0 - 1 })
        }
        let recorded = try await asked.store.events(.stream("s"))
        #expect(recorded.count == Set(["1", "2", "3"] + ids).count)
    }

    @Test func `In two streams the same is two events, each once`() async throws {
        let asked = try await Asked()
        let parts = ["a", "b", "a"].map { batch(["1"], subject: $0).dropFirst().dropLast() }
        let answer = await asked.ask(
            "POST", "/v1/cloudevents", "[\(parts.joined(separator: ","))]", Self.batched)
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer.json["positions"] == [1, 2, 1])
        #expect(try await asked.store.head().position == 2)
    }

    @Test func `What is said of a part that was recorded counts repetitions`() async throws {
        let asked = try await Asked()
        let path = "/v1/streams/s?expect=none"
        #expect(await asked.ask("POST", path, batch(["1", "1"]), Self.batched).status == 201)
        #expect(await asked.ask("POST", path, batch(["1", "1"]), Self.batched).status == 200)
        let more = await asked.ask("POST", path, batch(["1", "1", "2", "2"]), Self.batched)
        #expect((more.status, more.code) == (409, "partialDuplicate"))
        #expect(more.json["recorded"] == [1, 1, .null, .null])
    }

    @Test func `Part of a batch is refused where something is expected`() async throws {
        let asked = try await Asked()
        let path = "/v1/streams/s?expect=none"
        #expect(await asked.ask("POST", path, batch(["1", "2"]), Self.batched).status == 201)
        #expect(await asked.ask("POST", path, batch(["1", "2"]), Self.batched).status == 200)
        let more = await asked.ask("POST", path, batch(["1", "2", "3"]), Self.batched)
        #expect((more.status, more.code) == (409, "partialDuplicate"))
        #expect(more.json["recorded"] == [1, 2, .null])
        #expect(try await asked.store.head().position == 2)
    }

    @Test func `Events that came otherwise go out, too`() async throws {
        let asked = try await Asked()
        try await asked.store.append(
            [Event(type: "t", data: Array("{\n}".utf8), correlation: "c")], to: "a")
        let got = try await back(asked, "/v1/events")
        #expect(got["source"]?.asString == "urn:uuid:\(asked.store.identity.journal)")
        #expect(got["subject"]?.asString == "a")
        #expect(got["data"] == [:])
        #expect(got["correlationid"]?.asString == "c")
    }

    @Test(arguments: [
        #"{"specversion":"0.3","id":"1","source":"/","type":"t","subject":"a"}"#,
        #"{"specversion":"1.0","source":"/","type":"t","subject":"a"}"#,
        #"{"specversion":"1.0","id":"1","source":"/","type":"t"}"#,
        #"{"specversion":"1.0","id":"1","source":"/","type":"t","subject":"a","Bad":"x"}"#,
        #"{"specversion":"1.0","id":"1","source":"/","type":"t","subject":"a","list":[]}"#,
        #"{"specversion":"1.0","id":"1","source":"/","type":"t","subject":"a","n":5000000000}"#,
        #"{"specversion":"1.0","id":"1","source":"/","type":"t","subject":"a","time":"noon"}"#,
        #"{"specversion":"1.0","id":"1","source":"/","type":"t","subject":"a","data":1,"data_base64":""}"#,
        "[]", "{", "",
    ])
    func `What is no CloudEvent is refused`(body: String) async throws {
        let asked = try await Asked()
        let answer = await asked.ask("POST", "/v1/cloudevents", body, Self.structured)
        #expect(answer.status == 400, "\(answer.text)")
        #expect(answer.json["remedy"]?.asString?.isEmpty == false)
    }
}
