internal import Daybook

/// What `--expect` says of a stream.
enum Expectation {
    private static let words = ["any", "none", "exists"]

    static let declaration = OptionDeclaration.value(
        "expect", "any|none|exists|N", kind: .words(words),
        summary: "Only if the stream is so: no events, some, or N its last revision (default: any)."
    )

    static func condition(_ arguments: Arguments) throws(Failure) -> StreamCondition {
        switch arguments["expect"] {
        case nil, "any": return .any
        case "none": return .none
        case "exists": return .exists
        case let text?:
            if let revision = Revision(text) { return .revision(revision) }
            throw .usage(
                "`--expect \(text)` is unknown", why: "it is any, none, exists or a revision",
                remedy: Suggestion.words(for: text, among: words)
                    + "Write a revision in digits.")
        }
    }
}
