package import DaybookProtobuf

extension Streams.ReadRequest {
    /// Which events of all are wanted, by the names of their streams or by their types.
    ///
    /// ```
    /// 1  message  by the name of the stream | 2 message by the type of the event:
    ///             1 string regular expression, 2 repeated string prefixes
    /// 3  uint32   events to look at between two checkpoints | 4 empty as many as there are
    /// 5  uint32   how many times so many
    /// ```
    package struct Filter: ProtobufDecodable, Hashable, Sendable {
        package enum Subject: Hashable, Sendable {
            case stream, type
        }
        package enum Window: Hashable, Sendable {
            case max(UInt32)
            case count
        }

        package var subject: Subject?
        package var regex = ""
        package var prefixes: [String] = []
        package var window: Window?
        package var checkpointIntervalMultiplier: UInt32 = 0

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: try decodeExpression(of: .stream, from: &reader)
            case 2: try decodeExpression(of: .type, from: &reader)
            case 3: window = .max(try reader.uint32())
            case 4:
                try reader.empty()
                window = .count
            case 5: checkpointIntervalMultiplier = try reader.uint32()
            default: break
            }
        }

        private mutating func decodeExpression(
            of subject: Subject, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            if self.subject != subject {
                self.subject = subject
                regex = ""
                prefixes = []
            }
            var nested = try reader.message()
            while let field = try nested.next() {
                switch field {
                case 1: regex = try nested.string()
                // One more than are taken, so that too many can be told.
                case 2 where prefixes.count <= EventFilter.Plan.prefixesMax:
                    prefixes.append(try nested.string())
                default: break
                }
            }
        }
    }
}
