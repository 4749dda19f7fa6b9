import DaybookBytes
import DaybookServerTesting
import Testing

@testable import DaybookHTTP

@Suite struct HTTP1ServerTests {
    let outlet = MemoryOutlet()

    let connections = Connections()

    func connection(
        _ service: any HTTPService, limits: HTTPLimits = HTTPLimits()
    ) -> ServerConversation {
        connections.add(
            ServerConversation(
                service, loop: HandLoop(), limits: limits, times: HTTPTimes(), outlet: outlet,
                at: 0))
    }

    func answers(_ text: String, from service: any HTTPService = EchoService()) -> String {
        let connection = connection(service)
        connection.receive(Array(text.utf8))
        return String(decoding: connection.output(), as: UTF8.self)
    }

    @Test(
        "Long heads that are not whole have a limit together; others are taken, and theirs, once whole"
    )
    func heldHeads() {
        let heads = HeldHeads(bytesMax: 100_000)
        func connection() -> ServerConversation {
            connections.add(
                ServerConversation(
                    EchoService(), loop: HandLoop(), limits: HTTPLimits(), times: HTTPTimes(),
                    heads: heads, outlet: outlet, at: 0))
        }
        let long = "GET /a HTTP/1.1\r\nHost: h\r\nA: " + String(repeating: "a", count: 60_000)
        let (first, second, third) = (connection(), connection(), connection())
        first.receive(Array(long.utf8))
        let held = heads.bytes
        #expect((60_000..<61_000).contains(held))
        second.receive(Array(long.utf8))
        let refusal = String(decoding: second.output(), as: UTF8.self)
        #expect(refusal.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(refusal.hasSuffix("take too much memory together: try again later.\n"))
        #expect(second.isDoneSending && heads.bytes == held)
        third.receive(Array("GET /b HTTP/1.1\r\nHost: h\r\nA: b".utf8))
        third.receive(Array("\r\n\r\n".utf8))
        #expect(String(decoding: third.output(), as: UTF8.self).hasSuffix("GET /b "))
        first.receive(Array("\r\n\r\n".utf8))
        #expect(String(decoding: first.output(), as: UTF8.self).hasSuffix("GET /a "))
        #expect(heads.bytes == 0)
        first.receive(Array(long.utf8))
        #expect(heads.bytes == held)
        first.fail()
        #expect(heads.bytes == 0)
    }

    @Test("Where much waits on all connections each answer gets little more, until it is taken")
    func crowd() {
        let waiting = WaitingBytes(bytesMax: 400_000)
        let service = OpenService()
        let all = (0..<3).map { _ in
            connections.add(
                ServerConversation(
                    service, loop: HandLoop(), limits: HTTPLimits(), times: HTTPTimes(),
                    waiting: waiting, outlet: outlet, at: 0))
        }
        let request = Array("GET /a HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        for connection in all { connection.receive(request) }
        let exchanges = service.visitors.map(\.exchange)
        for exchange in exchanges { exchange.respond(ResponseHead(status: 200)) }
        exchanges[0].write([UInt8](repeating: 1, count: 200_000))
        #expect(exchanges[0].isWritable && !exchanges[0].isCrowded)
        exchanges[1].write([UInt8](repeating: 1, count: 200_000))
        #expect(waiting.bytes == 400_000)
        #expect(exchanges.map(\.isWritable) == [false, false, true])
        #expect(exchanges.allSatisfy { $0.isCrowded })
        // Whoever has little waiting goes on.
        exchanges[2].write([UInt8](repeating: 1, count: 16_000))
        #expect(exchanges[2].isWritable)
        #expect(all[0].output().count > 200_000)
        #expect(service.visitors.map(\.relieved) == [1, 0, 0])
        #expect(waiting.bytes == 216_000 && exchanges.allSatisfy { $0.isWritable })
        // What nobody will take any more is not counted.
        all[1].fail()
        #expect(waiting.bytes == 16_000)
        exchanges[2].finish()
        #expect(all[2].output().count > 16_000)
        #expect(waiting.bytes == 0)
    }

    @Test("A whole answer has its length, wherever the request is cut")
    func length() {
        let request = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz"
        let answer =
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 11\r\n\r\nPOST /a xyz"
        #expect(answers(request) == answer)
        for place in 0...request.utf8.count {
            let connection = connection(EchoService())
            connection.receive(Array(request.utf8.prefix(place)))
            var sent = connection.output()
            connection.receive(Array(request.utf8.dropFirst(place)))
            sent += connection.output()
            #expect(String(decoding: sent, as: UTF8.self) == answer)
            #expect(!connection.isOver)
        }
    }

    @Test("Requests sent ahead are answered in their order, and reading waits for them")
    func pipelining() {
        let service = OpenService()
        let connection = connection(service)
        let requests = (1...3).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined()
        connection.receive(Array(requests.utf8))
        var sent = ""
        for number in 1...3 {
            #expect(service.visitors.count == number)
            #expect(outlet.isReading == (number == 3))
            let exchange = service.visitors[number - 1].exchange
            exchange.respond(ResponseHead(status: 200))
            exchange.write(Array("\(number)".utf8))
            exchange.finish()
            sent += String(decoding: connection.output(), as: UTF8.self)
        }
        #expect(
            sent
                == (1...3).map { "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\($0)" }.joined())
        #expect(!connection.isOver)
    }

