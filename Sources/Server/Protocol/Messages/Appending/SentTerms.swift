internal import Daybook
internal import DaybookBytes
internal import DaybookProtobuf

extension V1 {
    /// What an `AppendRequest` has beside its events, as it is sent.
    struct SentTerms: ProtobufDecodable {
        var journal = ""
        private var conditions: [(stream: String, condition: SentCondition)] = []
        private var query: SentQueryCondition?
        private var tracking: SentMark?
        private var records: [SentRecord] = []

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: journal = try reader.string()
            case 2: try decodeStream(&reader)
            case 3: try reader.merge(into: &query)
            case 4: try reader.merge(into: &tracking)
            // One more is kept than may be, so that whoever looks at it sees that there are too many.
            case 5:
                if records.count <= Limits.appendRecordsMax { records.append(try reader.read()) }
            default: break
            }
        }

        /// The condition of a stream; its events are passed over.
        private mutating func decodeStream(_ reader: inout ProtobufReader) throws(ProtobufError) {
            var part = try reader.message()
            var name = ""
            var condition: SentCondition?
            while let field = try part.next() {
                switch field {
                case 1: name = try part.string()
                case 2: try part.merge(into: &condition)
                default: break
                }
            }
            guard let condition else { return }
            if conditions.count == Limits.appendStreamsMax {
                throw reader.invalid(
                    "an append names at most \(Limits.appendStreamsMax) streams with a condition")
            }
            conditions.append((name, condition))
        }

        var terms: AppendTerms {
            get throws(StoreError) {
                var terms = AppendTerms()
                for (stream, sent) in conditions {
                    let condition = try sent.known(of: stream)
                    if terms.conditions.hasOtherSpelling(of: stream) {
                        throw .twoSpellings(stream, place: nil)
                    }
                    if terms.conditions.updateValue(condition, forKey: stream) != nil {
                        throw .twoConditions(of: stream)
                    }
                }
                if let query {
                    terms.queryCondition = QueryCondition(
                        failIfEventsMatch: query.query.query, after: query.after)
                }
                terms.tracking = tracking?.mark
                for sent in records { terms.records.append(try sent.record) }
                return terms
            }
        }
    }

    /// A `QueryCondition`.
    private struct SentQueryCondition: ProtobufDecodable {
        var query = SentQuery()
        var after: Position = 0

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: try reader.merge(into: &query)
            case 2: after = try reader.uint64()
            default: break
            }
        }
    }

    /// A `TrackingMark`.
    private struct SentMark: ProtobufDecodable {
        var mark = TrackingMark(consumer: "", from: nil, to: [])

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: mark.consumer = try reader.string()
            case 2: mark.from = try reader.array()
            case 3: mark.to = try reader.array()
            case 4: mark.note = try reader.array()
            default: break
            }
        }
    }

    /// A `SystemRecord`.
    struct SentRecord: ProtobufDecodable {
        private(set) var owner = ""
        private(set) var key = ""
        private var value: [UInt8]?
        private var condition: SentRecordCondition?

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: owner = try reader.string()
            case 2: key = try reader.string()
            case 3: value = try reader.array()
            case 4: try reader.merge(into: &condition)
            default: break
            }
        }

        var record: SystemRecord {
            get throws(StoreError) {
                SystemRecord(
                    owner: owner, key: key, value: value,
                    condition: try condition?.known(of: self) ?? .any)
            }
        }
    }
}

extension StoreError {
    fileprivate static func twoConditions(of stream: String) -> StoreError {
        .invalid(
            "Stream \(quoted(stream)) has two conditions in one append",
            why: "both are about the stream before the append",
            remedy: "Send one of them, with the first events of the stream.",
            place: "stream \(quoted(stream))")
    }
}

extension AppendTerms {
    /// About how many bytes they take in memory.
    var memoryBytes: Int {
        var bytes = conditions.keys.reduce(0) { $0 + 64 + $1.utf8.count }
        if let query = queryCondition?.query { bytes += query.memoryBytes }
        for record in records {
            bytes += 128 + record.owner.utf8.count + record.key.utf8.count
            bytes += record.value?.count ?? 0
        }
        return bytes
    }
}

extension Query {
    /// About how many bytes it takes in memory.
    var memoryBytes: Int {
        items.reduce(0) { bytes, item in
            let names = [item.stream, item.category, item.correlation].compactMap(\.self)
            return [Array(item.types), Array(item.tags), names].joined().reduce(bytes + 128) {
                $0 + 64 + $1.utf8.count
            }
        }
    }
}
