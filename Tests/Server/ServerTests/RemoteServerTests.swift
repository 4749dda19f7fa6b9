import Daybook
import DaybookClient
import DaybookGRPC
import DaybookHTTP
import Foundation
import Testing

@testable import DaybookServer

/// What a command says that asks a server, where what is there is none, or does not do it.
@Suite(.timeLimit(.minutes(15))) struct RemoteServerTests {
    /// What something says by itself, whatever it is asked, and what the command makes of it.
    @Test(arguments: [
        (
            "", "daybook://127.0.0.1", StoreError.Code.unavailable,
            "ended before the server said anything"
        ),
        (
            "HTTP/1.1 400 Bad Request\r\n\r\n", "daybook://127.0.0.1",
            .notUnderstood, "it does not speak HTTP/2"
        ),
        (
            "220 mail.example.org\r\n", "daybook://127.0.0.1",
            .notUnderstood, "it does not speak HTTP/2"
        ),
        (
            "HTTP/1.1 400 Bad Request\r\n\r\n", "daybook://127.0.0.1?tls",
            .notUnderstood, "wrong version number"
        ),
        // An alert that refuses the version of TLS.
        (
            "\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{46}", "daybook://127.0.0.1?tls",
            .notUnderstood, "tlsv1 alert protocol version"
        ),
    ])
    func `What does not speak as a server of Daybook is told so`(
        said: String, url: String, code: StoreError.Code, why: String
    ) async throws {
        let server = try StrangeServer(saying: said)
        let parts = url.split(separator: "?")
        let query = parts.count > 1 ? "?tlsCaFile=\(try Self.authorities())" : ""
        let address = try ServerAddress("\(parts[0]):\(server.port)\(query)")
        // It listens from now on, however long others keep the threads of the tests.
        let talk = Task.immediate { try await apart { server.talk() } }
        let error = await #expect(throws: StoreError.self) {
            _ = try await RemoteServer(address).startCompaction()
        }
        try await talk.value
        #expect(error?.code == code)
        #expect(error?.why.contains(why) == true, "\(error?.why ?? "")")
        #expect(error?.place == address.text)
    }

    @Test func `What a server answers is told apart from what no server did`() async throws {
        func asked(_ answer: HTTPFields, status: Int = 200) async throws -> StoreError? {
            var options = HTTPServerOptions()
            options.loops = 1
            let server = try HTTPServer.start(options, Answering(status: status, trailers: answer))
            defer { server.stop() }
            let address = try ServerAddress("daybook://localhost:\(server.port)/")
            return await #expect(throws: StoreError.self) {
                _ = try await RemoteServer(address).startCompaction()
            }
        }
        let early = try await asked(GRPCStatus(.unavailable, "it is not open yet").fields)
        #expect(early?.code == .unavailable && early?.why == "it is not open yet")
        let refused = try await asked(GRPCStatus(.resourceExhausted, "too much").fields)
        #expect(refused?.code == .refused && refused?.what == "The server did not do it")
        #expect(refused?.why == "resourceExhausted: too much")
        let page = try await asked([:], status: 404)
        #expect(page?.code == .notUnderstood)
        #expect(page?.why == "it answered with the status 404 of HTTP")
        let mute = try await asked([:])
        #expect(mute?.why == "its answer says nothing of its end")
    }

    @Test func `At localhost a server is asked that listens by IPv6 alone`() async throws {
        var options = HTTPServerOptions()
        options.loops = 1
        options.address = "::1"
        let status = GRPCStatus(.permissionDenied, "no")
        // A port that nobody is given who asks for any: another server may have the same one of IPv4.
        var started: HTTPServer?
        for _ in 0..<20 where started == nil {
            options.port = .random(in: 20_000..<30_000)
            started = try? HTTPServer.start(
                options, Answering(status: 200, trailers: status.fields))
        }
        let server = try #require(started)
        let address = try ServerAddress("daybook://localhost:\(server.port)")
        let answered = await #expect(throws: StoreError.self) {
            _ = try await RemoteServer(address).startCompaction()
        }
        #expect(answered?.why == "permissionDenied: no")
        server.stop()
        let gone = await #expect(throws: StoreError.self) {
            _ = try await RemoteServer(address).startCompaction()
        }
        #expect(gone?.code == .unavailable && gone?.why == "Connection refused")
    }

    /// A file of certificates to trust; nothing here gets as far as to look into it.
    private static func authorities() throws -> String {
        let path = ServerAddress.systemCertificates
        try #require(FileManager.default.fileExists(atPath: path))
        return path
    }
}

/// Answers everything alike.
private struct Answering: HTTPService {
    let status: Int
    let trailers: HTTPFields

    func begin(_ exchange: Exchange) {
        exchange.respond(ResponseHead(status: status))
        exchange.finish(trailers: trailers)
    }
}

/// Says something to whoever comes, and hangs up.
private final class StrangeServer: Sendable {
    let port: Int
    private let listener: Int32
    private let said: [UInt8]

    init(saying text: String) throws {
        said = Array(text.utf8)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let answer = withUnsafeMutablePointer(to: &place) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                bind(listener, place, length) | listen(listener, 1)
                    | getsockname(listener, place, &length)
            }
        }
        try #require(answer == 0)
        port = Int(UInt16(bigEndian: place.sin_port))
    }

    deinit { close(listener) }

    /// Talks with one client, until that has gone.
    func talk() {
        let client = accept(listener, nil, nil)
        defer { close(client) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        _ = recv(client, &bytes, bytes.count, 0)
        _ = send(client, said, said.count, Int32(MSG_NOSIGNAL))
        shutdown(client, Int32(SHUT_WR))
        while recv(client, &bytes, bytes.count, 0) > 0 {}
    }
}
