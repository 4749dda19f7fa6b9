internal import DaybookGRPC
internal import DaybookHTTP
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
    package let log: Log
    /// To be told of failures of the store.
    package let trouble: TroubleLog
    /// A subscription takes one of these, or is refused.
    package let subscribers: Places
    package let time: any TimeSource
}

/// The services of the server: the one place where they are listed.
enum Services {
    /// The paths of the gRPC methods that are served: each is counted by itself.
    static let calls: [String] = []

    /// What `/info` tells of them.
    static let features: [String] = []

    /// What answers calls by gRPC, once the store is open.
    static func calls(in surroundings: ServiceSurroundings) -> any HTTPService {
        Unimplemented()
    }
}

/// Answers each call: there is no such method.
private struct Unimplemented: HTTPService {
    func begin(_ exchange: Exchange) {
        exchange.refuse(.unimplemented, "there is no method \(exchange.head.path)")
    }
}
