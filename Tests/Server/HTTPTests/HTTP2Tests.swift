import DaybookBytes
import DaybookPlatform
import Testing

@testable import DaybookHTTP

@Suite struct HTTP2Tests {
    @Test("Requests and answers cross in any pieces, many at once")
    func crossing() {
        let seed = SystemRandomness().next()
        let random = SeededRandomness(seed: seed)
        for round in 0..<6 {
            let pair = HTTP2Pair(EchoService())
            let callers = (0..<30).map { number in
                pair.client.ask(
                    "/\(number)", String(repeating: "x", count: random.next(below: 40_000)),
                    ["te": "trailers", "x-n": "\(number)"])
            }
            let most = [1 << 20, 1_000, 7][round % 3]
            pair.run { _ in random.next(below: most) + 1 }
            for (number, caller) in callers.enumerated() {
                #expect(caller.head?.status == 200, "seed \(seed)")
                #expect(
                    caller.text.hasPrefix("POST /\(number) x") || caller.text == "POST /\(number) ")
                let length = caller.text.utf8.count - "POST /\(number) ".utf8.count
                #expect(caller.trailers == ["x-check": "\(length)"], "seed \(seed)")
                #expect(caller.head?.fields["content-type"] == "text/plain")
            }
        }
    }

    @Test("A head is understood: method, target, authority, scheme and fields in their order")
    func head() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        _ = pair.client.ask("/a?b", "", ["x": "1", "y": "2", "x": "3"])
        pair.run()
        let head = service.visitors[0].exchange.head
        #expect(
            head
                == RequestHead(
                    method: "POST", scheme: "http", authority: "h", target: "/a?b",
                    fields: ["x": "1", "y": "2", "x": "3"]))
        #expect(service.visitors[0].hasEnded)
    }

    @Test("The fields of a head are those that were sent, whatever came before")
    func heads() {
        let usual: HTTPFields = ["content-type": "a", "te": "trailers", "x": "1"]
        let long = String(repeating: "l", count: 3_000)
        let heads: [HTTPFields] = [
            usual, usual, ["content-type": "a", "te": "trailers"], usual,
            ["content-type": "a", "te": "trailers", "x": "2"], usual,
            ["content-type": "a", "te": "trailers", "x": "1", "y": "3"], usual,
            ["x": "1", "te": "trailers", "content-type": "a"], [:], usual, ["x": "1"],
            ["content-type": "a", "te": "trailers", "x": "\(long)1"], usual,
            ["content-type": "a", "te": "trailers", "x": "\(long)2"], ["x": ""], ["x": "1"],
            ["content-type": "a", "te": "trailers", "z": "1"], usual,
        ]
        let service = OpenService()
        let pair = HTTP2Pair(service)
        for (number, fields) in heads.enumerated() {
            _ = pair.client.ask("/\(number % 3)", "", fields)
            pair.run()
            #expect(service.visitors[number].exchange.head.fields == fields, "head \(number)")
            #expect(service.visitors[number].exchange.head.target == "/\(number % 3)")
        }
    }

    @Test("Texts are those of their bytes, whatever stood in their place before")
    func texts() {
        let seed = SystemRandomness().next()
        let random = SeededRandomness(seed: seed)
        let texts = FieldTexts()
        // More than there are places, so that some come to stand in those of others.
        for number in 0..<20_000 {
            var bytes = (0..<random.next(below: 12)).map { _ in
                UInt8(random.next(below: number % 2 == 0 ? 256 : 128))
            }
            if number % 100 == 0 { bytes += Array(repeating: 0x61, count: 250) }
            for _ in 0..<2 {
                #expect(
                    texts.text(of: bytes.rawSpan) == String(decoding: bytes, as: UTF8.self),
                    "seed \(seed)")
            }
        }
    }

    @Test("Bodies stream both ways on one call")
    func streaming() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        let caller = Caller()
        let call = pair.client.call(
            RequestHead(method: "POST", authority: "h", target: "/"), caller)
        caller.call = call
        pair.run()
        let exchange = service.visitors[0].exchange
        exchange.respond(ResponseHead(status: 200))
        pair.run()
        #expect(caller.head?.status == 200)
        for number in 0..<10 {
            call.write(Array("up\(number)".utf8))
            pair.run()
            #expect(service.visitors[0].body.suffix(3) == Array("up\(number)".utf8)[...])
            exchange.write(Array("down\(number)".utf8))
            pair.run()
            #expect(caller.text.hasSuffix("down\(number)"))
        }
        #expect(!service.visitors[0].hasEnded)
        call.finish()
        pair.run()
        #expect(service.visitors[0].hasEnded)
        exchange.finish(trailers: ["grpc-status": "0"])
        pair.run()
        #expect(caller.trailers == ["grpc-status": "0"])
    }

    @Test("What a service does not consume stops the client at the window, and no later")
    func requestPressure() {
        var limits = HTTPLimits()
        limits.streamWindowBytes = 100_000
        let service = OpenService(consumes: false)
        let pair = HTTP2Pair(service, limits: limits)
        let caller = Caller()
        let call = pair.client.call(
            RequestHead(method: "POST", authority: "h", target: "/"), caller)
        pair.run()
        for _ in 0..<10 { call.write(Array(repeating: 1, count: 50_000)) }
        pair.run()
        let visitor = service.visitors[0]
        #expect(visitor.body.count == 100_000)
        #expect(call.waitingBytes == 400_000)
        visitor.exchange.consumed(100_000)
        pair.run()
        #expect(visitor.body.count == 200_000)
        // Another stream is not held up.
        _ = pair.client.ask("/2", "hello")
        pair.run()
        #expect(service.visitors[1].body == Array("hello".utf8))
        visitor.consumes = true
        visitor.exchange.consumed(100_000)
        pair.run()
        #expect(visitor.body.count == 500_000)
        #expect(caller.relieved == 1)
    }

    @Test("A head or trailers that are too long to be sent end their call, and no other")
    func lostFields() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        let callers = (0..<3).map { pair.client.ask("/\($0)") }
        pair.run()
        let long = HTTPFields(dictionaryLiteral: ("x", String(repeating: "x", count: 70_000)))
        service.visitors[0].exchange.respond(ResponseHead(status: 200, fields: long))
        service.visitors[1].exchange.respond(ResponseHead(status: 200))
        service.visitors[1].exchange.finish(trailers: long)
        pair.run()
        #expect(callers[0].failure != nil && callers[0].head == nil)
        #expect(callers[1].failure != nil && callers[1].head?.status == 200)
        #expect(service.visitors[0].hasFailed)
        service.visitors[2].exchange.respond(ResponseHead(status: 200))
        service.visitors[2].exchange.finish(trailers: ["x": "y"])
        pair.run()
        #expect(callers[2].trailers == ["x": "y"])
    }

    @Test("Bodies of calls that end early give the window of the connection back")
    func windowOfConnection() {
        var limits = HTTPLimits()
        limits.streamWindowBytes = 100_000
        limits.connectionWindowBytes = 200_000
        let service = OpenService(consumes: false)
        let pair = HTTP2Pair(service, limits: limits)
        for number in 0..<50 {
            let caller = Caller()
            let call = pair.client.call(
                RequestHead(method: "POST", authority: "h", target: "/"), caller)
            pair.run()
            call.write(Array(repeating: 1, count: 100_000))
            pair.run()
            #expect(service.visitors[number].body.count == 100_000)
            switch number % 3 {
            case 0: call.cancel()
            case 1: service.visitors[number].exchange.abort()
            default:
                service.visitors[number].exchange.respond(ResponseHead(status: 200))
                service.visitors[number].exchange.finish()
            }
            pair.run()
            #expect(service.visitors[number].exchange.isOver)
        }
    }

    @Test(
        "What a client does not consume stops at its window, and the service is told when it goes on"
    )
    func answerPressure() {
        var limits = HTTPLimits()
        limits.streamWindowBytes = 100_000
        let service = OpenService()
        let pair = HTTP2Pair(service, clientLimits: limits)
        let caller = pair.client.ask("/")
        caller.consumes = false
        pair.run()
        let exchange = service.visitors[0].exchange
        exchange.respond(ResponseHead(status: 200))
        for _ in 0..<20 { exchange.write(Array(repeating: 1, count: 50_000)) }
        exchange.finish()
        pair.run()
        #expect(caller.body.count == 100_000)
        caller.consumes = true
        caller.call?.consumed(100_000)
        pair.run()
        #expect(caller.body.count == 1_000_000)
        #expect(caller.trailers == [:])

        let second = pair.client.ask("/")
        second.consumes = false
        pair.run()
        let slow = service.visitors[1]
        slow.exchange.respond(ResponseHead(status: 200))
        slow.exchange.write(Array(repeating: 1, count: 400_000))
        pair.run()
        #expect(slow.exchange.waitingBytes == 300_000)
        #expect(!slow.exchange.isWritable && slow.relieved == 0)
        second.consumes = true
        second.call?.consumed(100_000)
        pair.run()
        #expect(slow.relieved == 1 && slow.exchange.waitingBytes == 0)
    }

    @Test(
        "Streams that a client does not read fill their connection no further, and hold no other up"
    )
    func fullConnection() {
        var limits = HTTPLimits()
        limits.connectionWaitingBytesMax = 1_000_000
        var clientLimits = HTTPLimits()
        clientLimits.streamWindowBytes = 65_535
        let service = OpenService { $0.exchange.respond(ResponseHead(status: 200)) }
        let pair = HTTP2Pair(service, limits: limits, clientLimits: clientLimits)
        let callers = (0..<50).map { _ in pair.client.ask("/") }
        for caller in callers { caller.consumes = false }
        pair.run()
        for visitor in service.visitors {
            while visitor.exchange.isWritable {
                visitor.exchange.write(Array(repeating: 1, count: 10_000))
                pair.run()
            }
        }
        let server = pair.server.chosen as? HTTP2ServerSession
        #expect(server.map { $0.waitingBytes < 1_000_000 + 50 * 26_384 } == true)
        // One that is read goes on.
        let caller = pair.client.ask("/")
        pair.run()
        let visitor = service.visitors[50]
        for _ in 0..<100 where visitor.exchange.isWritable {
            visitor.exchange.write(Array(repeating: 1, count: 10_000))
            pair.run()
        }
        #expect(caller.body.count == 1_000_000)
        for caller in callers {
            caller.consumes = true
            caller.call?.consumed(caller.body.count)
        }
        pair.run()
        #expect(service.visitors.dropLast().allSatisfy { $0.relieved > 0 })
        #expect(server?.waitingBytes == 0)
    }

    @Test("A call broken off is over for the other side")
    func reset() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        let first = pair.client.ask("/")
        let second = pair.client.ask("/")
        pair.run()
        first.call?.cancel()
        pair.run()
        #expect(service.visitors[0].hasFailed && !service.visitors[1].hasFailed)
        #expect(first.failure == nil && first.trailers == nil)
        service.visitors[1].exchange.respond(ResponseHead(status: 200))
        service.visitors[1].exchange.abort()
        pair.run()
        #expect(second.failure == "the server broke the call off (error 2 of HTTP/2)")
    }

    @Test("A head beyond the limit is answered with 431")
    func tooManyFields() {
        var limits = HTTPLimits()
        limits.headFieldsMax = 10
        let pair = HTTP2Pair(EchoService(), limits: limits)
        var fields = HTTPFields()
        for number in 0..<20 { fields.add("x\(number)", "y") }
        let caller = pair.client.ask("/", "body", fields)
        pair.run()
        #expect(caller.head?.status == 431)
        let next = pair.client.ask("/")
        pair.run()
        #expect(next.head?.status == 200)
    }

    @Test("No more calls are under way than the server allows; the others wait")
    func streamsMax() {
        var limits = HTTPLimits()
        limits.streamsMax = 3
        let service = OpenService()
        let pair = HTTP2Pair(service, limits: limits)
        _ = pair.client.ask("/")
        pair.run()
        for _ in 0..<9 { _ = pair.client.ask("/") }
        pair.run()
        #expect(service.visitors.count == 3)
        for number in 0..<10 {
            service.visitors[number].exchange.respond(ResponseHead(status: 204))
            service.visitors[number].exchange.finish()
            pair.run()
        }
        #expect(service.visitors.count == 10)
    }

    @Test(
        "An answer before the request is whole ends the call, and what the client still sends is dropped"
    )
    func earlyAnswer() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        let caller = Caller()
        let call = pair.client.call(
            RequestHead(method: "POST", authority: "h", target: "/"), caller)
        call.write(Array("some".utf8))
        pair.run()
        service.visitors[0].exchange.respond(ResponseHead(status: 403))
        service.visitors[0].exchange.finish()
        call.write(Array("more".utf8))
        pair.run()
        #expect(caller.head?.status == 403 && caller.trailers == [:] && caller.failure == nil)
        #expect(service.visitors[0].body == Array("some".utf8))
        pair.server.tick(at: Int64(HTTPTimes.lateBodySeconds) * 1_000)
        pair.run()
        #expect((pair.server.chosen as? HTTP2ServerSession)?.openStreams == 0)
        #expect(pair.client.openStreams == 0)
    }

    @Test("HEAD gets no body")
    func headMethod() {
        let service = OpenService { visitor in
            visitor.exchange.respond(ResponseHead(status: 200))
            visitor.exchange.write(Array("body".utf8))
            visitor.exchange.finish()
        }
        let pair = HTTP2Pair(service)
        let caller = Caller()
        pair.client.call(RequestHead(method: "HEAD", authority: "h", target: "/"), caller).finish()
        pair.run()
        #expect(caller.head?.status == 200 && caller.body.isEmpty && caller.trailers == [:])
    }

    @Test("A ping is answered")
    func ping() {
        let pair = HTTP2Pair(EchoService())
        var answers = 0
        for _ in 0..<3 { pair.client.ping { answers += 1 } }
        pair.run()
        #expect(answers == 3)
    }

    @Test("A drained connection takes what was sent before the client knew, then ends")
    func drain() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        let first = pair.client.ask("/")
        pair.run()
        pair.server.drain()
        let second = pair.client.ask("/")
        pair.run()
        #expect(service.visitors.count == 2)
        pair.server.tick(at: HTTP2Session.noticeMilliseconds - 1)
        #expect(service.visitors.allSatisfy { $0.drained == 0 }, "others may come")
        pair.server.tick(at: HTTP2Session.noticeMilliseconds)
        #expect(service.visitors.allSatisfy { $0.drained == 1 })
        pair.run()
        let third = pair.client.ask("/")
        pair.run()
        #expect(third.failure != nil)
        #expect(!pair.server.isOver)
        for visitor in service.visitors {
            visitor.exchange.respond(ResponseHead(status: 204))
            visitor.exchange.finish()
        }
        pair.run()
        #expect(first.head?.status == 204 && second.head?.status == 204)
        // The client hangs up; one that does not is not waited for long.
        #expect(pair.client.isOver)
        #expect(pair.server.isDoneSending && !pair.server.isOver)
        pair.server.tick(at: 10_000)
        #expect(!pair.server.isOver)
        pair.server.tick(at: 13_000)
        #expect(pair.server.isOver)
    }

    @Test("A lost connection fails all that is under way, on both sides")
    func lost() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        let callers = (0..<5).map { _ in pair.client.ask("/") }
        pair.run()
        pair.server.fail()
        pair.client.fail()
        #expect(service.visitors.allSatisfy { $0.hasFailed && $0.exchange.isOver })
        #expect(callers.allSatisfy { $0.failure == "the connection ended before the answer did" })
    }
}
