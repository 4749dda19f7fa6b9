internal import Daybook
internal import DaybookJSON

/// The table of all operations.
enum Operations {
    static func surface(version: String) -> Surface {
        let all = appending.map { $0.failing(Problem.Codes.write) } + reading + lookingUp
        let document = SetLate<Reply>()
        let description = Operation(
            "getDescription", "GET", "/openapi.json", "This description.",
            answers: [
                Operation.Answer(
                    status: 200, summary: "OpenAPI 3.1.",
                    kinds: [(MediaType.json, "Description")])
            ]
        ) { request in
            if let reply = document.value { request.send(reply) }
        }
        let surface = Surface(all + [description])
        document.set(.json(OpenAPIDocument.make(surface, version: version)))
        return surface
    }

    static let sameAs = Parameter(
        "If-None-Match", in: .header, .text, "An `ETag` that was had before: only what is another.")
    static let unchanged = Operation.Answer(
        status: 304, summary: "It is what it was when it had the entity tag of `If-None-Match`.")
    static let stream = Parameter(
        "stream", in: .path, .name(bytesMax: Limits.nameBytesMax + 2),
        "The name of the stream; `/` in it is written as %2F.")
    static let expect = Parameter(
        "expect", in: .query, .condition,
        "What the stream has to be: a word, or its last revision. By default `any`.")
    static let ifMatch = Parameter(
        "If-Match", in: .header, .text,
        "The same in another way: the last revision in quotes, or `*` for `exists`.")
    static let ifNoneMatch = Parameter(
        "If-None-Match", in: .header, .text, "The same in another way: `*` for `none`.")
}
