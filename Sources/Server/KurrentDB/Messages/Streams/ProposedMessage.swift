package import Daybook
internal import DaybookBytes
package import DaybookProtobuf

extension Streams {
    /// An event to be appended.
    ///
    /// ```
    /// 1  message      id
    /// 2  map of text  type, content-type
    /// 3  bytes        metadata
    /// 4  bytes        data
    /// ```
    package struct ProposedMessage: ProtobufDecodable, Hashable, Sendable {
        package var id: EventID?
        /// What happened; nil where the client did not say, which it must.
        package var type: String?
        /// `application/json` or `application/octet-stream`; nil where the client did not say, which it must.
        package var contentType: String?
        package var metadata: [UInt8] = []
        package var data: [UInt8] = []

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: id = try reader.uuid()?.id
            case 2: try decodeProperty(from: &reader)
            case 3: metadata = try reader.array()
            case 4: data = try reader.array()
            default: break
            }
        }

        /// An entry of the map: key and value in either order, both empty where they were left out.
        private mutating func decodeProperty(
            from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            var entry = try reader.message()
            var key = RawSpan()
            var value = RawSpan()
            while let field = try entry.next() {
                switch field {
                case 1: key = try entry.span()
                case 2: value = try entry.span()
                default: break
                }
            }
            if key.isText("type") {
                type = try entry.string(of: value)
            } else if key.isText("content-type") {
                // The two that there are need no memory of their own.
                contentType =
                    value.isText("application/json")
                    ? Event.json
                    : value.isText("application/octet-stream")
                        ? Event.bytes : try entry.string(of: value)
            }
        }
    }
}

extension RawSpan {
    /// Whether the bytes are those of a text.
    func isText(_ text: StaticString) -> Bool {
        guard byteCount == text.utf8CodeUnitCount else { return false }
        // Safe: a static string lives for ever and has so many bytes.
        let other = unsafe RawSpan(_unsafeStart: text.utf8Start, byteCount: text.utf8CodeUnitCount)
        return isEqual(to: other)
    }
}
