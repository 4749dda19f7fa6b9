/// A command line up to the cursor, in words.
///
/// Quotes, backslashes and redirections are understood as bash and zsh do. What is known only when the line is run,
/// such as a variable, stands as it was typed.
struct ShellLine: Equatable {
    /// The words before the last one, without where output goes to and input comes from.
    private(set) var words: [String] = []
    /// The last word as far as it goes; empty behind a space.
    private(set) var last = ""
    /// The same as it was typed.
    private(set) var lastTyped = ""
    /// The quote that is open at the end.
    private(set) var quote: Unicode.Scalar?
    /// Whether the last word names what output goes to, or input comes from.
    private(set) var isRedirection = false

    private var isEscaped = false
    /// Whether there is a last word, though it may be empty: `''`.
    private var isWord = false

    init(_ line: some StringProtocol) {
        for scalar in line.unicodeScalars { take(scalar) }
    }

    private mutating func take(_ scalar: Unicode.Scalar) {
        if isEscaped || quote == "'" && scalar != "'" { return takeLiterally(scalar) }
        switch scalar {
        case "\\": isEscaped = true
        case "'", "\"":
            if quote != nil && quote != scalar { return takeLiterally(scalar) }
            quote = quote == nil ? scalar : nil
            isWord = true
        case _ where quote != nil: return takeLiterally(scalar)
        case " ", "\t", "\n": return endWord()
        case "<", ">":
            // In `2>` and `&>` the first is no word.
            if last != "&" && !last.allSatisfy(\.isNumber) { endWord() }
            (last, lastTyped, isWord, isRedirection) = ("", "", false, true)
            return
        default: return takeLiterally(scalar)
        }
        lastTyped.unicodeScalars.append(scalar)
    }

    private mutating func takeLiterally(_ scalar: Unicode.Scalar) {
        // Between double quotes a backslash stands for itself before all but these.
        if isEscaped && quote == "\"" && !"\"\\$`".unicodeScalars.contains(scalar) { last += "\\" }
        isEscaped = false
        isWord = true
        last.unicodeScalars.append(scalar)
        lastTyped.unicodeScalars.append(scalar)
    }

    private mutating func endWord() {
        guard isWord else { return }
        if isRedirection { isRedirection = false } else { words.append(last) }
        (last, lastTyped, isWord) = ("", "", false)
    }

    /// All words of the line, the last one included.
    var allWords: [String] {
        var line = self
        line.endWord()
        return line.words
    }

    /// What is typed of a word so that a shell reads it as it is, behind an open quote or none.
    static func typed(_ word: some StringProtocol, behind quote: Unicode.Scalar?) -> String {
        var text = String.UnicodeScalarView()
        for scalar in word.unicodeScalars {
            switch quote {
            case "'" where scalar == "'": text += #"'\''"#.unicodeScalars
            case "\"" where "\"\\$`".unicodeScalars.contains(scalar): text += ["\\", scalar]
            case nil where scalar.isASCII && !isPlain(scalar): text += ["\\", scalar]
            default: text.append(scalar)
            }
        }
        return String(text)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || "_-+.,:/@%=".unicodeScalars.contains(scalar)
    }
}
