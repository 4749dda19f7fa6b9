package import Daybook
package import DaybookProtobuf

extension StreamCondition {
    package func encode(into writer: inout ProtobufWriter) {
        switch self {
        case .any: writer.uint64(1, always: 1)
        case .none: writer.uint64(1, always: 2)
        case .exists: writer.uint64(1, always: 3)
        case .softDeleted: writer.uint64(1, always: 4)
        case .tombstoned: writer.uint64(1, always: 5)
        case .revision(let revision): writer.uint64(2, always: revision)
        }
    }
}

extension SystemRecord.Condition {
    package func encode(into writer: inout ProtobufWriter) {
        switch self {
        case .any: writer.uint64(1, always: 1)
        case .none: writer.uint64(1, always: 2)
        case .sequence(let number): writer.uint64(2, always: number)
        }
    }
}

extension V1 {
    /// A `StreamCondition`.
    struct SentCondition: ProtobufDecodable {
        /// Nil where it is none that is known here.
        private var condition: StreamCondition?

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1:
                let states: [StreamCondition] = [.any, .none, .exists, .softDeleted, .tombstoned]
                let number = try reader.uint64()
                condition = (1...5).contains(number) ? states[Int(number) - 1] : nil
            case 2: condition = .revision(try reader.uint64())
            default: break
            }
        }

        func known(of stream: String) throws(StoreError) -> StreamCondition {
            guard let condition else { throw .unknownKind("condition", of: "stream '\(stream)'") }
            return condition
        }
    }

    /// A `SystemRecordCondition`.
    struct SentRecordCondition: ProtobufDecodable {
        private var condition: SystemRecord.Condition?

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1:
                switch try reader.uint64() {
                case 1: condition = .any
                case 2: condition = SystemRecord.Condition.none
                default: condition = nil
                }
            case 2: condition = .sequence(try reader.uint64())
            default: break
            }
        }

        func known(of record: SentRecord) throws(StoreError) -> SystemRecord.Condition {
            guard let condition else {
                throw .unknownKind("condition", of: "owner '\(record.owner)', key '\(record.key)'")
            }
            return condition
        }
    }
}

extension StoreError {
    /// A choice that a request leaves open, or that a later version knows.
    static func unknownKind(_ what: String, of place: String? = nil) -> StoreError {
        .invalid(
            "The \(what) of a request is none that this server knows",
            why: "it says nothing, or something of a later version",
            remedy: "Say one of those in the .proto files, or leave the whole message out.",
            place: place)
    }
}
