internal import Daybook
internal import DaybookBytes
internal import DaybookJSON
internal import DaybookLines

/// The first line of an exact export: whose it is, and how far it goes.
struct ExactHeader: Equatable {
    /// The version of the lines.
    static let version: Int64 = 0

    var journal: EventID
    /// The name of the journal.
    var name: String
    var createdAt: Timestamp
    var lastPosition: Position

    var line: String {
        let object: JSONObject = [
            "exact": .number(JSONNumber(Self.version)), "journal": .string(journal.description),
            "name": .string(name), "createdAt": .string(createdAt.description),
            "lastPosition": .number(JSONNumber(lastPosition)),
        ]
        return JSONValue.object(object).text()
    }

    init(journal: EventID, name: String, createdAt: Timestamp, lastPosition: Position) {
        self.journal = journal
        self.name = name
        self.createdAt = createdAt
        self.lastPosition = lastPosition
    }

    init(parsing line: RawSpan) throws(LineError) {
        guard let value = try? JSONValue(parsing: line.text()),
            let version = value["exact"]?.asInt64
        else {
            throw LineError(
                at: 0, "this is not how an exact export begins",
                remedy: "Give what `daybook export --exact` wrote; other lines go without --exact.")
        }
        guard version == Self.version else {
            throw LineError(
                at: 0, "its lines are of version \(version)",
                remedy: "Import them with a later version of Daybook.")
        }
        guard let journal = value["journal"]?.asString.flatMap({ EventID($0) }),
            let name = value["name"]?.asString, JournalName.isValid(name),
            let createdAt = value["createdAt"]?.asString.flatMap({ Timestamp($0) }),
            let last = value["lastPosition"]?.asInt64, last >= 0
        else {
            throw LineError(
                at: 0,
                "`journal`, `name`, `createdAt` or `lastPosition` is missing, or not as it is written",
                remedy: "Give what `daybook export --exact` wrote.")
        }
        self.init(journal: journal, name: name, createdAt: createdAt, lastPosition: Position(last))
    }
}

/// A line of an exact export: an event with all that its journal gave it.
struct ExactLine {
    var event: ExactEvent
    /// The position of the first event of its append, where that has more than one.
    var append: Position?

    /// Reads a line.
    static func parse(
        _ line: RawSpan, number: Int, _ identity: inout LineIdentity
    ) throws(LineError) -> ExactLine {
        let (entry, claim) = try ProposedLine.parse(
            line, number: number, &identity, isExact: true)
        var position: Position?
        var append: Position?
        var recordedAt: Timestamp?
        var removed: EventRecord.Removed?
        var hasID = false
        try LineError.forEachField(of: line) { field in
            switch try field.name(in: line) {
            case "id": hasID = true
            case "position": position = try place(field.value, in: line)
            case "append": append = try place(field.value, in: line)
            case "removed":
                removed = try self.removed(field.value, in: line)
                if !entry.event.data.isEmpty || !entry.event.metadata.isEmpty {
                    throw LineError(
                        at: field.value.range.lowerBound,
                        "what `removed` tells of is in the line",
                        remedy: "Give what `daybook export --exact` wrote.")
                }
            case "recordedAt": recordedAt = Timestamp(try field.value.string(in: line))
            default: break
            }
        }
        guard let position, let recordedAt, let claim, hasID else {
            let missing =
                [
                    ("position", position == nil), ("revision", claim == nil), ("id", !hasID),
                    ("recordedAt", recordedAt == nil),
                ].first { $0.1 }?.0 ?? ""
            throw LineError(
                at: 0, "the field `\(missing)` is missing, or not as an exact export writes it",
                remedy: "Give what `daybook export --exact` wrote; other lines go without --exact.")
        }
        return ExactLine(
            event: ExactEvent(
                RecordedEvent(
                    stream: entry.stream, revision: claim.value, position: position,
                    recordedAt: recordedAt, event: entry.event), removed: removed),
            append: append)
    }

    /// What is known of data and metadata that were removed.
    private static func removed(
        _ value: JSONSlice, in line: RawSpan
    ) throws -> EventRecord.Removed {
        var numbers: [String: UInt32] = [:]
        var fields = try JSONScanner(fieldsOf: value, in: line)
        while let field = try fields.nextField() {
            numbers[try field.name(in: line)] = UInt32(exactly: try field.value.int64(in: line))
        }
        guard let data = numbers["dataBytes"], let dataChecksum = numbers["dataChecksum"],
            let metadata = numbers["metadataBytes"],
            let metadataChecksum = numbers["metadataChecksum"]
        else {
            throw LineError(
                at: value.range.lowerBound,
                "`removed` lacks `dataBytes`, `dataChecksum`, `metadataBytes` or `metadataChecksum`",
                remedy: "Give what `daybook export --exact` wrote.")
        }
        return EventRecord.Removed(
            dataBytes: Int(data), dataChecksum: dataChecksum, metadataBytes: Int(metadata),
            metadataChecksum: metadataChecksum)
    }

    private static func place(_ value: JSONSlice, in line: RawSpan) throws -> Position {
        let number = try value.int64(in: line)
        guard number > 0 else {
            throw LineError(
                at: value.range.lowerBound, "a position is at least 1",
                remedy: "Give what `daybook export --exact` wrote.")
        }
        return Position(number)
    }
}
