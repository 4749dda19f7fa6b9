import Testing

@testable import DaybookHTTP

/// How exchanges of HTTP/2 end that are not answered.
struct HTTP2EndTests {
    @Test("Whoever counts is told whether a client has cancelled, or there was no end")
    func ends() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        let first = pair.client.ask("/")
        for _ in 0..<2 { _ = pair.client.ask("/") }
        pair.run()
        let counting = CountedEnds()
        for visitor in service.visitors { visitor.exchange.observer = counting }
        first.call?.cancel()
        pair.run()
        #expect(counting.ends == [.cancelled])
        service.visitors[1].exchange.abort()
        pair.run()
        #expect(counting.ends == [.cancelled, .brokenOff])
        pair.server.fail("the connection is gone")
        #expect(counting.ends == [.cancelled, .brokenOff, .brokenOff])
        #expect(service.visitors.map(\.hasFailed) == [true, false, true])
    }

    @Test("A client may close in the midst of what it receives")
    func closesInTheMidst() {
        let outlet = MemoryOutlet()
        let client = HTTP2ClientSession(
            limits: HTTPLimits(), times: HTTPTimes(), outlet: outlet, at: 0)
        let caller = Caller { _ in client.fail("closed") }
        let call = client.call(RequestHead(method: "GET", authority: "h", target: "/"), caller)
        caller.call = call
        call.finish()
        _ = client.output()
        // More fields than it takes, and a body behind them.
        let fields: [UInt8] = [0x88] + Array(repeating: 0x90, count: 12_000)
        var bytes = frame(4, 0, 0, []) + frame(1, 4, 1, fields)
        for _ in 0..<20 { bytes += frame(0, 0, 1, Array(repeating: 7, count: 1_000)) }
        client.receive(bytes, at: 0)
        #expect(caller.failure?.contains("more than this client takes") == true)
        #expect(caller.body.isEmpty)
        client.fail("closed again")
    }

    private func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ body: [UInt8]) -> [UInt8] {
        let length = [16, 8, 0].map { UInt8(truncatingIfNeeded: body.count >> $0) }
        return length + [type, flags, 0, 0, 0, stream] + body
    }
}

/// Keeps how exchanges ended.
private final class CountedEnds: ExchangeObserver, @unchecked Sendable {
    // Safe: a test uses it on one thread.
    var ends: [Exchange.End] = []
    func ended(_ exchange: Exchange, _ end: Exchange.End) { ends.append(end) }
}
