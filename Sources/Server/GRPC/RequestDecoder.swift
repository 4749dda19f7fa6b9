internal import DaybookBytes
package import DaybookProtobuf

/// The decoder of a request, by the path of its method: what a stranger's bytes go through first. For tests that give it
/// any bytes.
package struct RequestDecoder: Sendable {
    package let path: String
    /// Whether the bytes are a message of this method.
    package let accepts: @Sendable (RawSpan) -> Bool

    package init(_ path: String, accepts: @escaping @Sendable (RawSpan) -> Bool) {
        self.path = path
        self.accepts = accepts
    }

    package init<Request: ProtobufDecodable>(_ path: String, _ type: Request.Type) {
        self.init(path) { bytes in (try? Request.decoded(from: bytes)) != nil }
    }
}
