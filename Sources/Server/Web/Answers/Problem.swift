package import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookJSON
internal import DaybookLines

/// What went wrong with a request, as problem details (RFC 9457) with what a `StoreError` says.
package struct Problem: Error, Sendable {
    package var status: Int
    /// As that of a `StoreError`, or one of the API's own.
    package var code: String
    /// The same for every problem of the code.
    package var title: String
    /// What went wrong, this time.
    package var what: String
    package var why: String
    package var remedy: String
    package var place: String?
    package var stream: String?
    package var actual: StreamState?
    package var position: Position?
    /// By event of an append, where it was recorded before.
    var recorded: [Position?] = []
    /// Fields of the answer that belong to it: `allow`, `retry-after`.
    var fields: HTTPFields = [:]

    init(
        _ status: Int, _ code: String, title: String, _ what: String, why: String, remedy: String,
        place: String? = nil
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.what = what
        self.why = why
        self.remedy = remedy
        self.place = place
    }
}

extension Problem {
    /// One of the API's own codes.
    static func own(
        _ code: String, _ what: String, why: String, remedy: String, place: String? = nil
    ) -> Problem {
        guard let (status, title) = ownKinds[code] else {
            preconditionFailure("\(code) is no code of the API's")
        }
        return Problem(
            status, code, title: title, what, why: why, remedy: remedy, place: place)
    }

    package init(_ error: StoreError) {
        let (status, title) = Self.kinds[error.code] ?? (500, "The store failed")
        self.init(
            status, error.code.description, title: title, error.what, why: error.why,
            remedy: error.remedy, place: error.place)
        stream = error.stream
        actual = error.actual
        position = error.position
        if !error.recorded.isEmpty {
            recorded = error.recorded.map { $0?.position }
            remedy =
                "Leave out those that have a position in `recorded`, or send the append again as it was."
        }
        if status == 503 { fields.add("retry-after", "1") }
    }

    /// The status and the title of every code of the store's.
    static let kinds: [StoreError.Code: (status: Int, title: String)] = [
        .wrongRevision: (412, "The stream is not as expected"),
        .conflict: (409, "An event stands in the way"),
        .streamDeleted: (410, "The stream is deleted for good"),
        .streamNotFound: (404, "There is nothing in the stream"),
        .wrongToken: (409, "The consumer is somewhere else"),
        .partialDuplicate: (409, "A part of the append was recorded before"),
        .conditionTooOld: (409, "The condition reaches too far back"),
        .invalid: (400, "The request cannot be"),
        .tooLarge: (413, "Something is too large"),
        .busy: (503, "Too much at a time"),
        .diskFull: (507, "There is no room on the device"),
        .closed: (503, "The store is closed"),
        .readOnly: (503, "The store is open for reading only"),
        .poisoned: (503, "The journal takes no more appends"),
        .outcomeUnknown: (500, "It is not known whether the append was recorded"),
        .corrupt: (500, "Something durable is damaged"),
        .locked: (503, "Another process has the store"),
        .notFound: (404, "It is not there"),
        .newerFormat: (500, "The store is of a later version"),
        .olderFormat: (500, "The store is of an earlier version"),
        .needsCompression: (500, "The store is compressed"),
        .wrongCheckpoint: (409, "The checkpoint belongs to another history"),
        .cancelled: (503, "The read was not finished"),
        .inputOutput: (500, "The system refused"),
    ]

