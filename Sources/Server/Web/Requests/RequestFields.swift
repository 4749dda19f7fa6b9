internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// Takes the members of a JSON object of a request: each at most once, and none that is unknown.
enum RequestFields {
    /// - Parameters:
    ///   - place: what the object is, for whoever has to find what is wrong.
    ///   - known: the names it may have.
    static func take(
        _ object: JSONSlice, in bytes: RawSpan, _ place: String, known: [String],
        _ body: (String, JSONSlice) throws -> Void
    ) throws {
        guard object.kind == .object else {
            throw Problem.invalid(
                "\(place) is no object", why: "it is \(object.kind)",
                remedy: Problem.seeDescription, place: "byte \(object.range.lowerBound + 1)")
        }
        var seen: Set<String> = []
        var fields = try JSONScanner(fieldsOf: object, in: bytes)
        while let field = try fields.nextField() {
            let name = try field.name(in: bytes)
            guard known.contains(name) else {
                throw Problem.invalid(
                    "The field `\(name.prefix(60))` is unknown",
                    why: "\(place) has \(known.joined(separator: ", "))",
                    remedy: Suggestion.words(for: name, among: known) + Problem.seeDescription,
                    place: "byte \(field.key.range.lowerBound + 1)")
            }
            guard seen.insert(name).inserted else {
                throw Problem.invalid(
                    "`\(name)` stands twice", why: "\(place) says each thing once",
                    remedy: "Leave one of the two out.",
                    place: "byte \(field.key.range.lowerBound + 1)")
            }
            try body(name, field.value)
        }
    }

    /// A position or a revision.
    static func number(_ value: JSONSlice, in bytes: RawSpan, _ name: String) throws -> UInt64 {
        let number = try value.int64(in: bytes)
        guard number >= 0 else {
            throw Problem.invalid(
                "`\(name)` is negative", why: "positions and revisions count from 0",
                remedy: "Give a whole number from 0 on.",
                place: "byte \(value.range.lowerBound + 1)")
        }
        return UInt64(number)
    }

    /// Bytes as Base64.
    static func base64(_ value: JSONSlice, in bytes: RawSpan, _ name: String) throws -> [UInt8] {
        guard let decoded = Base64.decode(try value.string(in: bytes)) else {
            throw Problem.invalid(
                "`\(name)` is no Base64", why: "it is to be in the standard alphabet, with padding",
                remedy: "Encode it as RFC 4648, section 4, has it.",
                place: "byte \(value.range.lowerBound + 1)")
        }
        return decoded
    }
}
