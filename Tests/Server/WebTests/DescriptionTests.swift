import Daybook
import DaybookBytes
import DaybookJSON
import Testing

@testable import DaybookHTTP
@testable import DaybookWeb

@Suite struct `The description of the API` {
    private let document = JSONValue.object(
        OpenAPIDocument.make(Operations.surface(version: "1.2.3"), version: "1.2.3"))

    private func references(in value: JSONValue) -> [String] {
        switch value {
        case .object(let object):
            object.flatMap { key, value in
                key == "$ref" ? [value.asString ?? ""] : references(in: value)
            }
        case .array(let elements): elements.flatMap(references)
        default: []
        }
    }

    @Test func `It has every operation, and all that is named in it`() throws {
        #expect(document["openapi"]?.asString == "3.1.0")
        #expect(document["info"]?["version"]?.asString == "1.2.3")
        let surface = Operations.surface(version: "")
        for operation in surface.operations {
            let described = document["paths"]?[operation.path]?[operation.method.lowercased()]
            #expect(described?["operationId"]?.asString == operation.id)
            let names = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }
            let declared = operation.parameters.filter { $0.place == .path }.map { "{\($0.name)}" }
            #expect(names.map(String.init) == declared)
            #expect(
                operation.parameters.contains { $0.name == "journal" }
                    == operation.path.hasPrefix("/v1/"))
        }
        #expect(Set(surface.operations.map(\.id)).count == surface.operations.count)
        let named = Set(references(in: document))
        #expect(named.count > 10)
        for reference in named {
            let steps = reference.split(separator: "/").dropFirst().map(String.init)
            let found = steps.reduce(Optional(document)) { $0?[$1] }
            #expect(found != nil, "\(reference) leads nowhere")
        }
        let all = Schemas.all.map(\.key).filter { !named.contains("#/components/schemas/\($0)") }
        #expect(all == [])
    }

    @Test func `Each operation tells what can go wrong, and no code is left out`() throws {
        let surface = Operations.surface(version: "")
        for operation in surface.operations {
            let answers = try #require(
                document["paths"]?[operation.path]?[operation.method.lowercased()]?["responses"]?
                    .asObject)
            for code in operation.codes {
                let kind = try #require(Problem.kind(of: code), "\(code)")
                let words = answers["\(kind.status)"]?["description"]?.asString ?? ""
                #expect(words.contains("`\(code)`: \(kind.title)."), "\(operation.id)")
            }
            #expect(answers["503"] != nil && answers["4XX"] == nil)
        }
        let told = surface.operations.reduce(into: Set<String>()) { $0.formUnion($1.codes) }
        let all = Set(Problem.kinds.map(\.key.description)).union(Problem.ownKinds.keys)
        // Of a path, and of none of its operations.
        #expect(all.subtracting(told) == ["methodNotAllowed"])
        #expect(told.isSubset(of: all))
    }

    @Test func `Every status has its words in HTTP 1`() {
        let statuses = Problem.kinds.values.map(\.status) + Problem.ownKinds.values.map(\.status)
        for status in Set(statuses + [200, 201, 204, 304]) {
            #expect(HTTP1Answer.reason(status) != HTTP1Answer.reason(0), "\(status)")
        }
        #expect(HTTP1Answer.reason(421) == "Misdirected Request")
    }

    @Test func `Every code of the store's has a status and a title`() {
        for code in [
            StoreError.Code.wrongRevision, .conflict, .streamDeleted, .streamNotFound, .wrongToken,
            .partialDuplicate, .conditionTooOld, .invalid, .tooLarge, .diskFull, .closed, .readOnly,
            .poisoned, .outcomeUnknown, .corrupt, .locked, .notFound, .newerFormat, .olderFormat,
            .needsCompression, .wrongCheckpoint, .cancelled, .inputOutput, .busy,
        ] {
            let problem = Problem(StoreError(code, "what", why: "why", remedy: "remedy"))
            #expect(Problem.kinds[code] != nil, "\(code)")
            #expect(problem.reply.status == problem.status)
            #expect(problem.code == code.description)
        }
    }

    @Test(
        arguments: [
            (nil, "a/b"), ("*/*", "a/b"), ("c/d", "c/d"), ("c/d;q=0.5, a/b;q=0.4", "c/d"),
            ("c/*", "c/d"), ("x/y", nil), ("*/*, a/b;q=0", "c/d"), ("A/B", "a/b"),
        ] as [(String?, String?)])
    func `A client gets what it likes best`(accept: String?, kind: String?) {
        #expect(MediaType.choice(accept, among: ["a/b", "c/d"]) == kind)
    }

    @Test(
        arguments: [
            ("/a/b%2Fc", ["a", "b/c"], []), ("/a?x=1&y=a+b%26", ["a"], ["x=1", "y=a b&"]),
            ("/a%C3%A9", ["aé"], []), ("/?x", [""], ["x="]),
        ] as [(String, [String], [String])])
    func `Paths and queries are decoded`(target: String, segments: [String], query: [String]) throws
    {
        let read = try RequestTarget(target)
        #expect(read.segments == segments)
        #expect(read.query.map { "\($0.name)=\($0.value)" } == query)
    }

    @Test(arguments: [
        "", "{", "[{}]", #"{"events":[{"stream":"s","type":"t"}]}"#, "a?x=%20&b=\u{0}", "\"7\"",
        "*/*;q=x", "W/\"1\", *", "gzip;q=0.8, *;q=0", "[::1]:2113", "books.example.:2113",
        "53b5a8e4-9bb0-4a2c-a5d4-4e4ccd8a1d11.1.4.6a0f8f5e-2f4d-4a55-9a3c-3d7f0e8a1b04",
        "https://app.example.org", "application/json; charset=utf-8",
        #"{"specversion":"1.0","id":"1","source":"/","type":"t"}"#, "\u{FF}\u{0}",
    ])
    func `Everything that reads a request takes any bytes`(text: String) {
        WebDecoders.tryAll(Array(text.utf8).rawSpan)
        WebDecoders.tryAll((Array(text.utf8) + [0xFF, 0xC3]).rawSpan)
    }

    @Test(arguments: ["/%", "/%4", "/%zz", "/%ff", "/?a=%c3"])
    func `What is no text in percent encoding is refused`(target: String) {
        #expect(throws: Problem.self) { try RequestTarget(target) }
    }
}
