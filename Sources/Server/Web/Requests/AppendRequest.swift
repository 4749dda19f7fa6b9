internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookJSON

/// The body of `POST /v1/append`: events of any streams, and the conditions under which they are recorded.
struct AppendRequest {
    let append: ProposedAppend
    /// The ids where the client does not know all of them.
    let newIDs: [EventID]?

    static let fields = ["events", "expect", "condition", "tracking"]

    init(_ body: RawSpan, _ incoming: IncomingBytes) throws {
        var events = ProposedEvents(incoming)
        let append = events.append
        try RequestFields.take(
            try JSON.slice(of: body), in: body, "An append", known: Self.fields
        ) { name, value in
            if name == "events" {
                return try events.addElements(of: value, in: body, to: nil)
            }
            try append.hold(termBytes: value.range.count)
            switch name {
            case "expect": append.terms.conditions = try Self.conditions(value, in: body)
            case "condition":
                append.terms.queryCondition = try QueryRequest.condition(value, in: body)
            default: append.terms.tracking = try Self.mark(value, in: body)
            }
        }
        self.append = append
        newIDs = events.newIDs
    }

    /// What is expected of streams, by their names.
    private static func conditions(
        _ value: JSONSlice, in body: RawSpan
    ) throws -> [String: StreamCondition] {
        var conditions: [String: StreamCondition] = [:]
        var fields = try JSONScanner(fieldsOf: value, in: body)
        while let field = try fields.nextField() {
            let stream = try field.name(in: body)
            let place = "byte \(field.key.range.lowerBound + 1)"
            let condition = try StreamCondition(field.value, in: body)
            // A dictionary of strings takes two spellings of the same characters for one.
            if conditions.updateValue(condition, forKey: stream) != nil {
                throw StoreError.twoSpellings(stream, place: place)
            }
        }
        return conditions
    }

    private static func mark(_ value: JSONSlice, in body: RawSpan) throws -> TrackingMark {
        var consumer: String?
        var bytes: [String: [UInt8]] = [:]
        try RequestFields.take(
            value, in: body, "A tracking mark",
            known: [
                "consumer", "from", "fromBase64", "to", "toBase64", "note", "noteBase64",
            ]
        ) { name, value in
            if name == "consumer" {
                consumer = try value.string(in: body)
                return
            }
            let isBase64 = name.hasSuffix("Base64")
            let key = isBase64 ? String(name.dropLast(6)) : name
            let token =
                isBase64
                ? try RequestFields.base64(value, in: body, name)
                : Array(try value.string(in: body).utf8)
            if bytes.updateValue(token, forKey: key) != nil {
                throw Problem.invalid(
                    "`\(key)` is said twice", why: "it comes as text or as Base64, not as both",
                    remedy: "Leave one of the two out.")
            }
        }
        guard let consumer, let to = bytes["to"] else {
            throw Problem.invalid(
                "The tracking mark is not whole",
                why: "`\(consumer == nil ? "consumer" : "to")` is missing",
                remedy: "Say whose it is, `from` what token it goes on (none: its first), and `to` "
                    + "what.")
        }
        return TrackingMark(
            consumer: consumer, from: bytes["from"], to: to, note: bytes["note"] ?? [])
    }
}
