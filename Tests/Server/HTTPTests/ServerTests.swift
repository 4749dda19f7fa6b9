import DaybookPlatform
import Foundation
import Testing

@testable import DaybookHTTP

/// The server on a real socket.
@Suite(.timeLimit(.minutes(15))) struct ServerTests {
    func serve(
        _ service: any HTTPService = EchoService(), loops: Int = 2,
        _ change: (inout HTTPServerOptions) -> Void = { _ in }
    ) throws -> HTTPServer {
        var options = HTTPServerOptions()
        options.loops = loops
        change(&options)
        return try HTTPServer.start(options, service)
    }

    @Test("A hundred requests at once on each of several connections are answered")
    func many() throws {
        let server = try serve()
        defer { server.stop() }
        let loop = try Loop.start(name: "test")
        defer { loop.stop() }
        let calls = 100
        let connections = 5
        let results = Monitor<[String]>([])
        let port = server.port
        for connection in 0..<connections {
            loop.post {
                var left = calls
                var client: HTTPClient!
                client = HTTPClient(on: loop, address: "127.0.0.1", port: port) { failure in
                    if let failure { results.withLock { $0.append("\(failure)") } }
                }
                for number in 0..<calls {
                    let caller = Caller { caller in
                        let text = caller.failure ?? caller.text
                        results.withLock { $0.append(text) }
                        results.signal()
                        left -= 1
                        if left == 0 { client.close() }
                    }
                    let head = RequestHead(method: "POST", authority: "h", target: "/\(connection)")
                    caller.call = client.call(head, caller)
                    caller.call?.write(Array("\(number)".utf8))
                    caller.call?.finish()
                }
            }
        }
        let found = results.wait(
            timeoutNanoseconds: 60_000_000_000, until: { $0.count == calls * connections },
            then: { results, _ in Set(results) })
        let wanted = (0..<connections).flatMap { connection in
            (0..<calls).map { "POST /\(connection) \($0)" }
        }
        #expect(found == Set(wanted))
    }

    @Test("A client speaks HTTP/1.1 as well, one call after the other")
    func oldClient() throws {
        let server = try serve()
        defer { server.stop() }
        let loop = try Loop.start(name: "test")
        defer { loop.stop() }
        let texts = Monitor<[String]>([])
        let port = server.port
        loop.post {
            let client = HTTPClient(
                on: loop, address: "127.0.0.1", port: port, version: .http1
            ) { _ in }
            func ask(_ left: Int) {
                if left == 0 {
                    client.close()
                    texts.signal()
                    return
                }
                let caller = Caller { caller in
                    texts.withLock { $0.append(caller.failure ?? caller.text) }
                    ask(left - 1)
                }
                let head = RequestHead(method: "PUT", authority: "h", target: "/\(left)")
                caller.call = client.call(head, caller)
                caller.call?.write(Array(repeating: 0x61, count: 100_000))
                caller.call?.write(Array("b".utf8))
                caller.call?.finish()
            }
            ask(3)
        }
        let found = texts.wait(
            timeoutNanoseconds: 60_000_000_000, until: { $0.count == 3 },
            then: { texts, _ in texts })
        let body = String(repeating: "a", count: 100_000) + "b"
        #expect(found == ["PUT /3 " + body, "PUT /2 " + body, "PUT /1 " + body])
    }

    @Test(
        "Under TLS, a client gets its answer by the version it offers, and with a stranger only the reason"
    )
    func secure() throws {
        let made = TestCertificate.make()
        let files = try made.written()
        defer { try? FileManager.default.removeItem(atPath: files.folder) }
        let credentials = try TLSCredentials.load(
            certificateFile: files.certificateFile, keyFile: files.keyFile)
        let server = try serve { $0.credentials = credentials }
        defer { server.stop() }
        let loop = try Loop.start(name: "test")
        defer { loop.stop() }
        let port = server.port
        func ask(_ trust: TLSTrust) -> String {
            let text = Monitor<String?>(nil)
            loop.post {
                let client = HTTPClient(
                    on: loop, address: "127.0.0.1", port: port, version: trust.version,
                    trust: trust
                ) { _ in }
                let caller = Caller { caller in
                    let misfit = client.misfit.map { " \($0)" } ?? ""
                    let answer = (caller.failure ?? caller.text) + misfit
                    text.withLock { $0 = answer }
                    text.signal()
                    client.close()
                }
                let head = RequestHead(method: "PUT", authority: "h", target: "/s")
                caller.call = client.call(head, caller)
                caller.call?.write(Array("body".utf8))
                caller.call?.finish()
            }
            return text.wait(
                timeoutNanoseconds: 60_000_000_000, until: { $0 != nil },
                then: { text, _ in text ?? "" })
        }
        for version in [HTTPVersion.http1, .http2] {
            let trust = try TLSTrust.load(
                certificateFile: files.certificateFile, host: "localhost", version: version)
            #expect(ask(trust) == "PUT /s body")
        }
        let elsewhere = try TLSTrust.load(
            certificateFile: files.certificateFile, host: "elsewhere")
        let told = #"TLS: certificate verify failed certificate("hostname mismatch")"#
        #expect(ask(elsewhere) == told)
        let plain = RawClient(port: port)
        plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(!plain.receive(.max).hasPrefix("HTTP"))
    }

    @Test("Requests of HTTP/1.1 sent ahead are answered on the same port")
    func pipelining() throws {
        let server = try serve()
        defer { server.stop() }
        let client = RawClient(port: server.port)
        client.send((0..<50).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
        client.endSending()
        let answers = client.receive(.max)
        for number in 0..<50 { #expect(answers.contains("\r\n\r\nGET /\(number) ")) }
        #expect(answers.components(of: "HTTP/1.1 200 OK") == 50)
    }

    @Test("A refused request is answered before the connection ends")
    func refused() throws {
        let server = try serve()
        defer { server.stop() }
        let client = RawClient(port: server.port)
        client.send("GET / HTTP/1.1\r\n\r\n" + String(repeating: "x", count: 100_000))
        let answer = client.receive(.max)
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.hasSuffix("There is no Host.\n"))
    }

    @Test("A client that does not read holds no more than a bounded part of an answer")
    func slowReader() throws {
        let sizes = Monitor<[Int]>([])
        struct Endless: HTTPService {
            let sizes: Monitor<[Int]>
            final class Writer: ExchangeHandler {
                let exchange: Exchange
                let sizes: Monitor<[Int]>
                init(_ exchange: Exchange, _ sizes: Monitor<[Int]>) {
                    self.exchange = exchange
                    self.sizes = sizes
                }
                func received(_ bytes: borrowing RawSpan) {}
                func ended() {
                    exchange.respond(ResponseHead(status: 200))
                    fill()
                }
                func fill() {
                    while exchange.isWritable { exchange.write(Array(repeating: 1, count: 10_000)) }
                    let waiting = exchange.waitingBytes
                    sizes.withLock { $0.append(waiting) }
                    sizes.signal()
                }
                func writable() { fill() }
                func failed() {
                    sizes.withLock { $0.append(-1) }
                    sizes.signal()
                }
            }
            func begin(_ exchange: Exchange) { exchange.handler = Writer(exchange, sizes) }
        }
        let server = try serve(Endless(sizes: sizes), loops: 1)
        defer { server.stop() }
        var slow: RawClient? = RawClient(port: server.port)
        slow?.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        let wellRead = RawClient(port: server.port)
        wellRead.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        // More than the slow one's buffers hold flows past it.
        #expect(wellRead.receive(30_000_000).utf8.count >= 30_000_000)
        let most = sizes.withLock { $0.max() ?? 0 }
        #expect(most < Exchange.waitingBytesMax + 20_000)
        // One that goes away is noticed.
        slow = nil
        let hasGone = sizes.wait(
            timeoutNanoseconds: 60_000_000_000, until: { $0.contains(-1) },
            then: { _, outcome in outcome == .ready })
        #expect(hasGone)
    }

    @Test("A drain finishes what is under way and refuses what is new")
    func drain() throws {
        let begun = Monitor<LoopBound<Exchange>?>(nil)
        let server = try serve(Holding(begun: begun))
        let idle = RawClient(port: server.port)
        let busy = RawClient(port: server.port)
        busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        let exchange = begun.wait(until: { $0 != nil }, then: { $0! })
        let left = Monitor<Int?>(nil)
        let draining = try DaybookPlatform.Thread(name: "drain") {
            let count = server.drain(milliseconds: 60_000)
            left.withLock { $0 = count }
        }
        // The idle connection ends at once, and with it the server has begun to drain.
        #expect(idle.receive() == [])
        exchange.post { exchange in
            exchange.respond(ResponseHead(status: 200))
            exchange.write(Array("done".utf8))
            exchange.finish()
        }
        let answer = busy.receive(.max)
        #expect(answer.hasSuffix("connection: close\r\n\r\ndone"))
        draining.join()
        #expect(left.withLock { $0 } == 0)
    }

    @Test("A drain lets the calls of HTTP/2 finish, and tells their clients to go")
    func drainHTTP2() throws {
        let begun = Monitor<LoopBound<Exchange>?>(nil)
        let server = try serve(Holding(begun: begun), loops: 1)
        let loop = try Loop.start(name: "test")
        defer { loop.stop() }
        let text = Monitor<String?>(nil)
        let port = server.port
        loop.post {
            let client = HTTPClient(on: loop, address: "127.0.0.1", port: port) { _ in }
            let caller = Caller { caller in
                let answer = caller.failure ?? caller.text
                text.withLock { $0 = answer }
                text.signal()
            }
            let head = RequestHead(method: "GET", authority: "h", target: "/")
            caller.call = client.call(head, caller)
            caller.call?.finish()
        }
        let exchange = begun.wait(until: { $0 != nil }, then: { $0! })
        let draining = try DaybookPlatform.Thread(name: "drain") {
            _ = server.drain(milliseconds: 60_000)
        }
        exchange.post { exchange in
            exchange.respond(ResponseHead(status: 200))
            exchange.write(Array("done".utf8))
            exchange.finish()
        }
        draining.join()
        let answer = text.wait(
            timeoutNanoseconds: 60_000_000_000, until: { $0 != nil }, then: { text, _ in text })
        #expect(answer == "done")
        #expect(server.connections == 0)
    }

    @Test("A drain does not wait for ever")
    func drainDeadline() throws {
        let begun = Monitor<LoopBound<Exchange>?>(nil)
        let server = try serve(Holding(begun: begun), loops: 1)
        let client = RawClient(port: server.port)
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        begun.wait(until: { $0 != nil }, then: { _ in })
        #expect(server.drain(milliseconds: 100) == 1)
        #expect(server.connections == 0)
        #expect(client.receive(1).isEmpty)
    }

    @Test("One connection too many is closed at once")
    func connectionsMax() throws {
        let server = try serve { $0.connectionsMax = 2 }
        defer { server.stop() }
        let clients = (0..<2).map { _ in RawClient(port: server.port) }
        for client in clients {
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.receive(10).hasPrefix("HTTP/1.1 200"))
        }
        let third = RawClient(port: server.port)
        #expect(third.receive(1).isEmpty)
        clients[0].send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(clients[0].receive(10).hasPrefix("HTTP/1.1 200"))
    }

    @Test("A port that is taken is said, with the address")
    func taken() throws {
        let server = try serve()
        defer { server.stop() }
        let error = #expect(throws: HTTPServerError.self) {
            try serve { $0.port = server.port }
        }
        #expect(
            error?.description
                == "cannot listen at 127.0.0.1 port \(server.port): Address already in use")
        #expect(throws: HTTPServerError.self) { try serve { $0.address = "localhost" } }
    }

    @Test("A loop runs what is posted in order, and timers unless they are cancelled")
    func loop() throws {
        let loop = try Loop.start(name: "test")
        let seen = Monitor<[Int]>([])
        loop.post {
            _ = loop.after(milliseconds: 20) {
                seen.withLock { $0.append(3) }
                seen.signal()
            }
            let cancelled = loop.after(milliseconds: 1) { seen.withLock { $0.append(99) } }
            cancelled.cancel()
            _ = loop.after(milliseconds: 10) {
                seen.withLock { $0.append(2) }
                seen.signal()
            }
        }
        for number in 0..<2 { loop.post { seen.withLock { $0.append(number) } } }
        #expect(!loop.isCurrent)
        let all = seen.wait(
            timeoutNanoseconds: 60_000_000_000, until: { $0.contains(2) }, then: { seen, _ in seen }
        )
        #expect(all.prefix(3) == [0, 1, 2])
        loop.wait()
        _ = seen.wait(
            timeoutNanoseconds: 60_000_000_000, until: { $0.count == 4 }, then: { _, _ in 0 })
        #expect(seen.withLock { $0 } == [0, 1, 2, 3])
        // One that is far away does not keep the loop.
        loop.post { _ = loop.after(milliseconds: 1 << 40) { seen.withLock { $0.append(4) } } }
        loop.stop()
    }
}

extension String {
    /// How often another stands in it.
    fileprivate func components(of other: String) -> Int { split(separator: other).count }
}

/// Lets a test have the exchange, and answers nothing itself.
private struct Holding: HTTPService {
    let begun: Monitor<LoopBound<Exchange>?>

    func begin(_ exchange: Exchange) {
        exchange.handler = Visitor(exchange) { _ in }
        let bound = LoopBound(exchange, on: exchange.loop)
        begun.withLock { $0 = bound }
        begun.signal()
    }
}
