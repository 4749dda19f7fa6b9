import DaybookPlatform
import Testing

@testable import DaybookHTTP

/// Answers that wait because their clients do not take them.
@Suite(.timeLimit(.minutes(15))) struct HTTP2WaitingTests {
    /// A connection on which little may wait.
    private func crowded(_ service: OpenService) -> HTTP2Pair {
        var limits = HTTPLimits()
        limits.connectionWaitingBytesMax = 100_000
        limits.connectionWaitingBytesEnd = 1_000_000
        var clientLimits = HTTPLimits()
        clientLimits.streamWindowBytes = 65_535
        return HTTP2Pair(service, limits: limits, clientLimits: clientLimits)
    }

    @Test(
        "What waits on a connection has an end, however many streams there are and however much each writes"
    )
    func crowdedConnection() {
        let service = OpenService { $0.exchange.respond(ResponseHead(status: 200)) }
        let pair = crowded(service)
        let callers = (0..<50).map { _ in pair.client.ask("/") }
        for caller in callers { caller.consumes = false }
        pair.run()
        /// Has each stream that may write do so, one after the other: how many did.
        func write() -> Int {
            var count = 0
            for visitor in service.visitors
            where !visitor.exchange.isOver && visitor.exchange.isWritable {
                visitor.exchange.write(Array(repeating: 1, count: 200_000))
                count += 1
            }
            pair.run()
            return count
        }
        for _ in 0..<50 where write() == 0 { break }
        let server = pair.server.chosen as? HTTP2ServerSession
        #expect(server.map { (1_000_000..<1_200_000).contains($0.waitingBytes) } == true)
        #expect(service.visitors.allSatisfy { !$0.exchange.isWritable })
        // Where one that waits is broken off, others have their turn; and where all is read.
        let last = service.visitors[49]
        let before = last.relieved
        callers[0].call?.cancel()
        pair.run()
        #expect(last.relieved > before && last.exchange.isWritable)
        for caller in callers.dropFirst() {
            caller.consumes = true
            caller.call?.consumed(caller.body.count)
        }
        pair.run()
        #expect(server?.waitingBytes == 0)
        #expect(write() > 4)
        #expect(server?.waitingBytes == 0 && service.visitors.allSatisfy(\.exchange.isWritable))
    }

    @Test("Answers that nobody takes hold up others of their connection no longer than a while")
    func heldUpByOthers() {
        let service = OpenService { $0.exchange.respond(ResponseHead(status: 200)) }
        let pair = crowded(service)
        let (large, small) = (pair.client.ask("/"), pair.client.ask("/"))
        large.consumes = false
        pair.run()
        service.visitors[0].exchange.write(Array(repeating: 1, count: 2_000_000))
        pair.run()
        #expect(!service.visitors[1].exchange.isWritable)
        for second in 0...120 {
            pair.server.tick(at: Int64(second) * 1_000)
            pair.run()
        }
        #expect(large.failure == nil && service.visitors[1].relieved == 0)
        pair.server.tick(at: 121_000)
        pair.run()
        #expect(large.failure == "the server broke the call off (error 11 of HTTP/2)")
        #expect(service.visitors[1].relieved == 1 && service.visitors[1].exchange.isWritable)
        service.visitors[1].exchange.write([7])
        pair.run()
        #expect(small.body == [7])
    }

    /// Many answers wait for one window, which their client opens so slowly that each has its turn after minutes only.
    @Test(
        "Slow readers of a full connection stay as long as it goes on, and end when it stands still, or all have no room",
        arguments: [false, true])
    func slowReaders(hasNoRoom: Bool) {
        let service = OpenService { $0.exchange.respond(ResponseHead(status: 200)) }
        var limits = HTTPLimits()
        limits.connectionWaitingBytesEnd = 1_000_000
        var clientLimits = HTTPLimits()
        clientLimits.connectionWindowBytes = 65_535
        let pair = HTTP2Pair(service, limits: limits, clientLimits: clientLimits)
        let callers = (0..<40).map { _ in pair.client.ask("/") }
        for caller in callers { caller.consumes = false }
        pair.run()
        for visitor in service.visitors {
            visitor.exchange.write(Array(repeating: 1, count: 100_000))
        }
        pair.run()
        #expect(service.visitors.allSatisfy { !$0.exchange.isWritable })
        var read = callers.map { _ in 0 }
        for second in 0...600 {
            for (index, caller) in callers.enumerated() where second % 60 == 59 {
                caller.call?.consumed(caller.body.count - read[index])
                read[index] = caller.body.count
            }
            pair.run()
            pair.server.tick(at: Int64(second) * 1_000)
        }
        pair.run()
        #expect(callers.allSatisfy { $0.failure == nil })
        #expect(pair.waiting.bytes > 3_000_000)
        if hasNoRoom {
            pair.server.endStuck(at: 600_000)
            pair.run()
            #expect(callers.contains { $0.failure != nil })
            return
        }
        for second in 601...(600 + 122) { pair.server.tick(at: Int64(second) * 1_000) }
        pair.run()
        #expect(pair.waiting.bytes == 0)
        #expect(service.visitors.allSatisfy { $0.hasFailed })
        #expect(!pair.server.isOver)
    }

    @Test("A small answer does not wait behind a large one")
    func fairness() {
        let service = OpenService { $0.exchange.respond(ResponseHead(status: 200)) }
        let pair = HTTP2Pair(service)
        let (large, small) = (pair.client.ask("/"), pair.client.ask("/"))
        pair.run()
        service.visitors[0].exchange.write(Array(repeating: 1, count: 8 << 20))
        service.visitors[1].exchange.write(Array(repeating: 2, count: 100))
        service.visitors[1].exchange.finish()
        // As much as goes to the socket at a time.
        pair.client.receive(pair.server.output(turns: 1))
        #expect(small.body.count == 100 && small.trailers != nil)
        #expect(large.body.count < 2 << 20)
        pair.run()
        #expect(large.body.count == 8 << 20)
    }

    @Test(
        "Answers of which nothing was taken for long are ended where memory is needed, and no others"
    )
    func stuckAnswers() {
        var clientLimits = HTTPLimits()
        clientLimits.streamWindowBytes = 65_535
        let service = OpenService { $0.exchange.respond(ResponseHead(status: 200)) }
        let pair = HTTP2Pair(service, clientLimits: clientLimits)
        let (stuck, slow, idle) = (pair.client.ask("/"), pair.client.ask("/"), pair.client.ask("/"))
        stuck.consumes = false
        slow.consumes = false
        pair.run()
        for visitor in service.visitors[..<2] {
            visitor.exchange.write(Array(repeating: 1, count: 200_000))
        }
        pair.run()
        for second in 0...121 {
            // Of the slow one a little is taken now and then.
            if second % 60 == 59 {
                slow.call?.consumed(40_000)
                pair.run()
            }
            pair.server.tick(at: Int64(second) * 1_000)
            if second == 120 { pair.server.endStuck(at: 120_000) }
            pair.run()
            #expect(stuck.failure == nil)
        }
        pair.server.endStuck(at: 121_000)
        pair.run()
        #expect(stuck.failure == "the server broke the call off (error 11 of HTTP/2)")
        #expect(service.visitors.map(\.hasFailed) == [true, false, false])
        #expect(slow.failure == nil && idle.failure == nil)
        #expect(pair.waiting.bytes == 200_000 - 65_535 - 80_000)
    }

    @Test("What waits on all connections together has an end, where nothing of it is taken")
    func waitingOfAll() throws {
        let service = OpenService { visitor in
            visitor.exchange.respond(ResponseHead(status: 200))
            visitor.exchange.write(Array(repeating: 1, count: 200_000))
        }
        var options = HTTPServerOptions()
        options.loops = 1
        options.limits.loopWaitingBytesMax = 300_000
        options.times.stallSeconds = 1
        let server = try HTTPServer.start(options, service)
        let loop = try Loop.start(name: "test")
        let clients = LoopBound(Clients(), on: loop)
        defer {
            server.stop()
            clients.post { clients in
                for client in clients.all { client.close() }
            }
            loop.stop()
        }
        let failures = Monitor<[String]>([])
        let port = server.port
        // On connections of their own, each of which has less waiting than is allowed.
        for _ in 0..<3 {
            clients.post { clients in
                let caller = Caller { caller in
                    failures.withLock { $0.append(caller.failure ?? "ended") }
                    failures.signal()
                }
                caller.consumes = false
                var limits = HTTPLimits()
                limits.streamWindowBytes = 65_535
                let client = HTTPClient(
                    on: loop, address: "127.0.0.1", port: port, limits: limits
                ) { _ in }
                let head = RequestHead(method: "POST", authority: "h", target: "/")
                caller.call = client.call(head, caller)
                caller.call?.finish()
                clients.all.append(client)
            }
        }
        let found = failures.wait(
            timeoutNanoseconds: 60_000_000_000, until: { !$0.isEmpty }, then: { all, _ in all })
        #expect(found.first == "the server broke the call off (error 11 of HTTP/2)")
    }

    private final class Clients {
        var all: [HTTPClient] = []
    }
}
