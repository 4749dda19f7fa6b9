internal import Daybook

/// The file with settings: `name = value` a line, `#` begins a comment; a value with a `#` in it stands in quotes.
enum ConfigurationFile {
    struct Line: Equatable {
        let name: String
        let value: String
        let number: Int
    }

    /// - Throws: `configuration` with the line.
    static func parse(_ bytes: [UInt8], path: String) throws(ServerError) -> [Line] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ServerError(
                .configuration, "`\(path)` is no text", why: "its bytes are not UTF-8",
                remedy: "Save it as UTF-8, or look at the name of the file.", place: path)
        }
        var lines: [Line] = []
        let parts = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, part) in parts.enumerated() {
            let content = part.trimmed
            if content.isEmpty || content.hasPrefix("#") { continue }
            lines.append(try line(content, index + 1, path))
        }
        return lines
    }

    private static func line(
        _ content: Substring, _ number: Int, _ path: String
    ) throws(ServerError) -> Line {
        let place = "\(path):\(number)"
        guard let equals = content.firstIndex(of: "=") else {
            throw ServerError(
                .configuration, "`\(shown(content))` sets nothing", why: "there is no `=` in it",
                remedy: "Write `name = value`, or put a `#` before a comment.", place: place)
        }
        let name = content[..<equals].trimmed
        var value = content[content.index(after: equals)...].trimmed
        if value.hasPrefix("\"") {
            let inside = value.dropFirst()
            let end = inside.firstIndex(of: "\"")
            let rest = end.map { inside[inside.index(after: $0)...].trimmed } ?? "\""
            guard let end, rest.isEmpty || rest.hasPrefix("#") else {
                throw ServerError(
                    .configuration, "`\(shown(content))` cannot be read",
                    why: "what begins with a quote ends with one, and only a comment may follow",
                    remedy: "Write `\(shown(name)) = \"value\"`.", place: place)
            }
            value = inside[..<end]
        } else if let comment = comment(in: value) {
            value = value[..<comment].trimmed
        }
        return Line(name: String(name), value: String(value), number: number)
    }

    /// Where a comment behind a value begins.
    private static func comment(in value: Substring) -> Substring.Index? {
        var last: Character = " "
        for index in value.indices {
            if value[index] == "#", last == " " || last == "\t" { return index }
            last = value[index]
        }
        return nil
    }

    /// What somebody wrote, cut to what fits into an error.
    static func shown(_ text: some StringProtocol) -> String {
        let plain = String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(80).map {
                    $0.isControl ? "·" : $0
                }))
        return text.unicodeScalars.count > 80 ? plain + "…" : plain
    }
}

extension StringProtocol where SubSequence == Substring {
    fileprivate var trimmed: Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = firstIndex(where: { !isSpace($0) }),
            let last = lastIndex(where: { !isSpace($0) })
        else { return "" }
        return self[first...last]
    }
}
