package import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
package import DaybookKurrentDB
package import DaybookPlatform
internal import DaybookProtocolService
package import DaybookStore
internal import DaybookWeb

/// What a service is given: the store, and what the server is set to.
package struct ServiceSurroundings: Sendable {
    package var store: EmbeddedStore { desks.first.store }
    /// The journals of the store, where all services meet.
    package let desks: JournalDesks
    package let configuration: Configuration
    package let identity: ServerIdentity
    /// What clients are told to connect to.
    package let advertised: (host: String, port: Int)
    package let metrics: ServerMetrics
    /// To be told of failures of the store.
    package let trouble: TroubleLog
    package let control: any NodeControl
    /// A subscription takes one of these, or is refused.
    package let subscribers: Places
    package let time: any TimeSource
    /// Whether the certificate that clients are shown is for exactly a host.
    package let certifies: @Sendable (String) -> Bool

    init(
        store: EmbeddedStore, configuration: Configuration, identity: ServerIdentity,
        advertised: (host: String, port: Int), metrics: ServerMetrics, trouble: TroubleLog,
        control: any NodeControl, subscribers: Places, time: any TimeSource,
        opened: @escaping @Sendable (EmbeddedStore) -> Void = { _ in },
        certifies: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.configuration = configuration
        self.identity = identity
        self.advertised = advertised
        self.metrics = metrics
        self.trouble = trouble
        self.control = control
        self.subscribers = subscribers
        self.time = time
        self.certifies = certifies
        var around = StoreDesk.Surroundings(
            time: time, places: subscribers, incomingBytesMax: configuration.inFlightBytesMax)
        around.read = { metrics.eventsRead.add($0) }
        around.woke = { metrics.wakes.add($0) }
        around.appended = { metrics.appended(events: $0, nanoseconds: $1) }
        around.note = { trouble.note($0) }
        around.opened = opened
        desks = JournalDesks(store, around)
    }
}

/// The services of the server: the one place where they are listed.
enum Services {
    /// What `/info` tells of them.
    static let features: [String] = ["kurrentdb", "daybook.v1", "http"]

    /// What clients know and there is not: they are told so in words.
    private static let absent = [
        "event_store.client.users.Users": "users",
        "event_store.client.persistent_subscriptions.PersistentSubscriptions":
            "persistent subscriptions",
    ]

    /// What answers calls once the store is open: each service adds its methods here.
    static func router(in surroundings: ServiceSurroundings) -> GRPCRouter {
        let limits = GRPCLimits(
            messageBytesMax: surroundings.configuration.messageBytesMax,
            heldBytesMax: surroundings.configuration.inFlightBytesMax,
            progressSeconds: surroundings.configuration.bodyTimeoutSeconds)
        var router = GRPCRouter(limits: limits)
        let desk = surroundings.desks.first
        ReadingService(desk.reading).add(to: &router)
        WritingDesk(desk.appends).add(to: &router)
        ProtocolService(surroundings.desks).add(to: &router)
        OperationsDesk(surroundings.control, places: surroundings.subscribers).add(to: &router)
        ProjectionsDesk(surroundings.store).add(to: &router)
        for (service, what) in absent {
            router.refuse("/" + service, because: "this server has no \(what) yet")
        }
        // Last: it tells which methods there are.
        NodeDesk(
            id: surroundings.store.identity.journal, host: surroundings.advertised.host,
            port: surroundings.advertised.port, version: surroundings.identity.serverVersion,
            time: surroundings.time
        ).add(to: &router)
        return router
    }

    /// What answers the HTTP API once the store is open.
    static func web(in surroundings: ServiceSurroundings) -> WebService {
        let desk = WebDesk(
            surroundings.desks, bodyBytesMax: surroundings.configuration.messageBytesMax,
            bodySeconds: surroundings.configuration.bodyTimeoutSeconds,
            heldBytesMax: surroundings.configuration.inFlightBytesMax)
        return WebService(
            desk, version: surroundings.identity.version,
            origins: CrossOrigin(surroundings.configuration.corsOrigins),
            names: ServedNames(
                surroundings.advertised.host + "," + surroundings.configuration.hostNames,
                certifies: surroundings.certifies))
    }
}

extension Places: SubscriberPlaces {}

/// Calls go here once the store is open.
struct ServedCalls: Sendable {
    let service: any HTTPService
    /// The paths of the methods: each is counted by itself.
    let paths: [String]
    /// What answers the HTTP API; nil: it is not served.
    let web: (any HTTPService)?

    init(_ service: any HTTPService, paths: [String], web: (any HTTPService)? = nil) {
        self.service = service
        self.paths = paths
        self.web = web
    }

    init(_ router: GRPCRouter, web: (any HTTPService)? = nil) {
        self.init(router, paths: router.paths, web: web)
    }
}
