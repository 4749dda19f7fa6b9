package import DaybookProtobuf

extension Streams {
    /// One of the messages of an `Append`: first the options, then the events one by one.
    ///
    /// ```
    /// 1  message  options
    /// 2  message  an event
    /// ```
    package struct AppendRequest: ProtobufDecodable, Sendable {
        package enum Content: Hashable, Sendable {
            case options(StreamOptions)
            case event(ProposedMessage)
        }

        package var content: Content?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: content = .options(try reader.read())
            case 2: content = .event(try reader.read())
            default: break
            }
        }
    }

    /// A stream to be written to, and what is expected of it.
    ///
    /// ```
    /// 1   message  name of the stream
    /// 2…5          what is expected: see ExpectedRevision
    /// ```
    package struct StreamOptions: ProtobufDecodable, Hashable, Sendable {
        package var stream = ""
        package var expected: ExpectedRevision?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field == 1 {
                stream = try reader.streamName()
            } else if let expected = try ExpectedRevision.decoded(field: field, from: &reader) {
                self.expected = expected
            }
        }
    }

    /// A `Delete` or a `Tombstone`.
    ///
    /// ```
    /// 1  message  options
    /// ```
    package struct DeleteRequest: ProtobufDecodable, Hashable, Sendable {
        package var options: StreamOptions?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field == 1 { try reader.merge(into: &options) }
        }
    }
}
