import DaybookBytes
import DaybookPlatform
import Glibc
import Testing

@testable import DaybookHTTP

@Suite(.timeLimit(.minutes(15))) struct StallTests {
    @Test("A peer that takes a little now and then is not too slow, and one that takes nothing is")
    func clock() {
        var clock = StallClock()
        func isOverdue(_ taken: Int?, at milliseconds: Int64) -> Bool {
            clock.isOverdue(taken: taken, at: milliseconds, seconds: 120)
        }
        for second in 0..<1_000 {
            #expect(!isOverdue(second / 100, at: Int64(second) * 1_000))
        }
        // The last byte was taken at 900 s.
        #expect(!isOverdue(9, at: 1_020_000))
        #expect(isOverdue(9, at: 1_020_001))
        // Nothing waited in between.
        #expect(!isOverdue(nil, at: 1_030_000))
        #expect(!isOverdue(9, at: 1_040_000))
        #expect(isOverdue(9, at: 1_160_001))
    }

    @Test("A silent peer is asked, and ends where it neither answers nor takes anything of that")
    func silence() {
        var clock = SilenceClock(at: 0)
        func step(_ taken: Int, at second: Int64) -> SilenceClock.Step {
            clock.step(taken: taken, at: second * 1_000, silentSeconds: 60, lostSeconds: 120)
        }
        #expect(step(5, at: 60) == .none)
        #expect(step(5, at: 61) == .ask)
        for second: Int64 in 62...181 { #expect(step(5, at: second) == .none) }
        clock.heard(at: 181_500)
        #expect(step(5, at: 182) == .none)
        #expect(step(5, at: 242) == .ask)
        // It takes what it was sent, slowly.
        for second: Int64 in 243...1_000 { #expect(step(Int(second) / 100, at: second) == .none) }
        #expect(step(10, at: 1_120) == .none)
        #expect(step(10, at: 1_121) == .end)
    }

    @Test("A client that is asked whether it is there, and does not answer, is let go")
    func asked() throws {
        var options = HTTPServerOptions()
        options.loops = 1
        options.times.silentSeconds = 1
        // A machine that does much else has time to answer.
        options.times.stallSeconds = 4
        let noted = NotedEnds()
        options.observer = noted
        let service = SlowService()
        let server = try HTTPServer.start(options, service)
        let loop = try Loop.start(name: "test")
        let text = Monitor<String?>(nil)
        let clients = LoopBound(Clients(), on: loop)
        defer {
            clients.post { $0.client?.close() }
            server.stop()
            loop.stop()
        }
        let port = server.port
        clients.post { clients in
            let caller = Caller { caller in
                let answer = caller.failure ?? caller.text
                text.withLock { $0 = answer }
                text.signal()
            }
            let client = HTTPClient(on: loop, address: "127.0.0.1", port: port) { _ in }
            clients.client = client
            let head = RequestHead(method: "POST", authority: "h", target: "/")
            caller.call = client.call(head, caller)
            caller.call?.finish()
        }
        // It says what every client begins with, and nothing more.
        let raw = RawClient(port: port)
        raw.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0")
        var told: [UInt8] = []
        while let bytes = raw.receive(), !bytes.isEmpty { told += bytes }
        let zeros = [UInt8](repeating: 0, count: 13)
        let last: [UInt8] = [0, 0, 8, 6] + zeros + [0, 0, 8, 7] + zeros
        #expect(Array(told.suffix(34)) == last, "PING, GOAWAY")
        let ended = noted.wait { !$0.ended.isEmpty }.ended
        let words = "the question whether it is there had no answer for 4 s"
        #expect(ended.map(\.complaint) == [Complaint(.silent, words)])
        // One that answers was as silent else, and stays.
        service.answer()
        let found = text.wait(
            timeoutNanoseconds: 60_000_000_000, until: { $0 != nil }, then: { text, _ in text })
        #expect(found == "late")
    }

    private final class Clients {
        var client: HTTPClient?
    }

    /// Answers when it is told to.
    private final class SlowService: HTTPService {
        private let waiting = Monitor<LoopBound<Exchange>?>(nil)

        func begin(_ exchange: Exchange) {
            exchange.handler = Visitor(exchange) { _ in }
            waiting.withLock { $0 = LoopBound(exchange, on: exchange.loop) }
            waiting.signal()
        }

        func answer() {
            waiting.wait(until: { $0 != nil }, then: { $0! }).post { exchange in
                exchange.respond(ResponseHead(status: 200))
                exchange.write(Array("late".utf8))
                exchange.finish()
            }
        }
    }

    @Test("What a peer takes is seen before all that waits is gone")
    func progress() throws {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { close(ends[1]) }
        let loop = try Loop.start(name: "test")
        defer { loop.stop() }
        let (mine, found) = (ends[0], Monitor<Found?>(nil))
        loop.post {
            let socket = Socket(on: loop)
            do { try socket.open(mine) } catch { return found.withLock { $0 = Found(nil, nil) } }
            let owner = Pourer()
            socket.start(owner)
            socket.hasOutput()
            // Behind what was just asked for.
            _ = loop.after(milliseconds: 1) {
                found.withLock { $0 = Found(LoopBound(socket, on: loop), socket.taken) }
                found.signal()
            }
        }
        let begun = found.wait(until: { $0 != nil }, then: { $0! })
        let socket = try #require(begun.socket)
        let before = try #require(begun.taken, "more is sent than the system takes")
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        try #require(recv(ends[1], &bytes, bytes.count, 0) > 0)
        found.withLock { $0 = nil }
        socket.post { socket in
            found.withLock { $0 = Found(nil, socket.taken) }
            found.signal()
        }
        let after = found.wait(until: { $0 != nil }, then: { $0! })
        #expect(after.taken.map { $0 > before } == true)
        socket.post { $0.close() }
        loop.wait()
    }

    private struct Found: Sendable {
        let socket: LoopBound<Socket>?
        let taken: Int?
        init(_ socket: LoopBound<Socket>?, _ taken: Int?) {
            self.socket = socket
            self.taken = taken
        }
    }
}

/// Has more to send than any system takes at once.
private final class Pourer: SocketOwner {
    func received(_ bytes: borrowing RawSpan) {}
    func peerEnded() {}
    func produce(into out: SendBuffer) -> Bool {
        out.bytes.append([UInt8](repeating: 1, count: SendBuffer.bytesMax))
        return true
    }
    var isOver: Bool { false }
    var isDoneSending: Bool { false }
    func closed() {}
}
