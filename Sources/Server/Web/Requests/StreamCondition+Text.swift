package import Daybook
internal import DaybookBytes
internal import DaybookHTTP
internal import DaybookJSON

extension StreamCondition {
    /// The words for those without a number.
    package static let words: [(word: String, condition: StreamCondition)] = [
        ("any", .any), ("none", .none), ("exists", .exists), ("softDeleted", .softDeleted),
        ("tombstoned", .tombstoned),
    ]

    /// A word, or a revision in digits; nil for anything else.
    package init?(text: String) {
        if let known = Self.words.first(where: { $0.word == text }) {
            self = known.condition
        } else if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let revision = Revision(text)
        {
            self = .revision(revision)
        } else {
            return nil
        }
    }

    static func unknown(_ text: String, place: String?) -> Problem {
        let words = words.map(\.word)
        return .invalid(
            "`\(text.prefix(60))` is nothing that can be expected of a stream",
            why: "that is \(words.joined(separator: ", ")), or a revision",
            remedy: Suggestion.words(for: text, among: words) + "Write a revision in digits.",
            place: place)
    }

    /// A word or a number in JSON.
    init(_ value: JSONSlice, in bytes: RawSpan) throws {
        if value.kind == .number {
            self = .revision(try RequestFields.number(value, in: bytes, "expect"))
            return
        }
        let text = try value.string(in: bytes)
        guard let condition = StreamCondition(text: text) else {
            throw Self.unknown(text, place: "byte \(value.range.lowerBound + 1)")
        }
        self = condition
    }

    /// What a request expects of the stream it is about: by its query, or by `If-Match` or `If-None-Match`.
    /// - Parameter expect: of the query.
    static func asked(_ expect: String?, _ fields: HTTPFields) throws(Problem) -> StreamCondition {
        let said = [
            expect.map { _ in "expect" }, fields["if-match"].map { _ in "If-Match" },
            fields["if-none-match"].map { _ in "If-None-Match" },
        ].compactMap { $0 }
        guard said.count <= 1 else {
            throw .invalid(
                "The request expects two things of the stream",
                why: "\(said.joined(separator: " and ")) both say what", remedy: "Say it once.")
        }
        if let expect {
            // It was looked at with the query.
            return StreamCondition(text: expect) ?? .any
        }
        if let tag = fields["if-none-match"] {
            if tag == "*" { return .none }
            throw .invalid(
                "`If-None-Match: \(tag.prefix(40))` cannot be used to write",
                why: "only `*` can: that there is nothing in the stream",
                remedy: "Say `If-Match` with the revision that you have read.")
        }
        guard let tag = fields["if-match"] else { return .any }
        if tag == "*" { return .exists }
        let inside = tag.dropFirst().dropLast()
        guard tag.utf8.count > 2, tag.hasPrefix("\""), tag.hasSuffix("\""),
            let condition = StreamCondition(text: String(inside)), case .revision = condition
        else {
            throw .invalid(
                "`If-Match: \(tag.prefix(40))` is no revision",
                why: "an entity tag of a stream is its last revision in quotes",
                remedy: "Send the ETag as you got it, such as \"7\"; one alone.")
        }
        return condition
    }
}
