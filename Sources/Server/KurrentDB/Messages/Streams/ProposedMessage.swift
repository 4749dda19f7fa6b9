package import Daybook
internal import DaybookBytes
package import DaybookProtobuf

extension Streams {
    /// An event to be appended: where its fields lie among the bytes of the request, which are there as long as it is
    /// received. An event is copied once, into its record.
    ///
    /// ```
    /// 1  message      id
    /// 2  map of text  type, content-type
    /// 3  bytes        metadata
    /// 4  bytes        data
    /// ```
    package struct ProposedMessage: ProtobufDecodable, Hashable, Sendable {
        package private(set) var id: EventID?
        /// What happened; nil where the client did not say, which it must.
        package private(set) var type: Range<Int>?
        /// `application/json` or `application/octet-stream`; nil where the client did not say, which it must.
        package private(set) var contentType: Range<Int>?
        package private(set) var metadata = 0..<0
        package private(set) var data = 0..<0

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: id = try reader.uuid()?.id
            case 2: try decodeProperty(from: &reader)
            case 3: metadata = try reader.place()
            case 4: data = try reader.place()
            default: break
            }
        }

        /// An entry of the map: key and value in either order, both empty where they were left out.
        private mutating func decodeProperty(
            from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            var entry = try reader.message()
            var key = RawSpan()
            var value = 0..<0
            while let field = try entry.next() {
                switch field {
                case 1: key = try entry.span()
                case 2: value = try entry.place()
                default: break
                }
            }
            if key.isText("type") {
                type = value
            } else if key.isText("content-type") {
                contentType = value
            } else {
                return
            }
            try entry.checkText(at: value)
        }
    }
}
