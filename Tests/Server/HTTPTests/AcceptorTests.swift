import Testing

@testable import DaybookHTTP

@Suite(.timeLimit(.minutes(15))) struct AcceptorTests {
    /// Answers with the loop on which it was asked.
    private struct LoopService: HTTPService {
        func begin(_ exchange: Exchange) {
            exchange.respond(ResponseHead(status: 200))
            let loop = exchange.loop.isCurrent ? "\(ObjectIdentifier(exchange.loop))" : "none"
            exchange.write(Array("<\(loop)>".utf8))
            exchange.finish()
        }
    }

    @Test("Connections go to the loops in turn", arguments: 1...3)
    func turns(loops: Int) throws {
        var options = HTTPServerOptions()
        options.loops = loops
        let server = try HTTPServer.start(options, LoopService())
        defer { server.stop() }
        let clients = (0..<2 * loops).map { _ in
            // Answered before the next one comes, so that they are accepted in this order.
            let client = RawClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            var text = ""
            while !text.contains(">"), let bytes = client.receive(), !bytes.isEmpty {
                text += String(decoding: bytes, as: UTF8.self)
            }
            return (client, text.drop { $0 != "<" }.prefix { $0 != ">" })
        }
        let found = clients.map(\.1)
        #expect(Set(found.prefix(loops)).count == loops && !found.contains(""))
        #expect(found.prefix(loops) == found.suffix(loops))
    }
}
