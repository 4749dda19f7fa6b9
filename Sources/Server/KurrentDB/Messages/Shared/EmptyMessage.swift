package import DaybookProtobuf

/// A message without fields, as a request or an answer; unknown fields are left alone.
package struct EmptyMessage: ProtobufDecodable, ProtobufEncodable, Hashable, Sendable {
    package init() {}

    package mutating func decode(
        field: Int, from reader: inout ProtobufReader
    ) throws(ProtobufError) {}

    package func encode(into writer: inout ProtobufWriter) {}
}
