package import DaybookJSON
package import DaybookProtobuf

/// The service `event_store.client.projections.Projections`.
package enum Projections {
    package static let service = "event_store.client.projections.Projections"
    package static let create = "/" + service + "/Create"
    package static let update = "/" + service + "/Update"
    package static let delete = "/" + service + "/Delete"
    package static let statistics = "/" + service + "/Statistics"
    package static let disable = "/" + service + "/Disable"
    package static let enable = "/" + service + "/Enable"
    package static let reset = "/" + service + "/Reset"
    package static let state = "/" + service + "/State"
    package static let result = "/" + service + "/Result"
    package static let restartSubsystem = "/" + service + "/RestartSubsystem"

    /// A request that names a projection: all but `Create` and `Statistics`.
    ///
    /// ```
    /// 1  message  options: 1 string name, and by method
    ///             Disable, Reset  2 bool whether a checkpoint is written
    ///             State, Result   2 string partition
    ///             Update          2 string query, 3 bool whether it emits | 4 empty as it was
    ///             Delete          2 bool emitted streams, 3 bool state stream, 4 bool checkpoint stream too
    /// ```
    /// What is only of one method is left out: the system's projections have nothing to change.
    package struct NamedRequest: ProtobufDecodable, Hashable, Sendable {
        package var name = ""

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field == 1 { name = try reader.nestedText(inField: 1) }
        }
    }

    /// ```
    /// 1  message  options: 1 string name | 2 empty all | 3 empty transient | 4 empty continuous | 5 empty one time
    /// ```
    package struct StatisticsRequest: ProtobufDecodable, Hashable, Sendable {
        package enum Mode: Hashable, Sendable {
            case name(String)
            case all, transient, continuous, oneTime
        }

        package var mode: Mode?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field != 1 { return }
            var options = try reader.message()
            while let field = try options.next() {
                switch field {
                case 1: mode = .name(try options.string())
                case 2:
                    try options.empty()
                    mode = .all
                case 3:
                    try options.empty()
                    mode = .transient
                case 4:
                    try options.empty()
                    mode = .continuous
                case 5:
                    try options.empty()
                    mode = .oneTime
                default: break
                }
            }
        }
    }

    /// The answer to a `State` and a `Result`.
    ///
    /// ```
    /// 1  message  the value
    /// ```
    package struct ValueResponse: ProtobufEncodable, Hashable, Sendable {
        package var value: JSONValue

        package init(_ value: JSONValue) { self.value = value }

        package func encode(into writer: inout ProtobufWriter) { writer.dynamicValue(1, value) }
    }
}
