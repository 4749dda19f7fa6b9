import DaybookBytes
import DaybookPlatform
import DaybookServerTesting
import Foundation
import Testing

@testable import DaybookHTTP

@Suite struct TLSTests {
    let made = TestCertificate.make()

    func server() throws -> TLSContext {
        try TLSContext.server(
            certificates: made.certificate, certificateFile: "cert.pem", key: made.key,
            keyFile: "key.pem")
    }

    func client(_ versions: [HTTPVersion] = [.http2, .http1]) throws -> TLSContext {
        try TLSContext.client(trusting: made.certificate, file: "ca.pem", offering: versions)
    }

    /// A server's connection with an echo behind it.
    func conversation() throws -> TLSConversation {
        let http = ServerConversation(
            EchoService(), loop: HandLoop(), limits: HTTPLimits(), times: HTTPTimes(),
            scheme: "https", outlet: MemoryOutlet(), at: 0)
        let engine = TLSEngine(try server(), host: nil)
        return TLSConversation(engine, http, times: HTTPTimes(), at: 0) { version in
            if let version { http.choose(version) }
        }
    }

    /// Two ends with the wire between them; what each heard.
    final class Wire {
        let client: TLSEngine
        let server: TLSEngine
        var heardByClient: [UInt8] = []
        var heardByServer: [UInt8] = []

        init(_ client: TLSEngine, _ server: TLSEngine) {
            self.client = client
            self.server = server
            client.begin()
        }

        func run(cut: (Int) -> Int = { $0 }) {
            while true {
                let up = sent(client)
                let down = sent(server)
                if up.isEmpty && down.isEmpty { return }
                carry(up, cut) { server.received($0.rawSpan) { heardByServer += $0.copied() } }
                carry(down, cut) { client.received($0.rawSpan) { heardByClient += $0.copied() } }
            }
        }

        private func sent(_ engine: TLSEngine) -> [UInt8] {
            var out = ByteWriter()
            engine.produce(into: &out)
            return out.bytes.copied()
        }

        private func carry(_ bytes: [UInt8], _ cut: (Int) -> Int, _ give: ([UInt8]) -> Void) {
            var at = 0
            while at < bytes.count {
                let count = min(max(cut(bytes.count - at), 1), bytes.count - at)
                give(Array(bytes[at..<at + count]))
                at += count
            }
        }
    }

    @Test("Both ends shake hands, agree on HTTP/2 and hear each other, wherever the bytes are cut")
    func handshake() throws {
        let seed = SystemRandomness().next()
        let random = SeededRandomness(seed: seed)
        for most in [1 << 20, 1_000, 3] {
            let wire = Wire(
                TLSEngine(try client(), host: "localhost"), TLSEngine(try server(), host: nil))
            wire.run { _ in random.next(below: most) + 1 }
            #expect(wire.client.isEstablished && wire.server.isEstablished, "seed \(seed)")
            #expect(wire.client.version == .http2 && wire.server.version == .http2)
            let up = (0..<50_000).map { _ in UInt8(random.next(below: 256)) }
            let down = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
            wire.client.send(up.rawSpan)
            wire.server.send(down.rawSpan)
            wire.run { _ in random.next(below: most) + 1 }
            #expect(wire.heardByServer == up && wire.heardByClient == down, "seed \(seed)")
            wire.server.end()
            wire.run()
            #expect(wire.client.hasPeerEnded && wire.client.failure == nil)
        }
    }

    @Test("The client's offer decides the version, and one that is not spoken ends the handshake")
    func versions() throws {
        func agreed(_ offer: [HTTPVersion]) throws -> Wire {
            let wire = Wire(
                TLSEngine(try client(offer), host: "localhost"),
                TLSEngine(try server(), host: nil))
            wire.run()
            return wire
        }
        #expect(try agreed([.http1]).server.version == .http1)
        #expect(try agreed([.http1, .http2]).server.version == .http2)
        let none = try agreed([])
        #expect(none.server.isEstablished && none.server.version == nil)
    }

    @Test("A client does not talk to somebody else")
    func wrongHost() throws {
        let wire = Wire(
            TLSEngine(try client(), host: "elsewhere"), TLSEngine(try server(), host: nil))
        wire.run()
        #expect(wire.client.failure == "certificate verify failed")
        #expect(wire.client.certificateFault == "hostname mismatch")
        #expect(!wire.server.isEstablished || wire.server.failure != nil)
        let other = TestCertificate.make()
        let stranger = try TLSContext.client(
            trusting: other.certificate, file: "ca.pem", offering: [.http2])
        let second = Wire(
            TLSEngine(stranger, host: "localhost"), TLSEngine(try server(), host: nil))
        second.run()
        #expect(second.client.failure == "certificate verify failed")
    }

