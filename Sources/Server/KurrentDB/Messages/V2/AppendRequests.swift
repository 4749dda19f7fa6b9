internal import Daybook
package import DaybookProtobuf

extension StreamsV2 {
    /// One of the messages of an `AppendSession`: what one stream gets.
    ///
    /// ```
    /// 1  string            stream
    /// 2  repeated message  records
    /// 3  sint64            what is expected, optional: see StreamState
    /// ```
    package struct AppendRequest: ProtobufDecodable, Sendable {
        package var stream = ""
        package var records: [Record] = []
        package var expected: StreamState?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: stream = try reader.string()
            case 2: try reader.append(to: &records)
            case 3: expected = try reader.streamState()
            default: break
            }
        }
    }

    /// An `AppendRecords`: records of several streams in any order, and what must hold for them to be taken.
    ///
    /// ```
    /// 1  repeated message  records
    /// 2  repeated message  checks
    /// ```
    package struct AppendRecordsRequest: ProtobufDecodable, Sendable {
        package var records: [Record] = []
        package var checks: [Check] = []

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: try reader.append(to: &records)
            case 2: try reader.append(to: &checks, atMost: Limits.appendStreamsMax)
            default: break
            }
        }
    }

    /// What must hold, of a stream that need not be written to.
    ///
    /// ```
    /// 1  message  state of a stream: 1 string its name, 2 sint64 what is expected: see StreamState
    /// ```
    package struct Check: ProtobufDecodable, Hashable, Sendable {
        /// Nil for a check of a kind that is not known here.
        package var state: StateCheck?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field == 1 { try reader.merge(into: &state) }
        }
    }

    package struct StateCheck: ProtobufDecodable, Hashable, Sendable {
        package var stream = ""
        /// The default of the field is the revision 0.
        package var expected = StreamState.revision(0)

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: stream = try reader.string()
            case 2: expected = try reader.streamState()
            default: break
            }
        }
    }
}
