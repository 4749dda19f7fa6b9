internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookKurrentDB
internal import DaybookPlatform

/// Where requests come in: counts them, and hands each to the pages or, once there is a store, to its services.
final class FrontDoor: HTTPService {
    /// Set once, and looked at without a lock by every request.
    private final class Opened: Sendable {
        let service: any HTTPService
        init(_ service: any HTTPService) { self.service = service }
    }

    private let pages: any HTTPService
    private let metrics: RequestMetrics
    private let opened = SetOnce<Opened>()

    init(pages: any HTTPService, metrics: RequestMetrics) {
        self.pages = pages
        self.metrics = metrics
    }

    /// Hands calls to services from now on. Once.
    func open(_ calls: ServedCalls) {
        metrics.tellApart(calls.paths)
        _ = opened.set(Opened(calls.service))
    }

    func begin(_ exchange: Exchange) {
        metrics.began(exchange)
        if exchange.kind == .other {
            pages.begin(exchange)
        } else if let opened = opened.value {
            opened.service.begin(exchange)
        } else {
            exchange.answer(.notReady)
        }
    }

    func answer(toTooManyFieldsOf head: RequestHead) -> ResponseHead {
        head.fields.grpcFormat == nil
            ? pages.answer(toTooManyFieldsOf: head) : .tooManyFieldsOfCall
    }
}
