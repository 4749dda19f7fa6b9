package import Daybook
package import DaybookProtobuf

/// The service `event_store.client.gossip.Gossip`: who is in the cluster.
package enum Gossip {
    package static let read = "/event_store.client.gossip.Gossip/Read"

    /// ```
    /// 1  repeated message  members
    /// ```
    package struct ClusterInfo: ProtobufEncodable, Hashable, Sendable {
        package var members: [Member]

        package init(_ members: [Member]) { self.members = members }

        package func encode(into writer: inout ProtobufWriter) {
            for member in members { writer.message(1, member) }
        }
    }

    /// ```
    /// 1  message  id
    /// 2  int64    when this was true: units of 100 ns since 1970
    /// 3  enum     state
    /// 4  bool     whether it is alive
    /// 5  message  where clients reach it: 1 string host, 2 uint32 port
    /// ```
    package struct Member: ProtobufEncodable, Hashable, Sendable {
        package enum State: UInt64, Sendable {
            case initializing, discoverLeader, unknown, preReplica, catchingUp, clone, follower
            case preLeader, leader, manager, shuttingDown, shutdown, readOnlyLeaderless
            case preReadOnlyReplica, readOnlyReplica, resigningLeader
        }

        package var id: EventID
        package var instant: Timestamp
        package var state: State
        package var isAlive: Bool
        package var host: String
        package var port: Int

        package init(
            id: EventID, instant: Timestamp, state: State = .leader, isAlive: Bool = true,
            host: String, port: Int
        ) {
            self.id = id
            self.instant = instant
            self.state = state
            self.isAlive = isAlive
            self.host = host
            self.port = port
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.uuid(1, id, .structured)
            writer.int64(2, instant.microseconds &* 10)
            writer.uint64(3, state.rawValue)
            writer.bool(4, isAlive)
            writer.message(5) { writer in
                writer.string(1, host)
                writer.uint64(2, UInt64(port))
            }
        }
    }
}
