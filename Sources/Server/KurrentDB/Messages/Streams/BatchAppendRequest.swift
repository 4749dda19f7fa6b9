internal import Daybook
package import DaybookProtobuf

extension Streams {
    /// One of the messages of a `BatchAppend`: a piece of an append, which its correlation tells from the others under
    /// way. The first piece has the options, the last one says so.
    ///
    /// ```
    /// 1  message           correlation
    /// 2  message           options
    /// 3  repeated message  events
    /// 4  bool              whether it is the last
    /// ```
    package struct BatchAppendRequest: ProtobufDecodable, Sendable {
        package var correlation: SentUUID?
        package var options: BatchOptions?
        package var events: [ProposedMessage] = []
        package var isFinal = false

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: correlation = try reader.uuid()
            case 2: try reader.merge(into: &options)
            case 3: try reader.append(to: &events, atMost: Limits.appendEventsMax)
            case 4: isFinal = try reader.bool()
            default: break
            }
        }
    }

    /// A stream to be written to, what is expected of it, and until when.
    ///
    /// ```
    /// 1   message  name of the stream
    /// 2…5          what is expected: see ExpectedRevision
    /// 6   message  until when, for older clients | 7 message for how long
    /// ```
    package struct BatchOptions: ProtobufDecodable, Hashable, Sendable {
        package enum Deadline: Hashable, Sendable {
            case at(SecondsAndNanos)
            case after(SecondsAndNanos)
        }

        package var stream = ""
        package var expected: ExpectedRevision?
        package var deadline: Deadline?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: stream = try reader.streamName()
            case 6: deadline = .at(try reader.read())
            case 7: deadline = .after(try reader.read())
            default:
                if let expected = try ExpectedRevision.decoded(field: field, from: &reader) {
                    self.expected = expected
                }
            }
        }
    }
}
