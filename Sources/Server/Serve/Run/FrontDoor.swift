internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookKurrentDB
internal import DaybookPlatform
internal import DaybookWeb

/// Where requests come in: counts them, and hands each to the pages or, once there is a store, to its services
/// or its API.
final class FrontDoor: HTTPService {
    /// Set once, and looked at without a lock by every request.
    private final class Opened: Sendable {
        let service: any HTTPService
        let web: (any HTTPService)?
        init(_ calls: ServedCalls) {
            service = calls.service
            web = calls.web
        }
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
        _ = opened.set(Opened(calls))
    }

    func begin(_ exchange: Exchange) {
        metrics.began(exchange)
        if exchange.kind == .other {
            if !WebService.owns(exchange.target) {
                pages.begin(exchange)
            } else if let opened = opened.value {
                (opened.web ?? pages).begin(exchange)
            } else {
                WebService.notReady.send(to: exchange)
            }
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
