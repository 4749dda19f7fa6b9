import DaybookBytes
import DaybookPlatform
import DaybookServerTesting
import Testing

@testable import DaybookHTTP

/// Heads that are too long, on connections that go on.
@Suite struct HeadGuardTests {
    private typealias Flood = HTTP2FloodTests

    /// A text as HPACK has it, not in Huffman's code.
    private func text(_ count: Int, _ character: Character = "v") -> [UInt8] {
        var bytes: [UInt8] = [UInt8(min(count, 127))]
        if count >= 127 {
            var rest = count - 127
            while rest >= 128 {
                bytes.append(UInt8(rest & 127 | 128))
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }
        return bytes + [UInt8](repeating: character.asciiValue!, count: count)
    }

    /// A field that goes into the table, unless it is too large.
    private func field(_ name: String, _ value: [UInt8]) -> [UInt8] {
        [0x40, UInt8(name.utf8.count)] + Array(name.utf8) + value
    }

    /// A head in frames of so many bytes.
    private func head(_ stream: UInt32, _ block: [UInt8], frameBytes: Int = 16_384) -> [UInt8] {
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: block.count, by: frameBytes) {
            let end = min(start + frameBytes, block.count)
            let flags: UInt8 = (end == block.count ? 4 : 0) | (start == 0 ? 1 : 0)
            bytes += Flood.frame(
                start == 0 ? 1 : 9, start == 0 ? flags : flags & 4, stream,
                Array(block[start..<end]))
        }
        return bytes
    }

    private func server(
        _ service: any HTTPService, heads: HeldHeads = HeldHeads()
    ) -> ServerConversation {
        let server = ServerConversation(
            service, loop: HandLoop(), limits: HTTPLimits(), times: HTTPTimes(), heads: heads,
            outlet: MemoryOutlet(), at: 0)
        server.receive(Flood.preface)
        _ = server.output()
        return server
    }

    @Test(
        "A field of any length is the end of its call alone, and what follows is read as it was meant",
        arguments: [60_000, 65_530, 65_536, 65_537, 100_000, 250_000], [1, 1_000, 1 << 20])
    func longField(_ count: Int, _ cut: Int) throws {
        let service = OpenService()
        let server = server(service)
        defer { server.fail() }
        let before = head(1, Flood.head + field("a", text(10)))
        let long = head(3, Flood.head + field("long", text(count)) + field("b", text(5, "b")))
        // By its place in the table, behind the authority: of those before, nothing is left there.
        let after = head(5, Flood.head + [0xBF])
        let bytes = before + long + after
        for start in stride(from: 0, to: bytes.count, by: cut) {
            server.receive(Array(bytes[start..<min(start + cut, bytes.count)]))
        }
        _ = server.output()
        #expect(!server.isOver)
        let small = count + 4 + 50 < HTTPLimits().headBytesMax
        #expect(service.visitors.count == (small ? 3 : 2))
        let first = try #require(service.visitors.first).exchange.head
        #expect(first.fields["a"] == "vvvvvvvvvv")
        let last = try #require(service.visitors.last).exchange.head
        #expect(last.fields["b"] == "bbbbb" && last.fields["a"] == nil)
    }

