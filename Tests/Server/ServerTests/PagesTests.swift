import Daybook
import DaybookHTTP
import DaybookJSON
import DaybookPlatform
import DaybookServerTesting
import Testing

@testable import DaybookServer

@Suite(.timeLimit(.minutes(15))) struct Pages {
    private let readiness = Readiness()
    private let metrics = ServerMetrics(startedAt: 0, time: StillTime())
    private let threads: IOThreads
    private let journal = EventID()

    init() throws { threads = try IOThreads(count: 1) }

    private func door(isOpen: Bool = true) -> FrontDoor {
        let identity = ServerIdentity(version: "0.3.1-beta.2", features: ["streams"])
        let served = isOpen ? ServedJournal(name: "main", id: journal, epoch: 4) : nil
        let subject = DaybookServer.Pages.Subject(
            readiness: readiness, registry: metrics.registry, identity: identity,
            authority: { "localhost:2113" }, hasTLS: false, journal: { served })
        let table = RouteTable(DaybookServer.Pages.routes(subject), threads: threads)
        return FrontDoor(pages: table, metrics: metrics.requests)
    }

    private func problem(_ carried: KeptAnswer) throws -> JSONValue {
        #expect(carried.head?.fields["content-type"] == "application/problem+json")
        return try JSONValue(parsing: carried.text)
    }

    @Test func `A call with too many fields is told by the status of gRPC, a page by that of HTTP`()
    {
        let door = door()
        var head = RequestHead(method: "POST", target: "/a.B/C")
        let page = door.answer(toTooManyFieldsOf: head)
        #expect(page.status == 431 && page.fields["grpc-status"] == nil)
        head.fields.add("content-type", "application/grpc+proto")
        let call = door.answer(toTooManyFieldsOf: head)
        #expect(call.status == 431 && call.fields["grpc-status"] == "8")
        #expect(call.fields["content-type"] == "application/grpc")
        #expect(call.fields["grpc-message"]?.hasPrefix("the header fields of the call") == true)
    }

    @Test func `The process lives as long as it answers`() throws {
        let answer = door().ask("GET", "/health/live?x=y")
        #expect(answer.head?.status == 200)
        #expect(answer.text == "{\"status\":\"live\"}\n")
        #expect(answer.head?.fields["content-length"] == "\(answer.body.count)")
        #expect(answer.head?.fields["cache-control"] == "no-store")
        #expect(answer.isFinished)
    }

    @Test func `It is ready from opening to draining, unless the journal has stopped`() throws {
        let door = door()
        func reason() throws -> String? {
            let answer = door.ask("GET", "/health/ready")
            if answer.head?.status == 200 { return nil }
            #expect(answer.head?.status == 503)
            #expect(answer.head?.fields["retry-after"] == "1")
            let problem = try problem(answer)
            #expect(problem["status"] == 503)
            #expect(problem["instance"]?.asString == "/health/ready")
            return problem["detail"]?.asString
        }
        #expect(try reason() == "The store is being opened.")
        readiness.opened(300, of: 1200)
        #expect(try reason() == "The store is being opened: 300 of 1200 events are read.")
        let broken = Monitor(false)
        readiness.serve {
            broken.withLock { $0 } ? "Journal 'billing' takes no more appends." : nil
        }
        #expect(try reason() == nil)
        broken.withLock { $0 = true }
        #expect(try reason() == "Journal 'billing' takes no more appends.")
        broken.withLock { $0 = false }
        readiness.drain()
        #expect(try reason() == "The server is ending: new requests belong elsewhere.")
    }

    @Test func `A server that is to end while it opens never becomes ready`() {
        readiness.drain()
        readiness.serve { nil }
        #expect(readiness.stage == .draining && !readiness.hasServed)
    }

    @Test func `The server says what it is`() throws {
        let answer = door().ask("GET", "/info")
        #expect(answer.head?.fields["content-type"] == "application/json")
        let info = try JSONValue(parsing: answer.text)
        #expect(info["name"]?.asString == "daybook")
        #expect(info["version"]?.asString == "0.3.1-beta.2")
        #expect(info["serverVersion"]?.asString == "0.3.1")
        #expect(info["journal"]?["id"]?.asString == journal.description)
        #expect(info["journal"]?["epoch"]?.asString == "4")
        #expect(info["features"]?["streams"] == true)
        let early = try JSONValue(parsing: door(isOpen: false).ask("GET", "/info").text)
        #expect(early["journal"] == .null)
    }

    @Test(arguments: [
        ("0.1.0", "0.1.0"), ("1.2", "1.2.0"), ("1.2.3.4", "1.2.3"), ("7", "7.0.0"),
        ("2.0.0-rc1", "2.0.0"), ("", "0.0.0"),
    ])
    func `The version is three numbers for KurrentDB's clients`(version: String, three: String) {
        #expect(ServerIdentity.threeNumbers(version) == three)
    }

    @Test func `Figures are made away from the loop, and sent on it`() throws {
        let loop = HandLoop()
        let answer = door().ask("GET", "/metrics", on: loop)
        #expect(!answer.isFinished)
        while !loop.turn() {}
        #expect(answer.isFinished)
        #expect(answer.head?.status == 200)
        #expect(
            answer.head?.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        let page = try StrictPage(answer.text)
        #expect(page.value("daybook_requests_under_way") == 1)
    }

    @Test func `Too many who ask for figures are told to come back`() throws {
        let gate = Monitor(false)
        threads.submit { gate.wait(until: { $0 }, then: { _ in }) }
        defer {
            gate.withLock { $0 = true }
            gate.broadcast()
        }
        let door = door()
        let loop = HandLoop()
        var answers: [KeptAnswer] = []
        for _ in 0...RouteTable.waitingMax + 1 {
            answers.append(door.ask("GET", "/metrics", on: loop))
        }
        let last = try #require(answers.last)
        #expect(last.head?.status == 503)
        #expect(last.head?.fields["retry-after"] == "1")
        #expect(!answers[0].isFinished)
    }

    @Test func `The first page says where to go`() {
        let text = door().ask("GET", "/").text
        for place in ["/health/live", "/health/ready", "/info", "/metrics", "localhost:2113"] {
            #expect(text.contains(place))
        }
    }

    @Test func `HEAD is answered like GET, without a body`() {
        let (got, head) = (door().ask("GET", "/info"), door().ask("HEAD", "/info"))
        #expect(head.body.isEmpty && head.isFinished)
        #expect(head.head == got.head)
    }

    @Test func `What is not there, and what is not allowed, is said in details`() throws {
        let missing = door().ask("GET", "/helth/live?a=b")
        #expect(missing.head?.status == 404)
        let details = try problem(missing)
        #expect(details["type"]?.asString == "about:blank")
        #expect(details["title"]?.asString == "Not found")
        #expect(details["instance"]?.asString == "/helth/live")
        let refused = door().ask("DELETE", "/info")
        #expect(refused.head?.status == 405)
        #expect(refused.head?.fields["allow"] == "GET, HEAD, OPTIONS")
        #expect(try problem(refused)["status"] == 405)
        let options = door().ask("OPTIONS", "/info")
        #expect(options.head?.status == 204)
        #expect(options.head?.fields["allow"] == "GET, HEAD, OPTIONS")
        #expect(options.head?.fields["content-length"] == nil)
        #expect(door().ask("OPTIONS", "/none").head?.status == 404)
    }

    @Test func `Calls are answered when there is a store, and not before`() {
        let door = door()
        let call: HTTPFields = ["content-type": "application/grpc"]
        let early = door.ask("POST", "/a.B/C", fields: call)
        #expect(early.head?.status == 200)
        #expect(early.head?.fields["grpc-status"] == "14")
        #expect(early.head?.fields["grpc-message"] == "Server Is Not Ready")
        door.open(ServedCalls(Told(), paths: []))
        #expect(door.ask("POST", "/a.B/C", fields: call).text == "told")
        #expect(door.ask("GET", "/health/live").head?.status == 200)
    }
}

private struct Told: HTTPService {
    func begin(_ exchange: Exchange) {
        exchange.respond(ResponseHead(status: 200))
        exchange.write(Array("told".utf8))
        exchange.finish()
    }
}
