package import Daybook
internal import DaybookHTTP
internal import DaybookJournal
internal import DaybookPlatform
internal import DaybookStore
internal import Synchronization

/// A server of one journal at one port: it answers questions after its health from the start, and serves once the
/// store is open.
package final class Server: Sendable {
    /// Where it listens: the one that was found where any would do.
    package let port: Int
    package let readiness: Readiness
    package let metrics: ServerMetrics
    private let setup: ServerSetup
    private let door: FrontDoor
    /// Nil: without TLS.
    private let credentials: TLSCredentials?
    private let http: HTTPServer
    /// For what blocks: starting, pages that ask the system, ending.
    private let threads: IOThreads
    private let store = Mutex<EmbeddedStore?>(nil)
    private let maintenance = Mutex<Maintenance?>(nil)

    /// Starts to listen; nothing is served yet. Paths in the configuration are from the root of the file system.
    /// - Throws: `configuration`, `addressRefused`, `addressInUse`, `address`, `certificate`, `system`.
    package static func start(_ setup: ServerSetup) async throws(ServerError) -> Server {
        try setup.configuration.check()
        let threads: IOThreads
        do throws(Errno) { threads = try IOThreads(count: 2, name: "daybook-pages") } catch {
            throw .noThreads(error)
        }
        return try await threads.run { () throws(ServerError) in try listen(setup, threads) }
    }

    private static func listen(
        _ setup: ServerSetup, _ threads: IOThreads
    ) throws(ServerError) -> Server {
        let metrics = ServerMetrics(startedAt: setup.startedAt, time: setup.time)
        let readiness = Readiness()
        let served = Served()
        let pages = Pages.routes(
            Pages.Subject(
                readiness: readiness, registry: metrics.registry, identity: setup.identity,
                authority: { served.state.withLock { setup.authority(listeningAt: $0.port) } },
                hasTLS: setup.configuration.tls != nil,
                journal: { served.state.withLock { $0.journal } }))
        let door = FrontDoor(
            pages: RouteTable(pages, threads: threads), metrics: metrics.requests)
        let credentials = try credentials(setup.configuration)
        var options = HTTPServerOptions(
            setup.configuration, credentials: credentials,
            observer: TransportLog(metrics.transport, setup.log, setup.time))
        options.time = setup.time
        let http: HTTPServer
        do { http = try HTTPServer.start(options, door) } catch {
            throw ServerError(listening: error, setup.configuration)
        }
        served.state.withLock { $0.port = http.port }
        return Server(
            setup, metrics, readiness, served, door, credentials, http, threads)
    }

    /// - Returns: nil: without TLS.
    private static func credentials(
        _ configuration: Configuration
    ) throws(ServerError) -> TLSCredentials? {
        guard let (certificate, key) = configuration.tls else { return nil }
        do throws(TLSError) {
            return try TLSCredentials.load(certificateFile: certificate, keyFile: key)
        } catch {
            throw ServerError(error)
        }
    }

    /// What pages tell that is not known when they are made.
    private final class Served: Sendable {
        let state = Mutex<(port: Int, journal: ServedJournal?)>((0, nil))
    }

    private let served: Served

    private init(
        _ setup: ServerSetup, _ metrics: ServerMetrics, _ readiness: Readiness, _ served: Served,
        _ door: FrontDoor, _ credentials: TLSCredentials?, _ http: HTTPServer,
        _ threads: IOThreads
    ) {
        port = http.port
        self.setup = setup
        self.metrics = metrics
        self.readiness = readiness
        self.served = served
        self.door = door
        self.credentials = credentials
        self.http = http
        self.threads = threads
    }

    /// Opens the store, and serves it from then on.
    /// - Returns: what opening found and did, in words.
    /// - Throws: as `EmbeddedStore.open`.
    package func open() async throws(StoreError) -> [String] {
        let configuration = setup.configuration
        var options = JournalOptions()
        options.segmentBytesMax = configuration.segmentBytesMax
        options.inFlightBytesMax = configuration.inFlightBytesMax
        let (readiness, log) = (readiness, setup.log)
        let pace = ProgressPace(setup.time)
        let remaking = IndexWatch(metrics.eventsToIndexAgain, log, setup.time)
        let store = try await EmbeddedStore.open(
            at: configuration.store, .createIfMissing, journal: configuration.journal,
            options: options, compression: setup.compression,
            progress: { done, all in
                readiness.opened(done, of: all)
                if pace.isDue() {
                    log.info("opening the store", ["events": .count(done), "of": .count(all)])
                }
            }, remaking: remaking.hear)
        self.store.withLock { $0 = store }
        let (journal, epoch) = store.identity
        served.state.withLock {
            $0.journal = ServedJournal(name: store.journalName, id: journal, epoch: epoch)
        }
        metrics.watch(store)
        let journals = OpenJournals(store)
        let maintenance = Maintenance(
            journals, bytesPerSecond: configuration.compactionBytesPerSecond, log, setup.time)
        self.maintenance.withLock { $0 = maintenance }
        door.open(setup.calls(surroundings(store, journals, maintenance)))
        readiness.serve { journals.reasonAgainst }
        return store.openingNotes
    }

    private func surroundings(
        _ store: EmbeddedStore, _ journals: OpenJournals, _ maintenance: Maintenance
    ) -> ServiceSurroundings {
        let metrics = metrics
        return ServiceSurroundings(
            store: store, configuration: setup.configuration, identity: setup.identity,
            advertised: setup.advertised(listeningAt: port), metrics: metrics,
            trouble: TroubleLog(setup.log, setup.time),
            control: ServerControl(
                maintenance: maintenance, registry: metrics.registry, threads: threads,
                asked: setup.askedToEnd),
            subscribers: Places(
                max: setup.configuration.subscribersMax, shownBy: metrics.subscribers),
            time: setup.time,
            opened: { store in
                journals.add(store)
                metrics.watch(store)
            },
            certifies: { [credentials] host in credentials?.certifies(host) ?? false })
    }

    /// Reads the certificate and its key again, for connections to come. Waits for the disk.
    /// - Throws: `certificate`; the former one is used on.
    package func reloadCertificate() throws(ServerError) {
        do throws(TLSError) { try credentials?.reload() } catch { throw ServerError(error) }
    }

    /// Says that it is not ready and serves on for the delay of the configuration; then takes nothing new, lets what is
    /// under way end, at most as long as the configuration says, and closes the store: what was acknowledged is durable.
    /// - Throws: what the store says at its closing.
    package func drain() async throws(StoreError) {
        readiness.drain()
        // It has the time of all the rest to end.
        let maintenance = maintenance.withLock { $0 }
        maintenance?.cancel()
        await waitForOthersToKnow()
        let (http, limit) = (http, setup.configuration.drainTimeoutMilliseconds)
        let left = await threads.run { http.drain(milliseconds: limit) }
        if left > 0 {
            setup.log.warning(
                "connections were broken off, as their time was up", ["connections": .count(left)])
        }
        await maintenance?.settled()
        let store = self.store.withLock { store in
            defer { store = nil }
            return store
        }
        try await store?.close()
        // Last, and not on one of them.
        threads.stop()
    }

    /// Whoever sends clients here asks now and then whether it is ready, and closes nothing at once.
    private func waitForOthersToKnow() async {
        let delay = setup.configuration.drainDelayMilliseconds
        // Nobody was sent to a server that never was ready.
        if delay == 0 || !readiness.hasServed { return }
        try? await Task.sleep(for: .milliseconds(delay))
    }
}
