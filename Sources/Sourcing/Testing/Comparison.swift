/// Two lists side by side, and the fields that differ.
enum Comparison {
    /// Nil where they are the same.
    static func failure(expected: [Any], found: [Any]) -> String? {
        let isSame =
            expected.count == found.count && zip(expected, found).allSatisfy { isEqual($0, $1) }
        if isSame { return nil }
        var rows: [(mark: String, expected: String, found: String)] = [("", "expected", "found")]
        for index in 0..<max(expected.count, found.count) {
            let one = index < expected.count ? expected[index] : nil
            let other = index < found.count ? found[index] : nil
            rows += self.rows(one, other, "\(index + 1)")
        }
        return table(rows)
    }

    /// The fields in which two values differ; nil where they are the same.
    static func failure(expected: Any, found: Any) -> String? {
        if isEqual(expected, found) { return nil }
        return table(
            [("", "expected", "found")] + rows(expected, found, ""))
    }

    private static func rows(
        _ expected: Any?, _ found: Any?, _ number: String
    ) -> [(mark: String, expected: String, found: String)] {
        let one = expected.map { Reflection($0) }
        let other = found.map { Reflection($0) }
        let isSame =
            if let expected, let found { isEqual(expected, found) } else { false }
        let head = (
            mark: isSame ? "\(number)  " : "\(number) ≠", expected: one?.text ?? "nothing",
            found: other?.text ?? "nothing"
        )
        guard !isSame, let one, let other else { return [head] }
        return [head] + fields(one, other)
    }

    /// A row for each leaf that differs; none where nothing is alike, which the head shows.
    private static func fields(
        _ one: Reflection, _ other: Reflection
    ) -> [(mark: String, expected: String, found: String)] {
        let ones = one.leaves()
        let others = Dictionary(other.leaves(), uniquingKeysWith: { $1 })
        let known = Set(ones.map(\.path))
        if known.isDisjoint(with: others.keys) { return [] }
        var rows: [(mark: String, expected: String, found: String)] = []
        for (path, text) in ones where !path.isEmpty && others[path] != text {
            rows.append(("    \(path)", text, others[path] ?? "nothing"))
        }
        for (path, text) in other.leaves() where !path.isEmpty && !known.contains(path) {
            rows.append(("    \(path)", "nothing", text))
        }
        return rows
    }

    /// In columns.
    static func table(_ rows: [(mark: String, expected: String, found: String)]) -> String {
        let marks = rows.map(\.mark.count).max() ?? 0
        let firsts = rows.map(\.expected.count).max() ?? 0
        return rows.map { row in
            let line = row.mark.padded(to: marks) + "  " + row.expected.padded(to: firsts) + "  "
            return line + row.found
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
