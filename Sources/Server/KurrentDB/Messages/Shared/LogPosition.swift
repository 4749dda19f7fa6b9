package import Daybook
package import DaybookProtobuf

/// A place in the journal as the protocol writes it: two numbers, which are the same here.
///
/// ```
/// 1  uint64  commit
/// 2  uint64  prepare
/// ```
package struct LogPosition: ProtobufDecodable, ProtobufEncodable, Hashable, Sendable {
    package var commit: UInt64 = 0
    package var prepare: UInt64 = 0

    package init() {}

    package init(_ position: Position) {
        commit = position
        prepare = position
    }

    package mutating func decode(
        field: Int, from reader: inout ProtobufReader
    ) throws(ProtobufError) {
        switch field {
        case 1: commit = try reader.uint64()
        case 2: prepare = try reader.uint64()
        default: break
        }
    }

    package func encode(into writer: inout ProtobufWriter) {
        writer.uint64(1, commit)
        writer.uint64(2, prepare)
    }
}