    @Test("A client that ends the handshake says why itself: the server has not ended it")
    func alert() throws {
        let other = TestCertificate.make()
        let stranger = try TLSContext.client(
            trusting: other.certificate, file: "ca.pem", offering: [.http2])
        let conversation = try conversation()
        let engine = TLSEngine(stranger, host: "localhost")
        engine.begin()
        for _ in 0..<4 {
            var up = ByteWriter()
            engine.produce(into: &up)
            conversation.receive(up.bytes.copied())
            engine.received(conversation.output().rawSpan) { _ in }
        }
        #expect(conversation.isOver && conversation.complaint == nil)
        #expect(conversation.farewell == "TLS: tlsv1 alert unknown ca")
        #expect(engine.certificateFault == "self-signed certificate")
        let noise = try self.conversation()
        noise.receive(Array("no TLS at all, whatever comes".utf8))
        #expect(noise.complaint?.cause == .unreadable && noise.farewell == nil)
    }

    @Test("A request under TLS is answered, by both versions")
    func request() throws {
        for version in [HTTPVersion.http1, .http2] {
            let conversation = try conversation()
            let engine = TLSEngine(try client([version]), host: "localhost")
            engine.begin()
            let session = HTTP2ClientSession(
                limits: HTTPLimits(), times: HTTPTimes(), outlet: MemoryOutlet(), at: 0)
            let caller = version == .http2 ? session.ask("/x", "body") : nil
            var heard: [UInt8] = []
            var hasAsked = false
            for _ in 0..<20 {
                if engine.isEstablished && version == .http2 {
                    engine.send(session.output().rawSpan)
                }
                if engine.isEstablished && version == .http1 && !hasAsked {
                    hasAsked = true
                    engine.send(Array("GET /x HTTP/1.1\r\nHost: h\r\n\r\n".utf8).rawSpan)
                }
                var up = ByteWriter()
                engine.produce(into: &up)
                conversation.receive(up.bytes.copied())
                engine.received(conversation.output().rawSpan) { plain in
                    heard += plain.copied()
                    if version == .http2 { session.received(plain, at: 0) }
                }
            }
            if let caller {
                #expect(caller.text == "POST /x body")
            } else {
                #expect(String(decoding: heard, as: UTF8.self).hasSuffix("GET /x "))
            }
        }
    }

    @Test("What is no TLS is refused, and a handshake that stands still is ended")
    func noTLS() throws {
        let plain = try conversation()
        plain.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        #expect(plain.isOver)
        let silent = try conversation()
        silent.tick(at: 10_000)
        #expect(!silent.isOver)
        silent.tick(at: 10_001)
        #expect(silent.isOver)
        let random = SeededRandomness(seed: 1)
        for _ in 0..<2_000 {
            let noise = try conversation()
            noise.receive(
                [22, 3, 1, 0, 60]
                    + (0..<random.next(below: 80)).map { _ in UInt8(random.next(below: 256)) })
            _ = noise.output()
            noise.fail()
        }
    }

    @Test("Certificate and key come from files, anew when asked; what is wrong with them is said")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("daybook-tls-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let certificateFile = folder + "/cert.pem"
        let keyFile = folder + "/key.pem"
        func write(_ bytes: [UInt8], _ file: String) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: file))
        }
        func message() -> String {
            do {
                _ = try TLSCredentials.load(certificateFile: certificateFile, keyFile: keyFile)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(
            message()
                == "\(certificateFile): cannot be read: No such file or directory; check its name and its rights"
        )
        try write(Array("hello".utf8), certificateFile)
        try write(made.key, keyFile)
        #expect(
            message()
                == "\(certificateFile): there is no certificate in it that can be read; "
                + "give one in PEM, without a password, beginning with -----BEGIN")
        try write(TestCertificate.make().certificate, certificateFile)
        #expect(
            message()
                == "\(keyFile): the private key is not that of the certificate in \(certificateFile); "
                + "name the two files that were made together")
        try write(made.certificate, certificateFile)
        let credentials = try TLSCredentials.load(
            certificateFile: certificateFile, keyFile: keyFile)

        // Renewed, first by halves: what was read before stays.
        let renewed = TestCertificate.make()
        let before = credentials.current
        try write(renewed.certificate, certificateFile)
        #expect(throws: TLSError.self) { try credentials.reload() }
        #expect(credentials.current === before)
        try write(renewed.key, keyFile)
        try credentials.reload()
        let trusting = try TLSContext.client(
            trusting: renewed.certificate, file: "ca.pem", offering: [.http2])
        let wire = Wire(
            TLSEngine(trusting, host: "localhost"), TLSEngine(credentials.current, host: nil))
        wire.run()
        #expect(wire.client.isEstablished)
    }

    @Test("A certificate is for the hosts that it names, and not for all that a `*` fits")
    func certifiedHosts() throws {
        let made = try TestCertificate.make(host: "*.a.example,DNS:b.example").written()
        defer { try? FileManager.default.removeItem(atPath: made.folder) }
        let credentials = try TLSCredentials.load(
            certificateFile: made.certificateFile, keyFile: made.keyFile)
        #expect(credentials.certifies("b.example"))
        for host in ["x.a.example", "a.example", "x.b.example", "example", ""] {
            #expect(!credentials.certifies(host), "\(host)")
        }
    }
}
