internal import Daybook

/// Sorts the words of a command line by a declaration.
///
/// `--name value`, `--name=value`, `-n` for flags with a short form; `--` ends the options, and a
/// lone `-` is an operand. A value that begins with `--` has to be written `--name=value`: it is
/// far more often an option whose predecessor lacks its value.
struct ArgumentParser {
    private let declaration: CommandDeclaration
    private var words: ArraySlice<String>
    private var arguments = Arguments()

    static func parse(
        _ words: [String], for declaration: CommandDeclaration
    ) throws(Failure) -> Arguments {
        var parser = ArgumentParser(declaration: declaration, words: words[...])
        try parser.run()
        return parser.arguments
    }

    private init(declaration: CommandDeclaration, words: ArraySlice<String>) {
        self.declaration = declaration
        self.words = words
    }

    private mutating func run() throws(Failure) {
        while let word = words.popFirst() {
            if word == "--" {
                arguments.operands += words
                words = []
            } else if word.hasPrefix("--") {
                try takeOption(word.dropFirst(2))
            } else if word.hasPrefix("-") && word != "-" {
                try takeFlags(word.dropFirst())
            } else {
                arguments.operands.append(word)
            }
        }
        // Help is given whatever else is missing.
        if arguments.has("help") { return }
        try checkOperands()
        for option in declaration.options where option.isRequired && !arguments.has(option.name) {
            throw missing(option.spelling, option.summary)
        }
    }

    private mutating func takeOption(_ text: Substring) throws(Failure) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let option = declaration.option(name) else {
            if name == CommandDeclaration.url.name {
                throw .needsFolder(declaration.name, "`--url`")
            }
            throw unknown("--" + name)
        }
        if arguments.has(name) && !option.repeats {
            throw failure(
                "`--\(name)` is given twice", why: "it has one meaning only",
                remedy: "Leave one of them out.")
        }
        if option.isFlag {
            guard parts.count == 1 else {
                throw failure(
                    "`--\(name)` takes no value", why: "`\(parts[1])` was given to it",
                    remedy: "Write `--\(name)` alone.")
            }
            return arguments.add(name, [])
        }
        var values = parts.dropFirst().map(String.init)
        while values.count < option.values.count { values.append(try value(of: option)) }
        try check(values[0], of: option)
        arguments.add(name, values)
    }

    private mutating func value(of option: OptionDeclaration) throws(Failure) -> String {
        guard let word = words.first, !word.hasPrefix("--") else {
            let found = words.first.map { "`\($0)` follows it" } ?? "nothing follows it"
            throw failure(
                "`--\(option.name)` lacks a value", why: found,
                remedy: "Write `\(option.spelling)`, or `--\(option.name)=VALUE` where the value "
                    + "begins with two dashes.")
        }
        return words.removeFirst()
    }

    private func check(_ value: String, of option: OptionDeclaration) throws(Failure) {
        guard !option.choices.isEmpty, !option.choices.contains(value) else { return }
        throw failure(
            "`--\(option.name) \(value)` is unknown",
            why: "it is one of " + option.choices.joined(separator: ", "),
            remedy: Suggestion.words(for: value, among: option.choices))
    }

    private mutating func takeFlags(_ letters: Substring) throws(Failure) {
        for letter in letters {
            guard let option = declaration.options.first(where: { $0.short == letter }) else {
                throw unknown("-" + String(letters))
            }
            arguments.add(option.name, [])
        }
    }

    private func checkOperands() throws(Failure) {
        let operands = declaration.operands
        let missing = operands.dropFirst(arguments.operands.count).first(where: \.isRequired)
        if let missing { throw self.missing(missing.spelling, missing.summary) }
        if arguments.operands.count > operands.count {
            throw failure(
                "`\(arguments.operands[operands.count])` is one argument too many",
                why: "`daybook \(declaration.name)` takes \(operands.count)",
                remedy: "Quote what belongs together. Usage: \(usage)")
        }
    }

    private var usage: String { declaration.usage.joined(separator: " ") }

    private func missing(_ spelling: String, _ summary: String) -> Failure {
        failure(
            "`daybook \(declaration.name)` needs \(spelling)", why: summary,
            remedy: "Usage: \(usage)")
    }

    private func unknown(_ option: String) -> Failure {
        failure(
            "`\(option)` is unknown", why: "`daybook \(declaration.name)` has no such option",
            remedy: Suggestion.words(
                for: option, among: declaration.options.map { "--" + $0.name })
                + "`daybook \(declaration.name) --help` lists them.")
    }

    private func failure(_ what: String, why: String, remedy: String) -> Failure {
        .usage(what, why: why, remedy: remedy)
    }
}
