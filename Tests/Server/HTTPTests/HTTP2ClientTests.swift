import DaybookServerTesting
import Testing

@testable import DaybookHTTP

/// The client's end of a connection of HTTP/2, where a server does not answer as usual.
@Suite struct HTTP2ClientTests {
    /// Begins a request and leaves it open.
    private func begin(_ pair: HTTP2Pair) -> Caller {
        let caller = Caller()
        let call = pair.client.call(
            RequestHead(method: "POST", authority: "h", target: "/"), caller)
        caller.call = call
        call.write([1, 2, 3])
        return caller
    }

    @Test func `A request that is answered before it is whole is ended by its client`() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        let caller = begin(pair)
        pair.run()
        service.visitors[0].exchange.respond(ResponseHead(status: 200))
        service.visitors[0].exchange.finish()
        pair.run()
        #expect(caller.trailers == [:] && caller.failure == nil)
        #expect(pair.client.openStreams == 0)
        #expect((pair.server.chosen as? HTTP2ServerSession)?.openStreams == 0)
        // What is written on does nothing.
        caller.call?.write([4])
        caller.call?.finish()
        pair.run()
        #expect(pair.client.takesCalls)
    }

    @Test func `After a goodbye of the server old calls end well, and new ones go elsewhere`() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        let caller = begin(pair)
        pair.run()
        #expect(pair.client.takesCalls)
        pair.server.drain()
        pair.run()
        #expect(!pair.client.takesCalls)
        let late = begin(pair)
        pair.run()
        #expect(late.failure != nil && late.isUnbegun)
        service.visitors[0].exchange.respond(ResponseHead(status: 200))
        service.visitors[0].exchange.finish()
        pair.run()
        #expect(caller.trailers == [:])
    }

    @Test func `A call that the server refuses unseen may be made again, one it has begun may not`()
    {
        var limits = HTTPLimits()
        limits.streamsMax = 1
        let pair = HTTP2Pair(OpenService(), limits: limits)
        // Both are sent before the client knows of the limit.
        let (first, second) = (begin(pair), begin(pair))
        pair.run()
        #expect(second.failure == nil || second.isUnbegun)
        pair.client.fail("the line is cut")
        #expect(first.failure == "the line is cut" && !first.isUnbegun)
        #expect(second.failure != nil && second.isUnbegun)
    }

    @Test func `A call that no head was sent of has not begun`() {
        let pair = HTTP2Pair(OpenService())
        let caller = begin(pair)
        pair.client.fail("the line is cut")
        #expect(caller.failure == "the line is cut" && caller.isUnbegun)
    }

    @Test func `A client that leaves says so, and its server is done with it`() {
        let service = OpenService()
        let pair = HTTP2Pair(service)
        let caller = begin(pair)
        pair.run()
        pair.client.leave(Complaint(.idle, "this end has closed"))
        pair.run()
        #expect(pair.client.isOver && !pair.client.takesCalls)
        #expect(caller.failure != nil && !caller.isUnbegun)
    }
}
