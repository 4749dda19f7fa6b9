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
}

/// Keeps how exchanges ended.
private final class CountedEnds: ExchangeObserver, @unchecked Sendable {
    // Safe: a test uses it on one thread.
    var ends: [Exchange.End] = []
    func ended(_ exchange: Exchange, _ end: Exchange.End) { ends.append(end) }
}
