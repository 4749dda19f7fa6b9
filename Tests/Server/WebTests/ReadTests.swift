import Daybook
import DaybookHTTP
import DaybookJSON
import DaybookServerTesting
import DaybookStore
import Testing

@testable import DaybookWeb

@Suite(.timeLimit(.minutes(15))) struct `Reads by HTTP` {
    private func numbers(_ answer: Asked.Answer) -> [Int64] {
        (answer.json["events"]?.asArray ?? []).compactMap { $0["data"]?["n"]?.asInt64 }
    }

    @Test func `Pages of a stream lead from one to the next, and back`() async throws {
        let asked = try await Asked.bank()
        let first = await asked.get("/v1/streams/account-1?limit=4")
        #expect(first.status == 200)
        #expect(numbers(first) == [0, 1, 2, 3])
        #expect(first.json["previous"] == nil)
        let address = try #require(first.json["next"]?.asString)
        #expect(first.fields["link"]?.contains("<\(address)>; rel=\"next\"") == true)
        let second = await asked.get(address)
        #expect(numbers(second) == [4, 5, 6, 7])
        let third = await asked.get(try #require(second.json["next"]?.asString))
        #expect(numbers(third) == [8, 9])
        #expect(third.json["next"] == nil)
        let back = await asked.get(try #require(third.json["previous"]?.asString))
        #expect(numbers(back) == [7, 6, 5, 4])
        let forth = await asked.get(try #require(back.json["previous"]?.asString))
        #expect(numbers(forth) == [8, 9])
    }

    @Test func `An address in an answer is encoded, however it was sent`() async throws {
        let asked = try await Asked()
        let name = #"a"b\ c"#
        for _ in 0..<2 { try await asked.store.append([Event(type: "t")], to: name) }
        let page = await asked.get(#"/v1/streams/a"b\%20c?limit=1"#)
        #expect(page.json["next"]?.asString == "/v1/streams/a%22b%5C%20c?from=1&limit=1")
        #expect(await asked.get(page.json["next"]?.asString ?? "").status == 200)
    }

    @Test func `An event is the line that the command prints`() async throws {
        let asked = try await Asked.bank()
        let event = try #require(await asked.get("/v1/events/1").json.asObject)
        #expect(event["stream"]?.asString == "account-1")
        #expect(event["revision"]?.asInt64 == 0)
        #expect(event["tags"] == ["customer:ada"])
        #expect(event["data"] == ["n": 0, "k0": 1])
        #expect(await asked.get("/v1/events/21").status == 404)
        #expect(await asked.get("/v1/events/0").status == 404)
        #expect(await asked.get("/v1/events/x").status == 400)
    }

    @Test(
        arguments: [
            ("type=opened", [1]), ("type=opened&type=paid&limit=3", [1, 3, 5]),
            ("tag=customer:ada&direction=backwards&limit=2", [19, 17]),
            ("category=other&limit=2", [2, 4]),
            ("stream=other-1&from=18", [18, 20]), ("from=19", [19, 20]), ("type=nothing", []),
        ] as [(String, [Int64])])
    func `Events are chosen by what they are`(query: String, positions: [Int64]) async throws {
        let asked = try await Asked.bank()
        let answer = await asked.get("/v1/events?" + query)
        let found = (answer.json["events"]?.asArray ?? []).compactMap { $0["position"]?.asInt64 }
        #expect(found == positions, "\(answer.text)")
    }

    @Test func `All of it comes a line each, where that is asked for`() async throws {
        let asked = try await Asked.bank()
        let answer = await asked.get("/v1/events", accept: "application/x-ndjson")
        #expect(answer.fields["content-type"] == "application/x-ndjson")
        #expect(answer.lines.compactMap { $0["position"]?.asInt64 } == Array(1...20))
        let some = await asked.get("/v1/streams/account-1?limit=3", accept: "application/x-ndjson")
        #expect(some.lines.count == 3)
        let none = await asked.get("/v1/streams/nobody", accept: "application/x-ndjson")
        #expect(none.status == 404)
    }

    @Test func `A read goes up to a time, and no further`() async throws {
        let asked = try await Asked.bank()
        let events = try await asked.store.events(Read())
        let time = events[9].recordedAt
        let before = events.filter { $0.recordedAt <= time }.map { Int64($0.position) }
        let behind = events.filter { $0.recordedAt >= time }.map { Int64($0.position) }
        for (query, positions) in [
            ("until", before), ("direction=backwards&since", Array(behind.reversed())),
        ] {
            let target = "/v1/events?\(query)=\(time)"
            let page = await asked.get(target).json["events"]?.asArray ?? []
            #expect(page.compactMap { $0["position"]?.asInt64 } == positions)
            let lines = await asked.get(target, accept: "application/x-ndjson").lines
            #expect(lines.compactMap { $0["position"]?.asInt64 } == positions)
        }
    }

    @Test func `A query of several items`() async throws {
        let asked = try await Asked.bank()
        let body = #"{"items":[{"types":["opened"]},{"stream":"other-1"}],"limit":3}"#
        let answer = await asked.post("/v1/query", body)
        let found = (answer.json["events"]?.asArray ?? []).compactMap { $0["position"]?.asInt64 }
        #expect(found == [1, 2, 4])
        #expect(answer.json["nextFrom"]?.asInt64 == 6)
        #expect(await asked.post("/v1/query", #"{"items":[]}"#).status == 400)
        #expect(await asked.post("/v1/query", #"{"items":[{}]}"#).status == 400)
        #expect(await asked.post("/v1/query", #"{"items":[{"typs":["a"]}]}"#).status == 400)
    }

    @Test(arguments: [
        ("/v1/streams/a?limt=3", "Did you mean `limit`?"), ("/v1/streams/a?limit=0", ""),
        ("/v1/streams/a?limit=3&limit=4", "Leave one"), ("/v1/events?direction=up", ""),
        ("/v1/events?since=noon", ""), ("/v1/events?occurred=true", "Give one"),
        ("/v1/events?from=1&since=2024-01-01", "Leave one"), ("/v1/streams/%zz", "%XX"),
        ("/v1/streams/", ""), ("/v1/events?from=-1", ""), ("/v1/events?type=", ""),
    ])
    func `What cannot be asked for is refused by name`(target: String, remedy: String) async throws
    {
        let asked = try await Asked()
        let answer = await asked.get(target)
        #expect(answer.status == 400)
        #expect(answer.json["remedy"]?.asString?.contains(remedy) == true, "\(answer.text)")
    }

    @Test func `Paths, methods and kinds that are not there`() async throws {
        let asked = try await Asked()
        #expect(await asked.get("/v1/nothing").status == 404)
        let wrong = await asked.ask("PATCH", "/v1/streams/a")
        #expect(wrong.status == 405)
        #expect(wrong.fields["allow"] == "POST, DELETE, GET, HEAD, OPTIONS")
        let options = await asked.ask("OPTIONS", "/v1/head")
        #expect((options.status, options.fields["allow"]) == (204, "GET, HEAD, OPTIONS"))
        let kind = await asked.get("/v1/events", accept: "text/html")
        #expect(kind.status == 406)
        let head = await asked.ask("HEAD", "/v1/head")
        #expect((head.status, head.text) == (200, ""))
    }

    @Test func `Who asks only for the head of lines has nothing read`() async throws {
        let asked = try await Asked()
        try await asked.store.append((0..<5_000).map { Event(type: "t", data: "\($0)") }, to: "a")
        let fields: HTTPFields = ["accept": "application/x-ndjson"]
        let answer = await asked.ask("HEAD", "/v1/streams/a", nil, fields)
        #expect(answer.status == 200 && answer.kept.body.isEmpty)
        #expect(answer.fields["content-type"] == "application/x-ndjson")
        #expect(await asked.ask("HEAD", "/v1/streams/b", nil, fields).status == 404)
    }

    @Test func `All who ask for the journals at a time are told`() async throws {
        let asked = try await Asked()
        let answers = (0..<20).map { _ in KeptAnswer() }
        for answer in answers {
            let head = RequestHead(method: "GET", authority: "localhost", target: "/v1/journals")
            asked.service.begin(Exchange(head, loop: asked.loop, carrier: answer))
        }
        await asked.loop.turn { answers.allSatisfy { $0.isOver } }
        #expect(answers.allSatisfy { $0.head?.status == 200 && $0.text.contains("main") })
    }

    @Test func `Streams are listed by name, page by page`() async throws {
        let asked = try await Asked()
        for name in ["b-1", "a-1", "a/2", "a-3"] {
            try await asked.store.append([Event(type: "t")], to: name)
        }
        let first = await asked.get("/v1/streams?prefix=a&limit=2")
        #expect(
            first.json["streams"]?.asArray?.compactMap { $0["stream"]?.asString } == ["a-1", "a-3"])
        let second = await asked.get(try #require(first.json["next"]?.asString))
        #expect(second.json["streams"]?.asArray?.compactMap { $0["stream"]?.asString } == ["a/2"])
        #expect(second.json["next"] == nil)
        let info = await asked.get("/v1/streams/a%2F2/info")
        #expect(info.json["lastRevision"]?.asInt64 == 0)
        #expect(info.fields["etag"] == "\"0\"")
        #expect(await asked.get("/v1/streams/never/info").json["state"]?.asString == "never")
        let head = await asked.get("/v1/head")
        #expect(head.json["position"]?.asInt64 == 4)
        #expect(Checkpoint(head.json["checkpoint"]?.asString ?? "") != nil)
        let journals = await asked.get("/v1/journals")
        #expect(journals.json["journals"]?.asArray?.first?["name"]?.asString == "main")
        #expect(await asked.get("/v1/tracking/nobody").status == 404)
    }

    @Test func `Another journal of the store is named, and none is made`() async throws {
        let asked = try await Asked()
        let billing = try await asked.store.journal("billing")
        try await billing.append([Event(type: "t")], to: "invoice-1")
        try await billing.close()
        let found = await asked.get("/v1/head?journal=billing")
        #expect(found.json["position"]?.asInt64 == 1)
        #expect(found.json["journal"]?.asString == "billing")
        #expect(
            await asked.post("/v1/streams/a?journal=billing", #"{"type":"t"}"#).status == 201)
        #expect(await asked.get("/v1/streams/a?journal=main").status == 404)
        let first = await asked.get("/v1/streams?journal=billing&limit=1")
        let rest = await asked.get(try #require(first.json["next"]?.asString))
        #expect(
            rest.json["streams"]?.asArray?.compactMap { $0["stream"]?.asString } == ["invoice-1"])
        let none = await asked.get("/v1/head?journal=nothing")
        #expect((none.status, none.code) == (404, "notFound"))
        #expect(await asked.get("/v1/head?journal=No").status == 400)
    }
}
