package import Daybook
package import DaybookGRPC
package import DaybookPlatform

/// The methods of KurrentDB's protocol that tell of the server itself.
package struct NodeDesk: Sendable {
    private let id: EventID
    private let host: String
    private let port: Int
    private let version: String
    private let time: any TimeSource

    /// - Parameters:
    ///   - id: Of the server among others: that of its journal.
    ///   - host: What clients connect to, with the port.
    ///   - version: Three numbers with points between them.
    package init(
        id: EventID, host: String, port: Int, version: String, time: any TimeSource
    ) {
        self.id = id
        self.host = host
        self.port = port
        self.version = version
        self.time = time
    }

    /// To be called when all other services have added their methods: clients are told which ones there are.
    package func add(to router: inout GRPCRouter) {
        let desk = self
        router.unary(Gossip.read) { (_: EmptyMessage, call) throws(GRPCStatus) in
            call.reply(desk.cluster)
            return nil
        }
        let supported = ServerFeatures.SupportedMethods(
            SupportedMethods.of(router.paths.sorted()), version: version)
        router.unary(ServerFeatures.getSupportedMethods) {
            (_: EmptyMessage, call) throws(GRPCStatus) in
            call.reply(supported)
            return nil
        }
    }

    /// A cluster of one, which leads.
    private var cluster: Gossip.ClusterInfo {
        let now = Timestamp(microseconds: time.wallMicroseconds())
        return Gossip.ClusterInfo([Gossip.Member(id: id, instant: now, host: host, port: port)])
    }
}
