import DaybookBytes
import DaybookPlatform
import DaybookServerTesting
import Testing

@testable import DaybookHTTP

/// What a client can send that costs it little and the server much.
@Suite struct HTTP2FloodTests {
    let outlet = MemoryOutlet()

    func connection(_ service: any HTTPService) -> ServerConversation {
        ServerConversation(
            service, loop: HandLoop(), limits: HTTPLimits(), times: HTTPTimes(), outlet: outlet,
            at: 0)
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, 0, [])

    static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(body.count)
        return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
            + [24, 16, 8, 0].map { UInt8(stream >> $0 & 255) } + body
    }

    /// A GET of / over http, by the static table.
    static let head: [UInt8] = [0x82, 0x84, 0x86, 0x41, 0x01, 0x68]

    /// How many of the frames a server takes before it ends the connection; nil where it takes all.
    func taken(
        _ count: Int, by service: any HTTPService = EchoService(),
        now: (Int) -> Int64 = { _ in 0 }, _ frames: (Int) -> [UInt8]
    ) -> Int? {
        let server = connection(service)
        defer { server.fail() }
        server.receive(Self.preface)
        _ = server.output()
        for number in 0..<count {
            server.receive(frames(number), at: now(number))
            _ = server.output()
            if server.isDoneSending { return number }
        }
        return nil
    }

    @Test("Requests opened and broken off at once end the connection, a few do not")
    func rapidReset() throws {
        let frames = { (number: Int) -> [UInt8] in
            let stream = UInt32(number) * 2 + 1
            return Self.frame(1, 4, stream, Self.head) + Self.frame(3, 0, stream, [0, 0, 0, 8])
        }
        #expect(taken(1_000, frames) == nil)
        let ended = try #require(taken(10_000, frames))
        #expect(ended < 2_100)
        // As many over a long time are a client with short deadlines.
        #expect(taken(10_000, now: { Int64($0) * 10 }, frames) == nil)
    }

    @Test("Answers that have begun are broken off as often as a client likes")
    func resetOfAnswers() throws {
        let frames = { (number: Int) -> [UInt8] in
            let stream = UInt32(number / 2) * 2 + 1
            return number % 2 == 0
                ? Self.frame(1, 4, stream, Self.head) : Self.frame(3, 0, stream, [0, 0, 0, 8])
        }
        #expect(taken(20_000, by: BegunService(), frames) == nil)
        let ended = try #require(taken(20_000, by: OpenService(), frames))
        #expect(ended < 4_200)
    }

    @Test("The reset of what is over is a frame without use")
    func resetOfNothing() throws {
        let request = Self.frame(1, 5, 1, Self.head)
        let frames = { (number: Int) -> [UInt8] in
            number == 0 ? request : Self.frame(3, 0, 1, [0, 0, 0, 8])
        }
        #expect(taken(5_000, frames) == nil)
        #expect(taken(20_000, frames) != nil)
    }

    @Test("Of a flood it is told once what there was too much of")
    func told() {
        let server = connection(EchoService())
        defer { server.fail() }
        server.receive(Self.preface)
        _ = server.output()
        for number in 0..<5_000 {
            let stream = UInt32(number) * 2 + 1
            server.receive(
                Self.frame(1, 4, stream, Self.head) + Self.frame(3, 0, stream, [0, 0, 0, 8]))
        }
        let words = "too many requests broken off before they were answered"
        #expect(server.complaint == Complaint(.tooMuch, words))
    }

    @Test("Requests that the server has to break off count as broken off")
    func madeReset() throws {
        let frames = { (number: Int) -> [UInt8] in
            // A window that grows beyond what it can be.
            let stream = UInt32(number) * 2 + 1
            return Self.frame(1, 4, stream, Self.head)
                + Self.frame(8, 0, stream, [0x7F, 0xFF, 0xFF, 0xFF])
        }
        #expect(taken(1_000, frames) == nil)
        let ended = try #require(taken(10_000, frames))
        #expect(ended < 2_100)
    }

    @Test(
        "Frames that are answered or mean nothing end the connection when they are a flood",
        arguments: [
            ("PING", Self.frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8])),
            ("SETTINGS", Self.frame(4, 0, 0, [])),
            ("PRIORITY", Self.frame(2, 0, 1, [0, 0, 0, 0, 1])),
        ])
    func idleFrames(_ name: String, _ frame: [UInt8]) throws {
        #expect(taken(5_000) { _ in frame } == nil, "\(name)")
        #expect(taken(20_000) { _ in frame } != nil, "\(name)")
        let calm = taken(20_000, now: { Int64($0) }, { _ in frame })
        #expect(calm == nil, "\(name)")
    }

    @Test("Pings whose answers are not read do not pile up")
    func unreadAnswers() {
        let server = connection(EchoService())
        defer { server.fail() }
        server.receive(Self.preface)
        let ping = Self.frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8])
        var sent = 0
        while sent < 5_000 && server.complaint == nil {
            server.receive(ping)
            sent += 1
        }
        #expect(sent < 1_100)
        let words = "too many pings and settings whose answers are not read"
        #expect(server.complaint == Complaint(.tooMuch, words))
    }

    @Test("Empty DATA frames that never end the body end the connection")
    func emptyData() {
        let ended = taken(20_000) { number in
            number == 0
                ? Self.frame(1, 4, 1, Self.head) : Self.frame(0, 0, 1, [])
        }
        #expect(ended != nil)
    }

    @Test("A head that goes on and on ends the connection")
    func continuation() throws {
        let ended = taken(100) { number in
            number == 0
                ? Self.frame(1, 0, 1, Self.head)
                : Self.frame(9, 0, 1, [0x00, 0x01, 0x61, 0x01, 0x62])
        }
        let number = try #require(ended)
        #expect(number < 20)
    }

    @Test("More streams at once than are allowed are refused")
    func streams() {
        let service = OpenService()
        let server = connection(service)
        defer { server.fail() }
        server.receive(Self.preface)
        for number in 0..<5_000 {
            // The first says that the settings were seen, from which on they hold.
            if number == 0 {
                _ = server.output()
                server.receive(Self.frame(4, 1, 0, []))
            }
            server.receive(Self.frame(1, 4, UInt32(number) * 2 + 1, Self.head))
            _ = server.output()
        }
        #expect(service.visitors.count == HTTPLimits().streamsMax)
    }

    @Test("A head that is not finished in time ends the connection")
    func slowHead() {
        let server = connection(EchoService())
        defer { server.fail() }
        server.receive(Self.preface)
        server.tick(at: 1_000_000)
        #expect(!server.isOver)
        server.receive(Self.frame(1, 0, 1, Self.head), at: 1_000_000)
        server.tick(at: 1_000_000 + 10_000)
        _ = server.output()
        #expect(!server.isDoneSending)
        server.tick(at: 1_000_000 + 10_001)
        _ = server.output()
        #expect(server.isDoneSending)
    }

    @Test("No bytes stop the process")
    func random() {
        let seed = SystemRandomness().next()
        let random = SeededRandomness(seed: seed)
        for _ in 0..<(Host.environment("DAYBOOK_THOROUGH") == "1" ? 500_000 : 10_000) {
            let server = connection(EchoService())
            var bytes = Self.preface
            for _ in 0..<random.next(below: 12) {
                let stream = UInt32(random.next(below: 8))
                let length = random.next(below: 24)
                let body =
                    random.chance(1, in: 2)
                    ? Self.head : (0..<length).map { _ in UInt8(random.next(below: 256)) }
                bytes += Self.frame(
                    UInt8(random.next(below: 11)), UInt8(random.next(below: 64)), stream, body)
            }
            if random.chance(1, in: 4) {
                bytes[random.next(below: bytes.count)] = UInt8(random.next(below: 256))
            }
            let cut = random.next(below: bytes.count + 1)
            server.receive(Array(bytes[..<cut]))
            _ = server.output()
            server.receive(Array(bytes[cut...]))
            _ = server.output()
            server.fail()
        }
    }
}

/// Begins an answer at once, and never ends it.
private struct BegunService: HTTPService {
    func begin(_ exchange: Exchange) {
        exchange.handler = Visitor(exchange) { _ in }
        exchange.respond(ResponseHead(status: 200))
    }
}
