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

        func takes(_ type: String) -> Bool {
            kinds.contains { $0.type.utf8.count == type.utf8.count && $0.type == type }
        }
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
    let detail: String
    let parameters: [Parameter]
    let body: Body?
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
        segments = path.split(separator: "/").map { segment in
            guard segment.hasPrefix("{") else { return .word(String(segment)) }
            let name = segment.dropFirst().dropLast()
            // A path has no parameter that is not described.
            return .value(parameters.first { $0.place == .path && $0.name == name }!)
        }
        isChosenByAccept = answers.contains { $0.kinds.count > 1 }
        codes = Set(path.hasPrefix("/v1/") ? Problem.Codes.store : Problem.Codes.anything)
        if body != nil { codes.formUnion(Problem.Codes.body) }
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

    private enum Segment: Sendable {
        case word(String)
        case value(Parameter)
    }
    private let segments: [Segment]
    /// Whether `Accept` says in which form it is answered.
    let isChosenByAccept: Bool

    /// Whether a path is this one.
    func matches(_ path: [String]) -> Bool {
        guard path.count == segments.count else { return false }
        for index in path.indices {
            if case .word(let word) = segments[index], word != path[index] { return false }
        }
        return true
    }

    /// The values of the parameters in a path, by their names.
    /// - Throws: `Problem` where one cannot be.
    func values(in path: [String]) throws(Problem) -> [String: String] {
        var values: [String: String] = [:]
        for index in path.indices {
            guard case .value(let parameter) = segments[index] else { continue }
            let value = path[index]
            if let need = parameter.need(of: value) {
                throw .invalid(
                    "`\(value.prefix(60))` cannot be", why: "\(parameter.name) is \(need)",
                    remedy: Problem.seeDescription, place: "path")
            }
            values[parameter.name] = value
        }
        return values
    }

    /// The method with which a request is taken for this operation.
    func takes(_ method: String) -> Bool {
        method == self.method || method == "HEAD" && self.method == "GET"
    }
}
