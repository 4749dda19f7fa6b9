package import DaybookProtobuf

/// The service `event_store.client.operations.Operations`.
package enum Operations {
    package static let service = "event_store.client.operations.Operations"
    package static let startScavenge = "/" + service + "/StartScavenge"
    package static let stopScavenge = "/" + service + "/StopScavenge"
    package static let shutdown = "/" + service + "/Shutdown"
    package static let mergeIndexes = "/" + service + "/MergeIndexes"
    package static let resignNode = "/" + service + "/ResignNode"
    package static let setNodePriority = "/" + service + "/SetNodePriority"
    package static let restartPersistentSubscriptions =
        "/" + service + "/RestartPersistentSubscriptions"

    /// ```
    /// 1  message  options: 1 string id of the scavenge
    /// ```
    package struct StopScavengeRequest: ProtobufDecodable, Hashable, Sendable {
        package var id = ""

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field == 1 { id = try reader.nestedText(inField: 1) }
        }
    }

    /// ```
    /// 1  string  id of the scavenge
    /// 2  enum    0 started, 1 in progress, 2 stopped
    /// ```
    package struct ScavengeResponse:
        ProtobufEncodable, ProtobufDecodable, Hashable, Sendable
    {
        package enum Result: UInt64, Sendable {
            case started, inProgress, stopped
        }

        package var id = ""
        package var result = Result.started

        package init() {}

        package init(id: String, _ result: Result) {
            self.id = id
            self.result = result
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.string(1, id)
            writer.uint64(2, result.rawValue)
        }

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: id = try reader.string()
            case 2: result = Result(rawValue: try reader.uint64()) ?? result
            default: break
            }
        }
    }
}
