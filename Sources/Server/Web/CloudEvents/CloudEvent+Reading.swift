internal import Daybook
internal import DaybookBytes
internal import DaybookHTTP
internal import DaybookJSON

extension CloudEvent {
    /// In structured mode: an object of JSON.
    init(_ object: JSONSlice, in body: RawSpan) throws {
        var data: JSONSlice?
        var bytes: [UInt8]?
        var seen: Set<String> = []
        var fields = try JSONScanner(fieldsOf: object, in: body)
        while let field = try fields.nextField() {
            let name = try field.name(in: body)
            guard seen.insert(name).inserted else {
                throw Problem.invalid(
                    "`\(name.prefix(60))` stands twice", why: "an event says each thing once",
                    remedy: "Leave one of the two out.",
                    place: "byte \(field.key.range.lowerBound + 1)")
            }
            switch name {
            case "data": data = field.value
            case "data_base64":
                bytes = try RequestFields.base64(field.value, in: body, name)
            default:
                try set(name, try JSONValue(parsing: body.extracting(field.value.range)))
            }
        }
        if data != nil && bytes != nil {
            throw Problem.invalid(
                "`data` and `data_base64` cannot be given together", why: "both are the data",
                remedy: "Leave one of them out.")
        }
        if let bytes {
            self.data = bytes
        } else if let data, data.kind != .null {
            // Text that is no JSON comes as a string.
            let isText = data.kind == .string && !Self.isJSON(text("datacontenttype"))
            self.data =
                isText
                ? Array(try data.string(in: body).utf8) : body.extracting(data.range).copied()
        }
    }

    /// In binary mode: attributes in the fields of the request, data in its body.
    init(_ fields: HTTPFields, _ body: [UInt8]) throws(Problem) {
        for field in fields.all where field.name.hasPrefix(Self.fieldPrefix) {
            let name = String(field.name.dropFirst(Self.fieldPrefix.count))
            if attributes[name] != nil {
                throw .invalid(
                    "`\(field.name)` stands twice", why: "an event says each thing once",
                    remedy: "Leave one of the two out.")
            }
            try set(
                name,
                .string(try RequestTarget.decoded(field.value, plusIsSpace: false)))
        }
        if let type = fields["content-type"] { try set("datacontenttype", .string(type)) }
        data = body
    }

    static let fieldPrefix = "ce-"

    /// Whether a request has an event in binary mode.
    static func isBinary(_ fields: HTTPFields) -> Bool { fields["ce-specversion"] != nil }

    /// JSON is what is meant where nothing is said.
    private static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return true }
        let essence = MediaType.essence(of: contentType)
        return essence == MediaType.json || essence.hasSuffix("+json")
    }

    static let structured = "application/cloudevents+json"
    static let batch = "application/cloudevents-batch+json"

    /// The events of a request, in whatever mode.
    static func all(of request: WebRequest) throws -> [CloudEvent] {
        if isBinary(request.fields) { return [try CloudEvent(request.fields, request.body)] }
        let bytes = request.body
        let body = bytes.rawSpan
        let whole = try JSON.slice(of: body)
        if request.contentType == structured { return [try CloudEvent(whole, in: body)] }
        var events: [CloudEvent] = []
        var elements = try JSONScanner(elementsOf: whole, in: body)
        while let element = try elements.nextElement() {
            if events.count == Limits.appendEventsMax {
                throw StoreError.tooLarge(
                    "The number of events in an append", events.count + 1,
                    limit: Limits.appendEventsMax, named: "appendEventsMax")
            }
            events.append(try CloudEvent(element, in: body))
        }
        return events
    }
}