    @Test("Many requests sent ahead are answered in turns, and between them others have theirs")
    func turns() {
        let connection = connection(EchoService())
        let count = 10_000
        connection.receive(
            Array(String(repeating: "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", count: count).utf8))
        #expect(!outlet.isReading)
        let answer = answers("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").utf8.count
        var (bytes, turns) = (0, 0)
        while case let turn = connection.output(turns: 1), !turn.isEmpty {
            #expect(turn.count < SendBuffer.bytesMax + answer)
            bytes += turn.count
            turns += 1
        }
        #expect(bytes == count * answer && turns > 2)
        #expect(outlet.isReading && !connection.isOver)
        // What is cut at the end is read on.
        connection.receive(Array("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /a HTTP".utf8))
        #expect(connection.output().count == answer)
        connection.receive(Array("/1.1\r\nHost: h\r\n\r\n".utf8))
        #expect(connection.output().count == answer)
    }

    @Test("An answer in pieces goes in chunks, with trailers where the client takes them")
    func chunks() {
        for takesTrailers in [true, false] {
            let service = OpenService()
            let connection = connection(service)
            let te = takesTrailers ? "TE: trailers\r\n" : ""
            connection.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\(te)\r\n".utf8))
            let exchange = service.visitors[0].exchange
            exchange.respond(ResponseHead(status: 200))
            exchange.write(Array("hello".utf8))
            var sent = connection.output()
            exchange.write(Array("0123456789abcdef".utf8))
            exchange.finish(trailers: ["x-end": "yes\r\nbad"])
            sent += connection.output()
            #expect(
                String(decoding: sent, as: UTF8.self)
                    == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"
                    + "10\r\n0123456789abcdef\r\n0\r\n"
                    + (takesTrailers ? "x-end: yes  bad\r\n\r\n" : "\r\n"))
        }
    }

    @Test("HTTP/1.0 gets its answer without chunks and the end with the connection")
    func oldVersion() {
        let service = OpenService()
        let connection = connection(service)
        connection.receive(Array("GET / HTTP/1.0\r\n\r\n".utf8))
        let exchange = service.visitors[0].exchange
        exchange.respond(ResponseHead(status: 200))
        exchange.write(Array("a".utf8))
        var sent = connection.output()
        exchange.write(Array("b".utf8))
        exchange.finish()
        sent += connection.output()
        #expect(
            String(decoding: sent, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nab")
        #expect(connection.isDoneSending)
        connection.peerEnded()
        #expect(connection.isOver)
    }

    @Test("HEAD gets the head alone, and so does a status without a body")
    func noBody() {
        let head = answers("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(head.hasSuffix("content-length: 8\r\n\r\n"))
        let service = OpenService { visitor in
            visitor.exchange.respond(ResponseHead(status: 204))
            visitor.exchange.finish()
        }
        #expect(
            answers("GET / HTTP/1.1\r\nHost: h\r\n\r\n", from: service)
                == "HTTP/1.1 204 No Content\r\n\r\n")
    }

    @Test("A client that waits for leave to send its body gets it, unless it is answered at once")
    func leave() {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        let connection = connection(EchoService())
        connection.receive(Array(head.utf8))
        #expect(
            String(decoding: connection.output(), as: UTF8.self)
                == "HTTP/1.1 100 Continue\r\n\r\n")
        connection.receive(Array("hi".utf8))
        #expect(String(decoding: connection.output(), as: UTF8.self).hasSuffix("POST / hi"))

        struct Refusing: HTTPService {
            func begin(_ exchange: Exchange) {
                exchange.respond(ResponseHead(status: 403))
                exchange.finish()
            }
        }
        #expect(
            answers(head, from: Refusing())
                == "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    }

    @Test("What is no request is answered with the reason, and the connection ends")
    func refused() {
        let connection = connection(EchoService())
        connection.receive(
            Array("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3".utf8))
        let sent = String(decoding: connection.output(), as: UTF8.self)
        #expect(
            sent.hasSuffix(
                "GET /1 HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\n"
                    + "content-length: 18\r\nconnection: close\r\n\r\nThere is no Host.\n"))
        #expect(connection.isDoneSending)
        connection.receive(Array("GET /4 HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        #expect(connection.output().isEmpty)
    }

    @Test("A body that goes wrong fails its exchange")
    func brokenBody() {
        let service = OpenService()
        let connection = connection(service)
        connection.receive(
            Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx".utf8))
        #expect(service.visitors[0].hasFailed)
        #expect(String(decoding: connection.output(), as: UTF8.self).hasPrefix("HTTP/1.1 400 "))
    }

    @Test("Reading stops while a service has not consumed what came, and goes on when it has")
    func pressure() {
        var limits = HTTPLimits()
        limits.streamWindowBytes = 100
        let service = OpenService(consumes: false)
        let connection = connection(service, limits: limits)
        connection.receive(
            Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n".utf8))
        connection.receive(Array(repeating: 1, count: 99))
        #expect(outlet.isReading)
        connection.receive(Array(repeating: 1, count: 1))
        #expect(!outlet.isReading)
        service.visitors[0].exchange.consumed(1)
        #expect(outlet.isReading)
    }

    @Test("A service is told when what it wrote was taken")
    func relief() {
        let service = OpenService()
        let connection = connection(service)
        connection.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        let exchange = service.visitors[0].exchange
        exchange.respond(ResponseHead(status: 200))
        for _ in 0..<20 { exchange.write(Array(repeating: 7, count: 64 * 1024)) }
        #expect(!exchange.isWritable)
        // One turn sends a bounded part.
        let first = connection.output(turns: 1).count
        #expect(first >= SendBuffer.bytesMax && first < 2 * SendBuffer.bytesMax)
        #expect(service.visitors[0].relieved == 0)
        _ = connection.output()
        #expect(service.visitors[0].relieved == 1)
        #expect(exchange.waitingBytes == 0)
    }

    @Test("A length that a service promised and did not keep breaks the connection")
    func promise() {
        for text in ["abc", "abcde"] {
            let service = OpenService()
            let connection = connection(service)
            connection.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
            let exchange = service.visitors[0].exchange
            exchange.respond(ResponseHead(status: 200, fields: ["content-length": "4"]))
            exchange.write(Array(text.utf8))
            exchange.finish()
            let sent = String(decoding: connection.output(), as: UTF8.self)
            #expect(sent.hasSuffix("\r\n\r\n" + text.prefix(4)))
            #expect(connection.isOver)
        }
    }

    @Test(
        "Who takes too long is ended: between requests, in a head, in a body, after the last answer"
    )
    func slow() {
        let times = HTTPTimes()
        func second(_ seconds: Int) -> Int64 { Int64(seconds) * 1_000 }
        let idle = connection(EchoService())
        idle.tick(at: second(times.idleSeconds))
        #expect(!idle.isOver)
        idle.tick(at: second(times.idleSeconds + 1))
        #expect(idle.isOver)

        let head = connection(EchoService())
        head.receive(Array("GET / HTTP/1.1\r\n".utf8))
        for moment in 1...times.headSeconds {
            // A byte now and then does not help.
            head.receive(Array("X".utf8), at: second(moment))
            head.tick(at: second(moment))
        }
        #expect(head.output().isEmpty)
        head.tick(at: second(times.headSeconds + 1))
        #expect(String(decoding: head.output(), as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
        head.tick(at: second(times.headSeconds + times.lingerSeconds + 3))
        #expect(head.isOver)

        let service = OpenService()
        let body = connection(service)
        body.receive(Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n".utf8))
        body.receive(Array(repeating: 1, count: 10 * times.bodyBytesASecondMin))
        body.tick(at: second(times.bodyGraceSeconds + 10))
        #expect(!service.visitors[0].hasFailed)
        body.tick(at: second(times.bodyGraceSeconds + 11))
        #expect(service.visitors[0].hasFailed)
        #expect(String(decoding: body.output(), as: UTF8.self).hasPrefix("HTTP/1.1 408 "))

        // A service may take its time.
        let answer = OpenService()
        let patient = connection(answer)
        patient.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        patient.tick(at: second(100_000))
        #expect(!answer.visitors[0].hasFailed && !patient.isOver)
    }

    @Test("A drained connection finishes the answer under way and ends")
    func drain() {
        let service = OpenService()
        let connection = connection(service)
        connection.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /2".utf8))
        #expect(service.visitors[0].drained == 0)
        connection.drain()
        #expect(!connection.isOver)
        #expect(service.visitors[0].drained == 1)
        service.visitors[0].exchange.respond(ResponseHead(status: 200))
        service.visitors[0].exchange.finish()
        #expect(
            String(decoding: connection.output(), as: UTF8.self)
                == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        #expect(connection.isDoneSending)

        let idle = self.connection(EchoService())
        idle.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        _ = idle.output()
        idle.drain()
        #expect(idle.isOver)
    }

    @Test("A client that is gone fails its exchange")
    func gone() {
        let service = OpenService()
        let connection = connection(service)
        connection.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        connection.fail()
        #expect(service.visitors[0].hasFailed)
        #expect(service.visitors[0].exchange.isOver)
        // Calls afterwards do nothing.
        service.visitors[0].exchange.respond(ResponseHead(status: 200))
        service.visitors[0].exchange.finish()
        #expect(connection.output().isEmpty)
    }
}
