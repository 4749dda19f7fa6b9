internal import DaybookGRPC
internal import DaybookHTTP
internal import Synchronization

/// Where requests come in: counts them, and hands each to the pages or, once there is a store, to its services.
final class FrontDoor: HTTPService {
    /// Carries the services; set once.
    private final class Opened: Sendable {
        let services: any HTTPService
        init(_ services: any HTTPService) { self.services = services }
    }

    private let pages: any HTTPService
    private let metrics: RequestMetrics
    private let opened = AtomicLazyReference<Opened>()

    init(pages: any HTTPService, metrics: RequestMetrics) {
        self.pages = pages
        self.metrics = metrics
    }

    /// Hands calls to services from now on. Once.
    func open(_ services: any HTTPService) { _ = opened.storeIfNil(Opened(services)) }

    func begin(_ exchange: Exchange) {
        metrics.began(exchange)
        if !exchange.head.isGRPC {
            pages.begin(exchange)
        } else if let opened = opened.load() {
            opened.services.begin(exchange)
        } else {
            // In these words KurrentDB's clients know that they may try again.
            exchange.refuse(.unavailable, "Server Is Not Ready")
        }
    }
}

extension Exchange {
    /// Answers a call by gRPC with a status alone.
    func refuse(_ code: GRPCStatus.Code, _ message: String) {
        respond(
            ResponseHead(
                status: 200,
                fields: [
                    "content-type": "application/grpc", "grpc-status": String(code.rawValue),
                    "grpc-message": message,
                ]))
        finish()
    }
}
