import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookPlatform
import DaybookProtobuf
import DaybookProtocol
import DaybookServerTesting
import DaybookSimulation
import DaybookStore
import Testing

@testable import DaybookServer

/// How the services are joined to the server.
@Suite(.timeLimit(.minutes(15))) struct `The services` {
    private let metrics = ServerMetrics(startedAt: 0, time: StillTime())
    private let sink = HeldSink()

    private func surroundings(_ disk: any Disk) async throws -> (ServiceSurroundings, Log) {
        let log = try Log.start(level: .error, format: .json, to: sink, time: StillTime())
        let configuration = try Configuration.resolve(flags: [:])
        let store = try await EmbeddedStore.open(on: disk)
        let surroundings = ServiceSurroundings(
            store: store, configuration: configuration,
            identity: ServerIdentity(version: "0.1.0", features: []),
            advertised: ("localhost", 2113), metrics: metrics,
            trouble: TroubleLog(log, StillTime()),
            control: ServerControl(
                maintenance: Maintenance(
                    OpenJournals(store), bytesPerSecond: nil, log, StillTime()),
                registry: metrics.registry, threads: try IOThreads(count: 1), asked: {}),
            subscribers: Places(max: 1, shownBy: metrics.subscribers), time: StillTime())
        return (surroundings, log)
    }

    /// Appends an event to a stream.
    private func append(_ router: GRPCRouter) async -> GRPCStatus.Code? {
        let call = HandCall(to: Streams.append, router)
        call.send(all: [
            message { writer in
                writer.message(1) { writer in
                    writer.message(1) { $0.string(3, "a-1") }
                    writer.message(4) { _ in }
                }
            },
            message { writer in
                writer.message(2) { writer in
                    writer.message(1) { $0.string(2, "00000000-0000-0000-0000-000000000001") }
                    for (key, value) in [("type", "t"), ("content-type", "application/json")] {
                        writer.message(2) { writer in
                            writer.string(1, key)
                            writer.string(2, value)
                        }
                    }
                }
            },
        ])
        await call.finish()
        return call.answer.code
    }

    private func message(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        body(&writer)
        return writer.array
    }

    @Test func `Appends are measured`() async throws {
        let (surroundings, log) = try await surroundings(MemoryDisk())
        #expect(await append(Services.router(in: surroundings)) == .ok)
        let page = try StrictPage(metrics.registry.page())
        #expect(page.value("daybook_appends_total") == 1)
        #expect(page.value("daybook_events_appended_total") == 1)
        #expect(page.value("daybook_append_duration_seconds_count") == 1)
        #expect(page.value("daybook_append_events_count") == 1)
        try await surroundings.store.close()
        log.close()
    }

    @Test func `A disk that refuses writes is told to the log`() async throws {
        let disk = SimulatedDisk()
        let (surroundings, log) = try await surroundings(disk)
        disk.plan = .fail(at: 1, with: .EIO, .forEver)
        #expect(await append(Services.router(in: surroundings)) != .ok)
        try? await surroundings.store.close()
        log.close()
        #expect(sink.lines.count >= 1)
        #expect(sink.lines.first?.contains(#""message":"the store failed""#) == true)
    }

    @Test(arguments: [
        ("event_store.client.users.Users/Create", "this server has no users yet"),
        (
            "event_store.client.persistent_subscriptions.PersistentSubscriptions/Read",
            "this server has no persistent subscriptions yet"
        ),
    ])
    func `What clients know and there is not is told in words`(path: String, words: String)
        async throws
    {
        let (surroundings, log) = try await surroundings(MemoryDisk())
        let router = Services.router(in: surroundings)
        let call = HandCall(to: "/" + path, router)
        #expect(call.answer.code == .unimplemented)
        #expect(call.status?["grpc-message"] == words)
        #expect(!router.paths.contains("/" + path))
        try await surroundings.store.close()
        log.close()
    }

    @Test func `The decoder of every request is among those that are given any bytes`() async throws
    {
        let (surroundings, log) = try await surroundings(MemoryDisk())
        let served = Services.router(in: surroundings).paths.sorted()
        let decoders = RequestDecoders.all + V1.requestDecoders
        #expect(decoders.map(\.path).sorted() == served)
        try await surroundings.store.close()
        log.close()
    }

    @Test func `Clients are told the figures of the metrics`() async throws {
        let (surroundings, log) = try await surroundings(MemoryDisk())
        let call = HandCall(
            to: "/event_store.client.monitoring.Monitoring/Stats",
            Services.router(in: surroundings))
        call.send(message: [])
        call.end()
        await call.loop.turn { !call.messages.isEmpty }
        let told = String(decoding: try #require(call.messages.first), as: UTF8.self)
        #expect(told.contains("process_start_time_seconds"))
        #expect(told.contains("daybook_append_duration_seconds_count"))
        #expect(!told.contains("_bucket"))
        call.exchange.fail()
        try await surroundings.store.close()
        log.close()
    }
}
