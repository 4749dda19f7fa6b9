import Daybook
import DaybookHTTP
import DaybookJSON
import DaybookPlatform
import DaybookStore
import Foundation
import Synchronization
import Testing

@testable import DaybookServer

/// A server as a whole, over a real socket and a real store.
@Suite(.serialized, .timeLimit(.minutes(15))) struct `A server` {
    private let place: String
    private let held = HeldCalls()

    init() {
        place =
            FileManager.default.temporaryDirectory
            .appending(path: "daybook-server-\(UUID().uuidString)").path
    }

    /// A server that listens, with a store that is not opened yet.
    private func start(_ flags: [String: String] = [:]) async throws -> Server {
        let flags = ["port": "0", "store": place, "loops": "2"].merging(flags) { $1 }
        let configuration = try Configuration.resolve(flags: flags)
        let log = try Log.start(level: .error, format: .json)
        var setup = ServerSetup(configuration, version: "0.1.0", log: log)
        setup.calls = { [held] surroundings in
            held.surroundings.withLock { $0 = surroundings }
            return ServedCalls(held, paths: ["/a.B/C"])
        }
        return try await Server.start(setup)
    }

    private func client(_ server: Server) async throws -> RawClient {
        let port = server.port
        return try await apart { try RawClient(port: port) }
    }

    private func end(_ server: Server) async throws {
        try await server.drain()
        try FileManager.default.removeItem(atPath: place)
    }

    private static let call =
        "POST /a.B/C HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/grpc\r\n"
        + "content-length: 0\r\n\r\n"

    @Test func `It answers after its health from the start, and serves once it is open`()
        async throws
    {
        let server = try await start()
        let client = try await client(server)
        let early = try await apart {
            client.send(Self.call)
            return [
                try client.answer(), try client.get("/health/live"),
                try client.get("/health/ready"),
                try client.get("/info"),
            ]
        }
        #expect(early.map(\.status) == [200, 200, 503, 200])
        #expect(early[0].head.lowercased().contains("grpc-status: 14"))
        #expect(early[2].body.contains("The store is being opened."))
        #expect(try JSONValue(parsing: early[3].body)["journal"] == .null)

        #expect(try await server.open() == [])
        let surroundings = try #require(held.surroundings.withLock { $0 })
        try await surroundings.store.append([Event(type: "t", data: "1")], to: "s-1")
        surroundings.metrics.appended(events: 1, nanoseconds: 200_000)
        let later = try await apart {
            [
                try client.get("/health/ready"), try client.get("/info"),
                try client.get("/metrics"),
                try client.get("/"),
            ]
        }
        #expect(later.map(\.status) == [200, 200, 200, 200])
        #expect(try JSONValue(parsing: later[1].body)["journal"]?["name"]?.asString == "main")
        #expect(later[3].body.contains("127.0.0.1:\(server.port)"))
        let page = try StrictPage(later[2].body)
        #expect(page.value("daybook_journal_head_position", ["journal": "main"]) == 1)
        #expect(page.value("daybook_index_lag_events", ["journal": "main"]) == 1)
        #expect(page.value("daybook_journal_poisoned", ["journal": "main"]) == 0)
        #expect(page.value("daybook_connections") == 1)
        #expect(page.value("daybook_events_appended_total") == 1)
        #expect(try #require(page.value("daybook_received_bytes_total")) > 200)
        #expect(try #require(page.value("daybook_sent_bytes_total")) > 500)
        let notReady = ["protocol": "http", "method": "GET", "status": "503"]
        #expect(page.value("daybook_requests_total", notReady) == 1)
        try await end(server)
    }

    @Test func `What is under way ends whole when the server is to end`() async throws {
        let server = try await start(["drain-timeout": "60s"])
        _ = try await server.open()
        let (busy, idle) = (try await client(server), try await client(server))
        let ready = try await apart { [held] in
            busy.send(Self.call)
            held.waitForCall()
            return try idle.get("/health/ready")
        }
        #expect(ready.status == 200)
        server.readiness.drain()
        let refused = try await apart { try idle.get("/health/ready") }
        #expect(refused.status == 503)
        #expect(refused.body.contains("The server is ending"))

        let draining = Task { try await server.drain() }
        // A connection without a request is closed, and no new one is taken, while the call goes on.
        let isClosed = try await apart { idle.isClosed() }
        #expect(isClosed)
        await #expect(throws: RawClient.Refused.self) { _ = try await client(server) }
        held.answer("done")
        let answer = try await apart { try busy.answer() }
        #expect(answer.status == 200 && answer.body == "done")
        try await draining.value
        let store = try await EmbeddedStore.open(at: place, .existing)
        #expect(store.openingNotes == [], "the store was closed in good order")
        try await store.close()
        try FileManager.default.removeItem(atPath: place)
    }

    @Test func `What does not end in time is broken off`() async throws {
        let server = try await start(["drain-timeout": "0ms"])
        _ = try await server.open()
        let client = try await client(server)
        try await apart { [held] in
            client.send(Self.call)
            held.waitForCall()
        }
        try await server.drain()
        let isClosed = try await apart { client.isClosed() }
        #expect(isClosed)
        held.answer("too late")
        try FileManager.default.removeItem(atPath: place)
    }

    @Test func `A client that asks the server to end is answered, and whoever runs it is told`()
        async throws
    {
        let isAsked = Monitor(false)
        let configuration = try Configuration.resolve(flags: ["port": "0", "store": place])
        let log = try Log.start(level: .error, format: .json)
        let server = try await Server.start(
            ServerSetup(configuration, version: "0.1.0", log: log) {
                isAsked.withLock { $0 = true }
                isAsked.broadcast()
            })
        _ = try await server.open()
        let client = try await client(server)
        let answer = try await apart {
            client.send(
                "POST /event_store.client.operations.Operations/Shutdown HTTP/1.1\r\n"
                    + "host: localhost\r\nte: trailers\r\ncontent-type: application/grpc\r\n"
                    + "content-length: 5\r\n\r\n\0\0\0\0\0")
            let answer = try client.answer()
            isAsked.wait(until: { $0 }, then: { _ in })
            return answer
        }
        #expect(answer.status == 200)
        try await end(server)
    }

    @Test func `One connection too many is closed at once, and counted`() async throws {
        let server = try await start(["connections-max": "1"])
        let first = try await client(server)
        let live = try await apart { try first.get("/health/live") }
        #expect(live.status == 200)
        let second = try await client(server)
        let isClosed = try await apart { second.isClosed() }
        #expect(isClosed)
        let page = try StrictPage(try await apart { try first.get("/metrics") }.body)
        #expect(page.value("daybook_connections_refused_total") == 1)
        #expect(page.value("daybook_connections") == 1)
        try await server.drain()
    }

    @Test func `A certificate that cannot be used is named, and nothing listens`() async throws {
        let missing = place + "-cert.pem"
        let error = await #expect(throws: ServerError.self) {
            try await start(["tls-certificate": missing, "tls-key": place + "-key.pem"])
        }
        #expect(error?.code == .certificate)
        #expect(error?.place == missing)
        #expect(error?.why.contains("No such file") == true)
        #expect(error?.remedy == "Check its name and its rights.")
    }

    @Test func `A port that is taken is told so`() async throws {
        let first = try await start()
        let error = await #expect(throws: ServerError.self) {
            try await start(["port": "\(first.port)"])
        }
        #expect(error?.code == .addressInUse)
        #expect(error?.remedy.contains("--port \(first.port + 1)") == true)
        try await first.drain()
    }
}

/// Holds calls until it is told to answer them.
final class HeldCalls: HTTPService {
    private struct State {
        var calls: [LoopBound<Exchange>] = []
    }

    let surroundings = Mutex<ServiceSurroundings?>(nil)
    private let state = Monitor(State())

    func begin(_ exchange: Exchange) {
        let bound = LoopBound(exchange, on: exchange.loop)
        state.withLock { $0.calls.append(bound) }
        state.broadcast()
    }

    func waitForCall() { state.wait(until: { !$0.calls.isEmpty }, then: { _ in }) }

    func answer(_ text: String) {
        let calls = state.withLock { $0.calls }
        for call in calls {
            call.post { exchange in
                exchange.respond(
                    ResponseHead(
                        status: 200, fields: ["content-length": String(text.utf8.count)]))
                exchange.write(Array(text.utf8))
                exchange.finish()
            }
        }
    }
}
