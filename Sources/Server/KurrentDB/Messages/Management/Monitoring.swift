package import DaybookProtobuf

/// The service `event_store.client.monitoring.Monitoring`: figures of the server, again and again.
package enum Monitoring {
    package static let stats = "/event_store.client.monitoring.Monitoring/Stats"

    /// ```
    /// 1  bool    whether figures come with what they are: passed over
    /// 4  uint64  milliseconds between two answers
    /// ```
    package struct StatsRequest: ProtobufDecodable, Hashable, Sendable {
        package var milliseconds: UInt64 = 0

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field == 4 { milliseconds = try reader.uint64() }
        }
    }

    /// ```
    /// 1  map of text  figures by name
    /// ```
    package struct StatsResponse: ProtobufEncodable, Hashable, Sendable {
        package struct Figure: Hashable, Sendable {
            package var name: String
            package var value: String

            package init(_ name: String, _ value: String) {
                self.name = name
                self.value = value
            }
        }

        package var figures: [Figure]

        package init(_ figures: [Figure]) { self.figures = figures }

        package func encode(into writer: inout ProtobufWriter) {
            for figure in figures {
                writer.message(1) { writer in
                    writer.string(1, figure.name)
                    writer.string(2, always: figure.value)
                }
            }
        }
    }
}
