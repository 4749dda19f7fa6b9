package import Daybook
package import DaybookProtobuf

extension StreamsV2 {
    /// Where the records of one stream were recorded.
    ///
    /// ```
    /// 1  string  stream
    /// 2  sint64  revision of the last one
    /// 3  sint64  position of the last one, only in an AppendSession and optional
    /// ```
    package struct AppendedStream: ProtobufEncodable, Hashable, Sendable {
        package var stream: String
        package var revision: Revision
        package var position: Position?

        package init(stream: String, revision: Revision, position: Position? = nil) {
            self.stream = stream
            self.revision = revision
            self.position = position
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.string(1, stream)
            writer.sint64(2, Int64(clamping: revision))
            if let position { writer.sint64(3, always: Int64(clamping: position)) }
        }
    }

    /// The answer to an `AppendSession` and to an `AppendRecords`.
    ///
    /// ```
    /// 1  repeated message  where the records of each stream stand
    /// 2  sint64            position of the last record
    /// ```
    package struct AppendResponse: ProtobufEncodable, Hashable, Sendable {
        package var streams: [AppendedStream]
        package var position: Position

        package init(_ streams: [AppendedStream], position: Position) {
            self.streams = streams
            self.position = position
        }

        package func encode(into writer: inout ProtobufWriter) {
            for stream in streams { writer.message(1, stream) }
            writer.sint64(2, Int64(clamping: position))
        }
    }
}
