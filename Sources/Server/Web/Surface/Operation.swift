internal import DaybookHTTP
internal import DaybookJSON

/// Something that the API does: how it is asked for, what it takes and answers, and what does it. Requests are routed by
/// these, and `/openapi.json` is made of them.
struct Operation: Sendable {
    /// What comes with a request.
    struct Body: Sendable {
        /// By media type, the name of the schema.
        let kinds: [(type: String, schema: String)]
        let summary: String
        var example: JSONValue?
        /// Not even an empty one is needed.
        var isOptional = false
    }

    /// An answer that is none of a problem.
    struct Answer: Sendable {
        let status: Int
        let summary: String
        /// By media type, the name of the schema; none: without a body.
        var kinds: [(type: String, schema: String)] = []
        /// Fields that come with it, and what each says.
        var fields: [(name: String, summary: String)] = []
    }

    let id: String
    let method: String
    /// With `{name}` where a parameter stands.
    let path: String
    let summary: String
    var detail = ""
    var parameters: [Parameter] = []
    var body: Body?
    let answers: [Answer]
    /// Codes of problems that it can be answered with.
    private(set) var codes: Set<String>
    let handle: @Sendable (WebRequest) throws -> Void

    init(
        _ id: String, _ method: String, _ path: String, _ summary: String, detail: String = "",
        parameters: [Parameter] = [], body: Body? = nil, answers: [Answer],
        handle: @escaping @Sendable (WebRequest) throws -> Void
    ) {
        self.id = id
        self.method = method
        self.path = path
        self.summary = summary
        self.detail = detail
        self.parameters = path.hasPrefix("/v1/") ? parameters + [Self.journal] : parameters
        self.body = body
        self.answers = answers
        self.handle = handle
        codes = Set(path.hasPrefix("/v1/") ? Problem.Codes.store : Problem.Codes.anything)
        if body != nil { codes.formUnion(Problem.Codes.body) }
        segments = path.split(separator: "/").map(String.init)
        if isChosenByAccept { codes.formUnion(Problem.Codes.form) }
    }

    /// The same, with further codes.
    func failing(_ codes: [String]) -> Operation {
        var operation = self
        operation.codes.formUnion(codes)
        return operation
    }

    private static let journal = Parameter(
        "journal", in: .query, .text,
        "A journal of the store; by default the one that the server was started with.")
    private let segments: [String]

    /// Whether `Accept` says in which form it is answered.
    var isChosenByAccept: Bool { answers.contains { $0.kinds.count > 1 } }

    /// The values of the parameters in a path; nil where it is another path.
    func match(_ path: [String]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        for (own, segment) in zip(segments, path) where !own.hasPrefix("{") && own != segment {
            return nil
        }
        var values: [String: String] = [:]
        for (own, segment) in zip(segments, path) where own.hasPrefix("{") {
            values[String(own.dropFirst().dropLast())] = segment
        }
        return values
    }

    /// The method with which a request is taken for this operation.
    func takes(_ method: String) -> Bool {
        method == self.method || method == "HEAD" && self.method == "GET"
    }
}
