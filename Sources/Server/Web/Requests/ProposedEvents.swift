internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookJSON
internal import DaybookLines

/// The events of a request, in the order in which they stand there: each goes from the body into its record.
struct ProposedEvents {
    let append: ProposedAppend
    private var ids: [EventID] = []
    /// Whether some came without an id, and were given one.
    private var gaveIDs = false

    /// The ids where the client does not know all of them.
    var newIDs: [EventID]? { gaveIDs ? ids : nil }

    /// How a body holds events.
    enum Form: Equatable {
        /// One object, or an array of them.
        case json
        /// An object a line.
        case lines
    }

    /// Reads a body whose events all go to one stream.
    init(
        _ body: RawSpan, _ form: Form, to stream: String, _ incoming: IncomingBytes
    ) throws {
        self.init(incoming)
        switch form {
        case .lines: try addLines(body, to: stream)
        case .json:
            let whole = try JSON.slice(of: body)
            if whole.kind == .array {
                try addElements(of: whole, in: body, to: stream)
            } else {
                try add(body.extracting(whole.range), behind: whole.range.lowerBound, to: stream)
            }
        }
        if append.isEmpty {
            throw Problem.noEvent(remedy: "Send one event, an array of events, or a line for each.")
        }
    }

    init(_ incoming: IncomingBytes) { append = ProposedAppend(incoming) }

    /// - Parameter stream: where those go that do not say so themselves; nil: each has to.
    mutating func addElements(of array: JSONSlice, in body: RawSpan, to stream: String?) throws {
        var elements = try JSONScanner(elementsOf: array, in: body)
        while let element = try elements.nextElement() {
            try add(
                body.extracting(element.range), behind: element.range.lowerBound, to: stream)
        }
    }

    private mutating func addLines(_ body: RawSpan, to stream: String) throws {
        var at = 0
        while at < body.byteCount {
            let end = body.place(of: UInt8(ascii: "\n"), from: at)
            let line = body.extracting(at..<end)
            if !Self.isBlank(line) { try add(line, behind: at, to: stream) }
            at = end + 1
        }
    }

    private static func isBlank(_ line: RawSpan) -> Bool {
        for at in 0..<line.byteCount {
            switch line.u8(at: at) {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): continue
            default: return false
            }
        }
        return true
    }

    private mutating func add(_ line: RawSpan, behind offset: Int, to stream: String?) throws {
        let number = append.eventCount
        let parsed: ProposedLine
        do throws(LineError) { parsed = try ProposedLine.parse(line, to: stream) } catch {
            throw Problem.invalid(error, event: "event \(number)", behind: offset)
        }
        if let stream, let named = parsed.stream, !named.isSpelled(as: stream) {
            throw Problem.invalid(
                "An event names another stream",
                why: "its `stream` is \(StoreError.quoted(named)), and the request is to "
                    + StoreError.quoted(stream),
                remedy: "Leave `stream` out, or append to several streams by POST /v1/append.",
                place: "event \(number)")
        }
        if !parsed.hasID { gaveIDs = true }
        try parsed.withFields(in: line) {
            EventID()
        } _: { (event, stream) throws(WriteRefusal) in
            ids.append(event.id)
            try append.add(event, to: stream)
        }
    }
}
