import DaybookBytes
import DaybookPlatform
import DaybookServerTesting
import Testing

@testable import DaybookHTTP

/// How a server ends connections that their clients would have kept: with a word to them, and with one for the log.
@Suite(.timeLimit(.minutes(15))) struct GoodbyeTests {
    private typealias Flood = HTTP2FloodTests

    let service = OpenService()
    let times = HTTPTimes()
    let connections = Connections()

    func connection() -> ServerConversation {
        connections.add(
            ServerConversation(
                service, loop: HandLoop(), limits: HTTPLimits(), times: times,
                outlet: MemoryOutlet(), at: 0))
    }

    /// The number of the error in the goodbye of a connection of HTTP/2; nil where it says none.
    static func goodbye(in bytes: [UInt8]) -> UInt8? {
        var at = 0
        while at + FrameHeader.bytes <= bytes.count {
            let length = Int(bytes[at]) << 16 | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
            // The last stream, and the number in the last of four bytes.
            if bytes[at + 3] == 7 { return bytes[at + FrameHeader.bytes + 7] }
            at += FrameHeader.bytes + length
        }
        return nil
    }

    /// What a client of HTTP/2 does wrong, and what becomes of its connection.
    struct Wrong: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var preface = Flood.preface
        var bytes: [UInt8]
        /// When it is looked whether it has taken too long; nil: not.
        var tick: Int64?
        let code: UInt8
        let complaint: Complaint

        static let all = [
            Wrong(
                testDescription: "a head of too many pieces",
                bytes: Flood.frame(1, 0, 3, Flood.head)
                    + (0..<20).flatMap { _ in Flood.frame(9, 0, 3, [0, 1, 0x61, 1, 0x62]) },
                code: 11,
                complaint: Complaint(.tooMuch, "a head of HTTP/2 has more than 256 KiB")),
            Wrong(
                testDescription: "pings whose answers it does not read",
                bytes: (0..<1_100).flatMap { _ in
                    Flood.frame(6, 0, 0, .init(repeating: 0, count: 8))
                },
                code: 11,
                complaint: Complaint(
                    .tooMuch, "too many pings and settings whose answers are not read")),
            Wrong(
                testDescription: "a head that is never whole",
                bytes: Flood.frame(1, 0, 3, Flood.head), tick: 10_001, code: 11,
                complaint: Complaint(
                    .tooSlow,
                    "the beginning of a connection or request was not whole after 10 s")),
            Wrong(
                testDescription: "a beginning that is never whole",
                preface: Array("PRI * HTTP/2.0\r\n".utf8), bytes: [], tick: 10_001, code: 11,
                complaint: Complaint(
                    .tooSlow,
                    "the beginning of a connection or request was not whole after 10 s")),
            Wrong(
                testDescription: "a beginning of something else",
                preface: Array("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".utf8), bytes: [], code: 1,
                complaint: Complaint(
                    .unreadable, "HTTP/2: it does not begin as a connection does")),
            Wrong(
                testDescription: "a body of no request", bytes: Flood.frame(0, 0, 0, [1]), code: 1,
                complaint: Complaint(.unreadable, "HTTP/2: DATA: stream_id == 0")),
            Wrong(
                testDescription: "a frame that is too long",
                bytes: Flood.frame(0, 0, 1, .init(repeating: 0, count: 20_000)), code: 6,
                complaint: Complaint(.unreadable, "HTTP/2: too large frame size")),
        ]
    }

    @Test(
        "A client of HTTP/2 that goes wrong is told by a number, and the log in words",
        arguments: Wrong.all)
    func http2(_ wrong: Wrong) {
        let server = connection()
        let hasBegun = wrong.preface == Flood.preface
        server.receive(wrong.preface)
        if hasBegun { server.receive(Flood.frame(1, 4, 1, Flood.head)) }
        server.receive(wrong.bytes)
        if let tick = wrong.tick { server.tick(at: tick) }
        #expect(Self.goodbye(in: server.output()) == wrong.code)
        #expect(server.complaint == wrong.complaint)
        // What was under way is over, and the client has time to read why.
        #expect(service.visitors.map(\.hasFailed) == (hasBegun ? [true] : []))
        #expect(server.isDoneSending && !server.isOver)
        let now = wrong.tick ?? 0
        server.receive(Flood.frame(1, 4, 5, Flood.head), at: now)
        #expect(server.output().isEmpty && service.visitors.count <= 1)
        server.tick(at: now + 1)
        #expect(!server.isOver)
        server.tick(at: now + 2 + Int64(times.lingerSeconds) * 1_000)
        #expect(server.isOver)
    }

    @Test("A client that is given up is told that it may come back, and its calls are over")
    func silent() {
        let server = connection()
        server.receive(Flood.preface + Flood.frame(1, 4, 1, Flood.head))
        _ = server.output()
        #expect(server.ask() && server.complaint == nil)
        _ = server.output()
        let complaint = Complaint(.silent, "nobody is there")
        server.leave(complaint)
        #expect(Self.goodbye(in: server.output()) == 0)
        #expect(server.complaint == complaint && service.visitors[0].hasFailed)
        server.leave(Complaint(.silent, "again"))
        #expect(server.output().isEmpty && server.complaint == complaint)
    }

    @Test("A connection that comes to its end in order has no reason to be told")
    func inOrder() {
        let server = connection()
        server.receive(Flood.preface)
        server.drain()
        server.tick(at: HTTP2Session.noticeMilliseconds)
        #expect(Self.goodbye(in: server.output()) == 0)
        server.tick(at: 1_000)
        server.tick(at: 10_000)
        #expect(server.isOver && server.complaint == nil)
        let gone = connection()
        gone.receive(Array("GET / HTTP/1.1\r\n".utf8))
        gone.peerEnded()
        #expect(gone.isOver && gone.complaint == nil)
    }

    @Test(
        "What is wrong by HTTP/1.1 is told as well",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", nil, .unreadable, "HTTP/1.1: 400: There is no Host."),
            (
                "GET / HTTP/1.1\r\nA", 10_001, .tooSlow,
                "HTTP/1.1: 408: The request took longer than this server waits."
            ),
            (
                "GET /" + String(repeating: "a", count: 9_000), nil, .tooMuch,
                "HTTP/1.1: 414: The first line is longer than this server takes."
            ),
            (
                "GET / HTTP/1.1\r\nHost: h\r\nA: " + String(repeating: "a", count: 70_000), nil,
                .tooMuch,
                "HTTP/1.1: 431: The fields of the head are more than this server takes."
            ),
            ("P", 10_001, .tooSlow, "the beginning of a request was not whole after 10 s"),
            ("", 75_001, .idle, "no request came for 75 s"),
        ] as [(String, Int64?, Complaint.Cause, String)])
    func http1(_ text: String, _ tick: Int64?, _ cause: Complaint.Cause, _ words: String) {
        let server = connection()
        server.receive(Array(text.utf8))
        #expect(server.complaint == nil || tick == nil)
        if let tick { server.tick(at: tick) }
        #expect(server.complaint == Complaint(cause, words))
    }

    @Test("A connection without a request for long is told, and an answer that breaks off")
    func later() {
        let idle = connection()
        idle.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        service.visitors[0].exchange.respond(ResponseHead(status: 200))
        service.visitors[0].exchange.finish()
        _ = idle.output()
        idle.tick(at: 75_001)
        #expect(idle.complaint == Complaint(.idle, "no request came for 75 s"))
        let broken = connection()
        broken.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        service.visitors[1].exchange.respond(ResponseHead(status: 200))
        service.visitors[1].exchange.abort()
        #expect(broken.isOver)
        #expect(broken.complaint == Complaint(.failure, "an answer could not be finished"))
    }

    /// Answers with more than any socket takes.
    private struct Pouring: HTTPService {
        func begin(_ exchange: Exchange) {
            exchange.respond(ResponseHead(status: 200))
            for _ in 0..<64 { exchange.write([UInt8](repeating: 1, count: 1 << 20)) }
            exchange.finish()
        }
    }

    @Test(
        "Whoever takes nothing of an answer, and whoever is one too many, is told with the reason")
    func atSockets() throws {
        var options = HTTPServerOptions()
        options.loops = 1
        options.connectionsMax = 1
        options.times.stallSeconds = 1
        let noted = NotedEnds()
        options.observer = noted
        let server = try HTTPServer.start(options, Pouring())
        defer { server.stop() }
        // The first asks for nothing until the second is refused: it would else be ended, and leave its place, by a time.
        let slow = RawClient(port: server.port)
        let tooMany = RawClient(port: server.port)
        #expect(tooMany.receive() == [])
        let refused = noted.wait { !$0.refused.isEmpty }.refused
        #expect(refused == ["there are as many connections as may be"])
        slow.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        let found = noted.wait { !$0.ended.isEmpty }
        let end = try #require(found.ended.first)
        #expect(end.peer.hasPrefix("127.0.0.1:"))
        #expect(end.complaint == Complaint(.tooSlow, "nothing of what was sent was taken for 1 s"))
    }
    @Test("Whoever is sent away is gone soon, though it goes on to send, and to take a little")
    func dripping() throws {
        var options = HTTPServerOptions()
        options.loops = 1
        options.times.lingerSeconds = 1
        let noted = NotedEnds()
        options.observer = noted
        let server = try HTTPServer.start(options, Pouring())
        defer { server.stop() }
        let client = RawClient(port: server.port, windowBytes: 4_096)
        // It may be sent all of an answer that it does not read; its goodbye waits behind.
        client.send(
            Flood.preface + Flood.frame(4, 0, 0, [0, 4, 0x7F, 0xFF, 0xFF, 0xFF])
                + Flood.frame(8, 0, 0, [0x7F, 0xFF, 0, 0]) + Flood.frame(1, 5, 1, Flood.head))
        #expect(client.receive(1_000).utf8.count >= 1_000)
        let ping = Flood.frame(6, 0, 0, .init(repeating: 0, count: 8))
        client.send((0..<20_000).flatMap { _ in ping })
        let ended = noted.wait { !$0.ended.isEmpty }.ended
        #expect(ended.map(\.complaint.cause) == [.tooMuch])
        var rounds = 0
        while rounds < 300, noted.wait(milliseconds: 100, until: { $0.gone == 1 }).gone == 0 {
            rounds += 1
            client.send(ping)
            _ = client.receive(upTo: 2_048)
        }
        #expect(noted.wait(milliseconds: 0) { $0.gone == 1 }.gone == 1)
    }
}
