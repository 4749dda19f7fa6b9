package import DaybookProtobuf

/// A message with the name of its type (`google.protobuf.Any`).
///
/// ```
/// 1  string  type.googleapis.com/ and the full name
/// 2  bytes   the message
/// ```
package struct AnyMessage: ProtobufEncodable, Hashable, Sendable {
    /// The full name of the type.
    package var type: String
    package var bytes: [UInt8]

    package init(_ type: String, _ body: (inout ProtobufWriter) -> Void = { _ in }) {
        var writer = ProtobufWriter()
        body(&writer)
        self.type = type
        bytes = writer.array
    }

    package func encode(into writer: inout ProtobufWriter) {
        writer.string(1, "type.googleapis.com/" + type)
        writer.array(2, bytes)
    }
}

/// How a call ended, with details (`google.rpc.Status`): the field `grpc-status-details-bin` holds one.
///
/// ```
/// 1  int32             the code
/// 2  string            the message
/// 3  repeated message  details
/// ```
package struct RPCStatus: ProtobufEncodable, Hashable, Sendable {
    package var code: Int
    package var message: String
    package var details: [AnyMessage]

    package init(code: Int, message: String, details: [AnyMessage]) {
        self.code = code
        self.message = message
        self.details = details
    }

    package func encode(into writer: inout ProtobufWriter) {
        writer.int64(1, Int64(code))
        writer.string(2, message)
        for detail in details { writer.message(3, detail) }
    }
}
