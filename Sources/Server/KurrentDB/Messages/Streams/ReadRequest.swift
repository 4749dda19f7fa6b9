package import Daybook
package import DaybookProtobuf

extension Streams {
    /// What is to be read, and how.
    ///
    /// ```
    /// 1  message  options
    /// ```
    package struct ReadRequest: ProtobufDecodable, Hashable, Sendable {
        package var options: Options?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if field == 1 { try reader.merge(into: &options) }
        }
    }
}

extension Streams.ReadRequest {
    /// ```
    /// 1   message  one stream: 1 message its name, 2 uint64 from a revision | 3 empty start | 4 empty end
    /// 2   message  or all: 1 message from a position | 2 empty start | 3 empty end
    /// 3   enum     0 forwards, 1 backwards
    /// 4   bool     whether links are followed
    /// 5   uint64   how many | 6 message without an end
    /// 7   message  filter | 8 empty none
    /// 9   message  how ids are written: 1 empty structured | 2 empty string
    /// 10  message  1 uint32 what the client understands
    /// ```
    package struct Options: ProtobufDecodable, Hashable, Sendable {
        package enum Source: Hashable, Sendable {
            case stream(StreamSource)
            case all(AllSource)
        }
        package enum Direction: Hashable, Sendable {
            case forwards, backwards
        }
        package enum Extent: Hashable, Sendable {
            case count(UInt64)
            case subscription
        }
        package enum FilterChoice: Hashable, Sendable {
            case filter(Filter)
            case none
        }

        package var source: Source?
        package var direction = Direction.forwards
        package var resolvesLinks = false
        package var extent: Extent?
        package var filter: FilterChoice?
        package var uuidForm: UUIDForm?
        /// From 1 on the client wants to hear of the first and last revision of a stream.
        package var compatibility: UInt32 = 0

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: source = .stream(try reader.read())
            case 2: source = .all(try reader.read())
            case 3:
                switch try reader.int32() {
                case 0: direction = .forwards
                case 1: direction = .backwards
                default: throw reader.invalid("a read is forwards (0) or backwards (1)")
                }
            case 4: resolvesLinks = try reader.bool()
            case 5: extent = .count(try reader.uint64())
            case 6:
                try reader.empty()
                extent = .subscription
            case 7: filter = .filter(try reader.read())
            case 8:
                try reader.empty()
                filter = FilterChoice.none
            case 9: try decodeForm(from: &reader)
            case 10: try decodeControl(from: &reader)
            default: break
            }
        }

        private mutating func decodeForm(
            from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            var nested = try reader.message()
            while let field = try nested.next() {
                switch field {
                case 1:
                    try nested.empty()
                    uuidForm = .structured
                case 2:
                    try nested.empty()
                    uuidForm = .string
                default: break
                }
            }
        }

        private mutating func decodeControl(
            from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            var nested = try reader.message()
            while let field = try nested.next() {
                if field == 1 { compatibility = try nested.uint32() }
            }
        }
    }

    /// A stream, and where to begin in it.
    package struct StreamSource: ProtobufDecodable, Hashable, Sendable {
        package enum Start: Hashable, Sendable {
            case revision(Revision)
            case start, end
        }

        package var stream = ""
        package var start: Start?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: stream = try reader.streamName()
            case 2: start = .revision(try reader.uint64())
            case 3:
                try reader.empty()
                start = .start
            case 4:
                try reader.empty()
                start = .end
            default: break
            }
        }
    }

    /// Where to begin in the whole journal.
    package struct AllSource: ProtobufDecodable, Hashable, Sendable {
        package enum Start: Hashable, Sendable {
            case position(LogPosition)
            case start, end
        }

        package var start: Start?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: start = .position(try reader.read())
            case 2:
                try reader.empty()
                start = .start
            case 3:
                try reader.empty()
                start = .end
            default: break
            }
        }
    }
}
