internal import DaybookGRPC
package import DaybookHTTP
package import DaybookPlatform

/// Counts requests as they end: how many, how they ended, how long they took. One that goes on until somebody ends it
/// takes as long as its client likes: that is not measured.
///
/// What stands in the labels is from fixed lists, whatever clients send.
package final class RequestMetrics: ExchangeObserver {
    /// The requests of one kind, counted by how they ended.
    private final class Kind: Sendable {
        let seconds: Histogram
        /// By the place of the status in the list of those that are told apart.
        let ended: [Counter]

        init(_ registry: MetricRegistry, _ way: String, _ method: String, _ statuses: [String]) {
            seconds = registry.histogram(
                "daybook_request_duration_seconds",
                "How long requests took, by method; subscriptions and others without an end are not in it.",
                .seconds,
                ["protocol": way, "method": method], hidesZero: true)
            ended = statuses.map { status in
                registry.counter(
                    "daybook_requests_total", "Requests that ended, by method and status.",
                    ["protocol": way, "method": method, "status": status], hidesZero: true)
            }
        }
    }

    static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "other"]
    /// What this server answers with; further ones are told by their first digit.
    static let statuses = [
        "200", "201", "204", "304", "400", "401", "403", "404", "405", "406", "408", "409", "410",
        "411", "412", "413", "414", "415", "417", "429", "431", "500", "501", "503", "505", "507",
        "1xx", "2xx", "3xx", "4xx", "5xx", "broken off",
    ]
    /// By their numbers, in words as gRPC's own libraries write them.
    static let grpcStatuses = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
        "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED", "broken off",
    ]

    private let underWay: Gauge
    private let byMethod: [String: Kind]
    private let otherMethod: Kind
    private let byCall = SetOnce<Calls>()
    private let otherCall: Kind
    private let registry: MetricRegistry
    private let time: any TimeSource

    /// The calls that are told apart, by the places of their methods.
    private final class Calls: Sendable {
        let kinds: [Kind]
        init(_ kinds: [Kind]) { self.kinds = kinds }
    }

    package init(_ registry: MetricRegistry, time: any TimeSource) {
        self.registry = registry
        self.time = time
        underWay = registry.gauge("daybook_requests_under_way", "Requests that did not end yet.")
        var byMethod: [String: Kind] = [:]
        for method in Self.methods {
            byMethod[method] = Kind(registry, "http", method, Self.statuses)
        }
        // `other` is in the list.
        otherMethod = byMethod["other"]!
        self.byMethod = byMethod
        otherCall = Kind(registry, "grpc", "other", Self.grpcStatuses)
    }

    /// Counts the calls of these methods each by itself. Once.
    /// - Parameter paths: of the gRPC methods that are served, in the order of their places.
    package func tellApart(_ paths: [String]) {
        let kinds = paths.map {
            Kind(registry, "grpc", String($0.dropFirst()), Self.grpcStatuses)
        }
        _ = byCall.set(Calls(kinds))
    }

    /// Counts a request that begins, and will count how it ends.
    package func began(_ exchange: Exchange) {
        underWay.add(1)
        if exchange.fields.grpcFormat != nil { exchange.kind = .call(nil) }
        exchange.beganAt = time.bootNanoseconds()
        exchange.observer = self
    }

    package func ended(_ exchange: Exchange, _ end: Exchange.End) {
        underWay.add(-1)
        let kind: Kind
        let status: Int
        switch exchange.kind {
        case .call(let place):
            kind = place.flatMap { byCall.value?.kinds[$0] } ?? otherCall
            status = Self.grpcStatus(exchange.response, end)
        case .other:
            kind = byMethod[exchange.method] ?? otherMethod
            let isWhole = if case .finished = end { true } else { false }
            status = Self.status(isWhole ? exchange.response?.status : nil)
        }
        kind.ended[status].add()
        if exchange.isEndless { return }
        kind.seconds.record(time.bootNanoseconds() - exchange.beganAt)
    }

    private static let places = Dictionary(
        uniqueKeysWithValues: statuses.enumerated().compactMap { place, text in
            Int(text).map { ($0, place) }
        })

    /// The place of a status in the list; nil: there was none, or no end of the answer.
    static func status(_ status: Int?) -> Int {
        guard let status else { return statuses.count - 1 }
        return places[status] ?? statuses.count - 7 + min(max(status / 100, 1), 5)
    }

    private static func grpcStatus(_ response: ResponseHead?, _ end: Exchange.End) -> Int {
        let trailers: HTTPFields
        switch end {
        case .finished(let fields): trailers = fields
        case .cancelled: return GRPCStatus.Code.cancelled.rawValue
        case .brokenOff: return grpcStatuses.count - 1
        }
        // An answer without a message has its status where others have their head. An answer that is none of gRPC has
        // none: clients take it for UNKNOWN.
        let text = trailers["grpc-status"] ?? response?.fields["grpc-status"]
        let code = text.flatMap(Int.init).flatMap(GRPCStatus.Code.init) ?? .unknown
        return code.rawValue
    }
}
