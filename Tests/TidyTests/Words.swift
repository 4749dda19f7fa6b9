import Foundation

/// Words and paths that have no business in a file of this repository.
enum Words {
    /// What is left to do belongs into an issue. In pieces, so that this file may stay.
    static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]

    /// Words that praise and say nothing; a figure with its measurement does better.
    static let praise = [
        "blazing", "cutting-edge", "effortless", "lightning-fast", "next-generation",
        "revolutionary", "state-of-the-art", "world-class",
    ]

    /// Folders of somebody's machine, which nobody else has.
    static let folders = ["home", "Users", "root", "work", "mnt", "opt", "srv"]

    static func problems(_ text: String, isProse: Bool) -> [String] {
        // Most files hold nothing that could be meant: looking at each of their lines is slow.
        let suspicious = unfinished + folders.map { "/\($0)/" } + (isProse ? praise : [])
        guard suspicious.contains(where: { text.range(of: $0, options: .caseInsensitive) != nil })
        else { return [] }
        var found: [String] = []
        for (number, line) in text.numberedLines {
            for word in unfinished where contains(String(line), word) {
                found.append("line \(number) says \(word)")
            }
            for word in isProse ? praise : []
            where line.range(of: word, options: .caseInsensitive) != nil {
                found.append("line \(number) says `\(word)`")
            }
            if let path = line.firstMatch(of: machinePath) {
                found.append("line \(number) names `\(path.output.1)`, a path of one machine")
            }
        }
        return found
    }

    private static func contains(_ line: String, _ word: String) -> Bool {
        line.range(of: "\\b\(word)\\b", options: .regularExpression) != nil
    }

    private static var machinePath: Regex<(Substring, Substring)> {
        // Not in the middle of a path or an address: `Sources/opt/` would be our own.
        let pattern = "(?:^|[^\\w.~/$}])(/(?:" + folders.joined(separator: "|") + ")/[\\w.]+)"
        // Made of the constants above: that it parses is seen in every run of these tests.
        return try! Regex(pattern, as: (Substring, Substring).self)
    }
}
