import DaybookServerTesting
import Testing

@testable import DaybookHTTP

/// What comes of a request that was answered before it was whole. curl 7.88 gives up an answer that it has where the
/// request is broken off behind it.
@Suite struct HTTP2LateBodyTests {
    private static let end: UInt8 = 1
    private let service = OpenService()
    private let server: ServerConversation
    private let seconds = Int64(HTTPTimes.lateBodySeconds)

    init() {
        server = ServerConversation(
            service, loop: HandLoop(), limits: HTTPLimits(), times: HTTPTimes(),
            outlet: MemoryOutlet(), at: 0)
        server.receive(HTTP2FloodTests.preface)
        _ = server.output()
    }

    private var openStreams: Int? { (server.chosen as? HTTP2ServerSession)?.openStreams }

    /// The errors by which the server breaks streams off, of what it has to say now.
    private func resets() -> [UInt8] {
        let bytes = server.output()
        var found: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let length = Int(bytes[at]) << 16 | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
            if bytes[at + 3] == 3 { found.append(bytes[at + 12]) }
            at += FrameHeader.bytes + length
        }
        return found
    }

    /// Begins a request, and answers it.
    private func answer(_ stream: UInt32 = 1) {
        server.receive(HTTP2FloodTests.frame(1, 4, stream, HTTP2FloodTests.head))
        let exchange = service.visitors[service.visitors.count - 1].exchange
        exchange.respond(ResponseHead(status: 200))
        exchange.finish()
        #expect(resets() == [])
        #expect(openStreams == 1)
    }

    private func send(_ count: Int, _ flags: UInt8 = 0, on stream: UInt32 = 1) {
        let bytes = [UInt8](repeating: 1, count: count)
        server.receive(HTTP2FloodTests.frame(0, flags, stream, bytes))
    }

    @Test("It is dropped, and the request ends as others do")
    func comes() {
        answer()
        server.tick(at: seconds * 1_000 - 1)
        #expect(resets() == [])
        send(5, Self.end)
        #expect(resets() == [] && openStreams == 0)
        #expect(service.visitors[0].body == [] && !service.visitors[0].hasEnded)
    }

    @Test("The request is broken off, as one that is over, when it does not come")
    func doesNotCome() {
        answer()
        server.tick(at: seconds * 1_000)
        #expect(resets() == [0] && openStreams == 0)
    }

    @Test("The request is broken off when it is long, and the connection has its window again")
    func isLong() {
        let most = 16 * 1024
        for number in 0..<300 as Range<UInt32> {
            let stream = number * 2 + 1
            answer(stream)
            for _ in 0..<HTTPLimits.lateBodyBytesMax / most { send(most, on: stream) }
            #expect(resets() == [])
            send(1, on: stream)
            #expect(resets() == [0] && openStreams == 0)
        }
        #expect(300 * HTTPLimits.lateBodyBytesMax > HTTPLimits().connectionWindowBytes)
        #expect(server.complaint == nil)
    }

    @Test("Any number of such requests is no flood")
    func many() {
        for round in 1...40 as ClosedRange<Int64> {
            for number in 0..<100 as Range<UInt32> {
                let stream = (UInt32(round) * 100 + number) * 2 + 1
                server.receive(HTTP2FloodTests.frame(1, 4, stream, HTTP2FloodTests.head))
                let exchange = service.visitors[service.visitors.count - 1].exchange
                exchange.respond(ResponseHead(status: 200))
                exchange.finish()
            }
            #expect(resets() == [] && openStreams == 100)
            server.tick(at: round * seconds * 1_000)
            #expect(resets().count == 100 && openStreams == 0)
        }
        #expect(server.complaint == nil)
    }
}