    @Test(
        "A name of any length is, too, and one that does not go into the table leaves it as it was")
    func longName() throws {
        let service = OpenService()
        let server = server(service)
        defer { server.fail() }
        server.receive(head(1, Flood.head + field("a", text(10))))
        server.receive(head(3, Flood.head + [0x00] + text(100_000, "n") + text(3)))
        // Behind three authorities.
        server.receive(head(5, Flood.head + [0xC0]))
        #expect(
            service.visitors.map { $0.exchange.head.fields["a"] } == ["vvvvvvvvvv", "vvvvvvvvvv"])
        #expect(!server.isOver)
    }

    @Test("The service says what its client is told, by what came of the head")
    func answer() throws {
        struct Naming: HTTPService {
            func begin(_ exchange: Exchange) {
                exchange.respond(ResponseHead(status: 200))
                exchange.finish()
            }
            func answer(toTooManyFieldsOf head: RequestHead) -> ResponseHead {
                ResponseHead(status: 431, fields: ["of": head.fields["a"] ?? "nobody"])
            }
        }
        var limits = HTTPLimits()
        limits.headFieldsMax = 10
        let pair = HTTP2Pair(Naming(), limits: limits)
        var fields: HTTPFields = ["a": "Ada"]
        for number in 0..<20 { fields.add("x\(number)", "y") }
        let caller = pair.client.ask("/", "body", fields)
        pair.run()
        #expect(caller.head?.status == 431 && caller.head?.fields["of"] == "Ada")
        let next = pair.client.ask("/")
        pair.run()
        #expect(next.head?.status == 200)
    }

    @Test("A head beyond all bounds ends the connection, and says that it was too much")
    func endless() throws {
        let server = server(EchoService())
        defer { server.fail() }
        server.receive(head(1, Flood.head + field("long", text(300_000))))
        let told = server.output()
        // GOAWAY with ENHANCE_YOUR_CALM.
        #expect(told.count >= 17 && told[3] == 7 && told[16] == 11)
        #expect(server.isDoneSending)
        #expect(server.complaint?.words == "a head of HTTP/2 has more than 256 KiB")
    }

    @Test(
        "Behind a head that cannot be, nothing more of it is waited for",
        arguments: [
            // A name in capitals, a field of connections, no path.
            Flood.head + [0x00, 1, 0x41, 1, 0x76],
            Flood.head + [0x00, 10] + Array("connection".utf8) + [1, 0x76], [0x82, 0x86],
        ])
    func refusedHead(_ block: [UInt8]) {
        let service = OpenService()
        let server = server(service)
        defer { server.fail() }
        server.receive(head(1, block))
        let told = server.output()
        #expect(told.count == 13 && told[3] == 3, "the call is broken off")
        server.tick(at: 10_001)
        #expect(!server.isOver)
        server.receive(head(3, Flood.head), at: 10_001)
        #expect(service.visitors.count == 1)
    }

    @Test("Nor behind the trailers of a call that is over")
    func lateTrailers() {
        let server = server(EchoService())
        defer { server.fail() }
        server.receive(head(1, Flood.head))
        _ = server.output()
        let trailers = head(1, field("a", text(10)), frameBytes: 8)
        for half in [trailers[..<10], trailers[10...]] { server.receive(Array(half)) }
        _ = server.output()
        server.tick(at: 10_001)
        #expect(!server.isOver)
    }

    @Test("Heads that are not whole have a limit together, and give back what they held")
    func heldHeads() {
        let heads = HeldHeads(bytesMax: 300_000)
        let open = Flood.frame(1, 0, 1, Flood.head)
        let more = Flood.frame(9, 0, 1, [UInt8](repeating: 0, count: 16_384))
        let first = server(EchoService(), heads: heads)
        first.receive(open + (0..<10).flatMap { _ in more })
        let held = heads.bytes
        #expect((160_000..<170_000).contains(held))
        let second = server(EchoService(), heads: heads)
        defer { second.fail() }
        second.receive(open)
        for _ in 0..<7 { second.receive(more) }
        #expect(!second.isOver && second.complaint == nil)
        second.receive(more + more)
        let told = second.output()
        // GOAWAY with ENHANCE_YOUR_CALM.
        #expect(told.count >= 17 && told[3] == 7 && told[16] == 11)
        #expect(
            second.complaint?.words == "long heads that are not whole take too much memory together"
        )
        #expect(heads.bytes == held, "it is given back at once")
        first.fail()
        #expect(heads.bytes == 0)
        // One that becomes whole gives back what it held, too.
        let third = server(EchoService(), heads: heads)
        defer { third.fail() }
        third.receive(head(1, Flood.head + field("long", text(100_000))))
        #expect(heads.bytes == 0 && !third.isOver)
    }

    @Test("A frame that does not belong into a head ends the connection, as ever")
    func stray() {
        for frame in [
            Flood.frame(9, 4, 5, Flood.head), Flood.frame(0, 0, 1, [1]),
            Flood.frame(9, 4, 1, [UInt8](repeating: 0, count: 16_385)),
        ] {
            let server = server(EchoService())
            server.receive(Flood.frame(1, 0, 1, Flood.head) + frame)
            let told = server.output()
            #expect(told.count >= 17 && told[3] == 7 && told[16] != 0 && told[16] != 11)
            #expect(server.isDoneSending)
            server.fail()
        }
    }

    @Test("Bytes of any kind come out as they went in, but for heads that are too long")
    func passing() {
        let seed = SystemRandomness().next()
        let random = SeededRandomness(seed: seed)
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            for _ in 0..<random.next(below: 10) {
                let body = (0..<random.next(below: 40)).map { _ in
                    UInt8(random.next(below: 256))
                }
                // Also heads that go on, with what belongs to them and what does not.
                bytes += Flood.frame(
                    [0, 1, 1, 3, 9, 9, 9][random.next(below: 7)], UInt8(random.next(below: 64)),
                    UInt32(random.next(below: 3)), body)
            }
            var guarding = HeadGuard(prefaceBytes: 0)
            var given: [UInt8] = []
            var at = 0
            while at < bytes.count {
                let piece = Array(bytes[at..<min(at + 1 + random.next(below: 30), bytes.count)])
                at += piece.count
                var offset = 0
                while let step = guarding.next(in: piece.rawSpan, from: &offset) {
                    switch step {
                    case .give(let range): given += piece[range]
                    case .giveInstead(let held, let shortened):
                        given += held
                        #expect(shortened == nil, "seed \(seed)")
                    case .end: Issue.record("seed \(seed)")
                    }
                }
            }
            // A head that is not whole is held.
            #expect(bytes.starts(with: given), "seed \(seed)")
            #expect(guarding.heldBytes > 0 || bytes.count - given.count < FrameHeader.bytes)
        }
    }
}
