internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookKurrentDB
package import DaybookPlatform
package import DaybookStore

/// What a service is given: the store, and what the server is set to.
package struct ServiceSurroundings: Sendable {
    package let store: EmbeddedStore
    package let configuration: Configuration
    package let identity: ServerIdentity
    /// What clients are told to connect to.
    package let advertised: (host: String, port: Int)
    package let metrics: ServerMetrics
    /// To be told of failures of the store.
    package let trouble: TroubleLog
    /// A subscription takes one of these, or is refused.
    package let subscribers: Places
    package let time: any TimeSource
}

/// The services of the server: the one place where they are listed.
enum Services {
    /// What `/info` tells of them.
    static let features: [String] = ["kurrentdb"]

    /// What answers requests once the store is open: each service adds its methods here.
    /// - Parameter pages: what answers requests that are no calls.
    static func router(
        in surroundings: ServiceSurroundings, pages: any HTTPService
    ) -> GRPCRouter {
        let limits = GRPCLimits(
            messageBytesMax: surroundings.configuration.messageBytesMax,
            heldBytesMax: surroundings.configuration.inFlightBytesMax)
        var router = GRPCRouter(limits: limits, fallback: pages)
        let (eventsRead, trouble) = (surroundings.metrics.eventsRead, surroundings.trouble)
        ReadingService(
            surroundings.store, time: surroundings.time, places: surroundings.subscribers,
            count: { eventsRead.add($0) }, note: { trouble.note($0) }
        ).add(to: &router)
        WritingDesk(
            surroundings.store, time: surroundings.time,
            incomingBytesMax: surroundings.configuration.inFlightBytesMax
        ).add(to: &router)
        // Last: it tells which methods there are.
        NodeDesk(
            id: surroundings.store.identity.journal, host: surroundings.advertised.host,
            port: surroundings.advertised.port, version: surroundings.identity.serverVersion,
            time: surroundings.time
        ).add(to: &router)
        return router
    }
}

extension Places: SubscriberPlaces {}

/// Requests go here once the store is open.
struct ServedCalls: Sendable {
    let service: any HTTPService
    /// The paths of the methods: each is counted by itself.
    let paths: [String]

    init(_ service: any HTTPService, paths: [String]) {
        self.service = service
        self.paths = paths
    }

    init(_ router: GRPCRouter) { self.init(router, paths: router.paths) }
}
