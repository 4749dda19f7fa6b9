package import Daybook
internal import DaybookBytes
internal import DaybookJSON
package import DaybookProtobuf

extension StreamsV2 {
    /// An event to be appended.
    ///
    /// ```
    /// 1  string         id, optional
    /// 2  map of values  properties
    /// 3  message        schema: 1 enum format, 2 string name, 3 string id
    /// 4  bytes          data
    /// 5  string         stream
    /// ```
    package struct Record: ProtobufDecodable, Hashable, Sendable {
        package var id: EventID?
        /// Nothing once it is whole: they are metadata then.
        private var properties = JSONObject()
        private var room = DynamicRoom()
        /// The properties, and what the schema says of the data, under the names by which readers of `Streams` find it.
        package private(set) var metadata = SentMetadata([])
        private var isWhole = false
        package var schema: Schema?
        package var data: [UInt8] = []
        /// Empty where the request names the stream.
        package var stream = ""

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1:
                guard let id = EventID(text: try reader.span()) else {
                    throw reader.invalid("the id of a record is no UUID")
                }
                self.id = id
            case 2: try reader.entry(of: &properties, in: &room)
            case 3: try reader.merge(into: &schema)
            case 4: data = try reader.array()
            case 5: stream = try reader.string()
            default: break
            }
        }

        /// All its fields were read. A tree of properties takes many times what came: there is one at a time.
        mutating func end() {
            if isWhole { return }
            isWhole = true
            if let schema, let format = schema.format.name {
                properties["$schema.format"] = .string(format)
                properties["$schema.name"] = .string(schema.name)
                if let id = schema.id { properties["$schema.id"] = .string(id) }
            }
            metadata = SentMetadata(properties)
            properties = JSONObject()
        }
    }

    /// What the data of a record are.
    package struct Schema: ProtobufDecodable, Hashable, Sendable {
        package enum Format: Int32, Sendable {
            case unspecified = 0
            case json, protobuf, avro, bytes

            /// Nil where it is none.
            var name: String? {
                switch self {
                case .unspecified: nil
                case .json: "Json"
                case .protobuf: "Protobuf"
                case .avro: "Avro"
                case .bytes: "Bytes"
                }
            }
        }

        package var format = Format.unspecified
        /// The type of the event.
        package var name = ""
        package var id: String?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1:
                let number = try reader.int32()
                guard let format = Format(rawValue: number) else {
                    throw reader.invalid("\(number) is no format of a schema")
                }
                self.format = format
            case 2: name = try reader.string()
            case 3: id = try reader.string()
            default: break
            }
        }
    }
}

extension ProtobufReader {
    /// Reads a further record.
    mutating func append(to records: inout [StreamsV2.Record]) throws(ProtobufError) {
        try append(to: &records, atMost: Limits.appendEventsMax)
        records[records.count - 1].end()
    }
}
