import Daybook
import DaybookHTTP
import DaybookPlatform
import DaybookStore
import Foundation
import Synchronization
import Testing

@testable import DaybookServer

/// Whom a server tells before it takes nothing new, and what it ends before. Over a real socket and a real store.
@Suite(.serialized, .timeLimit(.minutes(15))) struct `A server that is to end` {
    private let place: String
    private let held = HeldCalls()
    private let sink = HeldSink()

    init() {
        place =
            FileManager.default.temporaryDirectory
            .appending(path: "daybook-end-\(UUID().uuidString)").path
    }

    private func start(_ flags: [String: String]) async throws -> (Server, Log) {
        let flags = ["port": "0", "store": place, "loops": "2"].merging(flags) { $1 }
        let log = try Log.start(level: .info, format: .json, to: sink)
        var setup = ServerSetup(
            try Configuration.resolve(flags: flags), version: "0.1.0", log: log)
        setup.calls = { [held] surroundings in
            held.surroundings.withLock { $0 = surroundings }
            return ServedCalls(held, paths: ["/a.B/C"])
        }
        return (try await Server.start(setup), log)
    }

    private func client(_ server: Server) async throws -> RawClient {
        let port = server.port
        return try await apart { try RawClient(port: port) }
    }

    @Test func `It is not ready and serves on for the delay`() async throws {
        let (server, log) = try await start(["drain-delay": "10min", "drain-timeout": "60s"])
        _ = try await server.open()
        let probe = try await client(server)
        let draining = Task { try await server.drain() }
        var status = 200
        while status == 200 {
            status = try await apart { try probe.get("/health/ready") }.status
        }
        #expect(status == 503)
        // Whoever was not told yet comes as before, and those who were are not cut off.
        let late = try await client(server)
        let answer = try await apart { [held] in
            late.send(
                "POST /a.B/C HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/grpc\r\n"
                    + "content-length: 0\r\n\r\n")
            held.waitForCall()
            held.answer("done")
            return try late.answer()
        }
        #expect(answer.status == 200 && answer.body == "done")
        let live = try await apart { try probe.get("/health/live") }
        #expect(live.status == 200)
        // Else it would wait for ten minutes.
        draining.cancel()
        try await draining.value
        let isClosed = try await apart { probe.isClosed() }
        #expect(isClosed)
        log.close()
        try FileManager.default.removeItem(atPath: place)
    }

    @Test func `A server that never was ready does not wait`() async throws {
        let (server, log) = try await start(["drain-delay": "10min"])
        try await server.drain()
        log.close()
    }

    @Test func `A compaction ends before the delay and the calls under way do`() async throws {
        let (server, log) = try await start([
            "drain-delay": "10min", "compaction-bytes-per-second": "1M",
        ])
        _ = try await server.open()
        let surroundings = try #require(held.surroundings.withLock { $0 })
        let store = surroundings.store
        // A full segment that takes half a minute to be read.
        let data = [UInt8](repeating: 7, count: 12 << 20)
        try await store.append([Event(type: "t", data: Array(data.prefix(1000)))], to: "a")
        for _ in 0..<2 { try await store.append([Event(type: "t", data: data)], to: "b") }
        _ = try await store.delete("a", .soft, expecting: .any)
        _ = try await store.compact(bytesPerSecond: nil, takesAll: true)
        _ = try await store.delete("b", .soft, expecting: .any)
        let control = try #require(surroundings.control as? ServerControl)
        #expect(control.startCompaction().isNew)
        let draining = Task { try await server.drain() }
        await control.maintenance.settled()
        #expect(server.readiness.stage == .draining)
        draining.cancel()
        try await draining.value
        log.close()
        #expect(sink.lines.contains { $0.contains(#""message":"compaction stopped""#) })
        try FileManager.default.removeItem(atPath: place)
    }

    @Test func `A connection that is ended for a flood is told to the log, with its peer`()
        async throws
    {
        let (server, log) = try await start([:])
        let client = try await client(server)
        try await apart { [sink] in
            // Settings, then pings: their bytes are all zero but for the length and the type.
            let zeros = String(repeating: "\0", count: 13)
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\0\0\0\u{4}\0\0\0\0\0")
            client.send(String(repeating: "\0\0\u{8}\u{6}" + zeros, count: 20_000))
            sink.waitForWrite(1)
        }
        try await server.drain()
        log.close()
        #expect(sink.lines.count == 1)
        let line = try #require(sink.lines.first)
        #expect(line.contains(#""level":"warning""#) && line.contains(#""peer":"127.0.0.1:"#))
        #expect(line.contains("too many pings and settings whose answers are not read"))
        let page = try StrictPage(server.metrics.registry.page())
        #expect(page.value("daybook_connections_ended_total", ["cause": "too-much"]) == 1)
    }
}