    /// Whatever reading a request or the store may throw.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as StoreError: self.init(error)
        case let refusal as WriteRefusal: self.init(refusal.storeError)
        case let error as LineError: self = .invalid(error)
        case let error as JSONError:
            self = .invalid(
                "The body is not the JSON that was asked for", why: error.description,
                remedy: Problem.seeDescription)
        default: preconditionFailure("an error of no kind that is thrown here: \(error)")
        }
    }

    static let seeDescription = "/openapi.json describes what this server takes."

    /// A request that cannot be.
    static func invalid(
        _ what: String, why: String, remedy: String, place: String? = nil
    ) -> Problem {
        Problem(.invalid(what, why: why, remedy: remedy, place: place))
    }

    /// An event that cannot be.
    /// - Parameter event: where it stands, such as `event 3`.
    static func invalid(_ error: LineError, event: String? = nil, behind offset: Int = 0) -> Problem
    {
        .invalid(
            "An event cannot be read", why: error.why, remedy: error.remedy,
            place: (event.map { $0 + ", " } ?? "") + "byte \(error.column + offset)")
    }

    /// An append without an event.
    static func noEvent(remedy: String) -> Problem {
        .invalid(
            "There is no event in the body", why: "an append has at least one", remedy: remedy)
    }

    /// Nothing is at the path.
    static func noPath(_ path: Substring) -> Problem {
        Problem(
            404, "notFound", title: "It is not there", "There is nothing at this path",
            why: "no operation of the API has it", remedy: seeDescription,
            place: String(path.prefix(200)))
    }

    /// The path takes other methods.
    static func wrongMethod(_ method: String, allow: String) -> Problem {
        var problem = Problem.own(
            "methodNotAllowed", "There is no \(method.prefix(20)) at this path",
            why: "it takes \(allow)",
            remedy: "Use one of these.")
        problem.fields.add("allow", allow)
        return problem
    }

    /// What the client takes is nothing that there is.
    static func notAcceptable(_ kinds: [String]) -> Problem {
        .own(
            "notAcceptable", "The answer is none of what `Accept` names",
            why: "there is \(kinds.joined(separator: ", "))",
            remedy: "Ask for one of these, or leave `Accept` out.")
    }

    /// The body is of another kind.
    static func wrongContentType(_ type: String?, of kinds: [String]) -> Problem {
        let list = kinds.joined(separator: ", ")
        return .own(
            "unsupportedMediaType", "The body cannot be read",
            why: "its `Content-Type` is \(type.map { "`\($0.prefix(100))`" } ?? "missing"), and "
                + "this takes \(list)",
            remedy: "Send one of these; with curl: -H 'Content-Type: \(kinds[0])'.")
    }

    static func tooLarge(bodyBytesMax: Int) -> Problem {
        Problem(
            .tooLarge(
                "The body", bodyBytesMax + 1, limit: bodyBytesMax, named: "message-bytes-max"))
    }

    /// Too much comes in at a time.
    static func busy(_ why: String) -> Problem {
        var problem = Problem(
            503, "busy", title: "Too much at a time", "The server has no room for the request",
            why: why, remedy: "Try again in a moment.")
        problem.fields.add("retry-after", "1")
        return problem
    }

    /// Clients do not take what they are sent.
    static let crowded = busy("what waits for clients to take it needs all the memory for that")

    /// Answers keep too much.
    static func busy(answers excess: ClientBytes.Excess) -> Problem {
        busy("the answers that are under way take more than \(excess.words)")
    }

    static func slow(seconds: Int) -> Problem {
        .own(
            "timeout", "The request is not whole",
            why: "too little of it came for \(seconds) seconds", remedy: "Send it again.")
    }

    /// The same, with another remedy.
    func with(remedy: String) -> Problem {
        var problem = self
        problem.remedy = remedy
        return problem
    }

    /// As it is sent.
    package var reply: Reply {
        var object: JSONObject = [
            "type": .string("urn:daybook:\(code)"), "title": .string(title),
            "status": .number(JSONNumber(status)), "detail": .string("\(what): \(why)"),
            "code": .string(code), "why": .string(why), "remedy": .string(remedy),
        ]
        if let place { object["place"] = .string(place) }
        if let stream { object["stream"] = .string(stream) }
        if let actual { object["actual"] = actual.json }
        if let position { object["position"] = .number(JSONNumber(position)) }
        if !recorded.isEmpty {
            object["recorded"] = .array(
                recorded.map { $0.map { .number(JSONNumber($0)) } ?? .null })
        }
        var reply = Reply.json(object, status: status)
        reply.contentType = "application/problem+json"
        reply.fields = fields
        return reply
    }
}
