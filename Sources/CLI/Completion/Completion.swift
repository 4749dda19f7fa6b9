/// What may be typed at a place of a command line: decided from its words and the declarations alone.
struct Completion {
    /// A word that may stand there, and what it means.
    struct Candidate: Equatable {
        let text: String
        let summary: String
    }

    /// The words that are known without looking anywhere.
    private(set) var candidates: [Candidate] = []
    /// What is to be looked for first.
    private(set) var value = ValueKind.text
    /// What stands before it in the same word: `--store=`, `@`.
    private(set) var prefix = ""
    /// What there is of it already.
    private(set) var typed: String
    /// What was given elsewhere in the line.
    private(set) var arguments = Arguments()
    /// The command of the line.
    private(set) var declaration: CommandDeclaration?

    /// - Parameters:
    ///   - words: those before, without the name of the program.
    ///   - typed: what there is of the word to be completed.
    ///   - behind: those behind it.
    init(_ words: [String], _ typed: String, behind: [String] = []) {
        self.typed = typed
        let name = words.first
        if name == nil {
            offerCommands()
        } else if name.flatMap(Question.init) == .help {
            if words.count == 1 { offerPages() }
        } else if let declaration = Commands.all.first(where: { $0.name == name }) {
            self.declaration = declaration
            let (awaiting, isEnded) = sort(words.dropFirst(), declaration)
            let operand = arguments.operands.count
            _ = sort(behind[...], declaration)
            offer(declaration, awaiting, operand, withOptions: !isEnded)
        }
    }

    private mutating func offerCommands() {
        candidates = Self.commands
        for question in Question.allCases {
            candidates += question.words.map { Candidate(text: $0, summary: question.summary) }
        }
        // Those that begin with a dash are seen by whoever begins so.
        candidates.removeAll { $0.text.hasPrefix("-") != typed.hasPrefix("-") }
    }

    private mutating func offerPages() {
        candidates =
            Self.commands + HelpTopic.all.map { Candidate(text: $0.name, summary: $0.summary) }
    }

    private static let commands = Commands.all.map { Candidate(text: $0.name, summary: $0.summary) }

    private mutating func offer(
        _ declaration: CommandDeclaration, _ awaiting: OptionDeclaration?, _ operand: Int,
        withOptions: Bool
    ) {
        let options = withOptions ? openOptions(of: declaration) : []
        if let awaiting, !typed.hasPrefix("--") { return offer(awaiting.kind) }
        if withOptions && typed.hasPrefix("-") {
            guard let equals = typed.firstIndex(of: "=") else {
                candidates = options
                return
            }
            let name = typed[..<equals].drop { $0 == "-" }
            guard let option = declaration.option(String(name)), !option.isFlag else { return }
            prefix = String(typed[...equals])
            typed.removeSubrange(...equals)
            return offer(option.kind)
        }
        if declaration.operands.indices.contains(operand) {
            offer(declaration.operands[operand].kind)
        }
        if candidates.isEmpty && typed.isEmpty {
            candidates = options.filter { $0.text.hasPrefix("--") }
        }
    }

    private mutating func offer(_ kind: ValueKind) {
        value = kind
        switch kind {
        case .choice(let words), .words(let words):
            candidates = words.map { Candidate(text: $0, summary: "") }
        case .payload where typed.hasPrefix("@"):
            prefix += "@"
            typed.removeFirst()
            value = .file
        case .payload:
            candidates = [
                Candidate(text: "@", summary: "from a file"),
                Candidate(text: "-", summary: "from standard input"),
            ]
        case .text, .file, .folder, .stream, .category, .journal: break
        }
    }

    private func openOptions(of declaration: CommandDeclaration) -> [Candidate] {
        declaration.options.filter { $0.repeats || !arguments.has($0.name) }.flatMap { option in
            let short = option.short.map { ["-\($0)"] } ?? []
            return (short + ["--" + option.name]).map {
                Candidate(text: $0, summary: option.summary)
            }
        }
    }

    /// Takes words for what they can be, as `ArgumentParser` does, but refuses none: the line is not whole yet.
    /// - Returns: the option whose value comes next, and whether there was a `--`.
    private mutating func sort(
        _ words: ArraySlice<String>, _ declaration: CommandDeclaration
    ) -> (awaiting: OptionDeclaration?, isEnded: Bool) {
        var words = words
        while let word = words.popFirst() {
            if word == "--" {
                arguments.operands += words
                return (nil, true)
            }
            guard word.hasPrefix("-") && word != "-" else {
                arguments.operands.append(word)
                continue
            }
            guard word.hasPrefix("--") else {
                let short = declaration.options.filter { $0.short.map(word.contains) ?? false }
                for option in short { arguments.add(option.name, []) }
                continue
            }
            let parts = word.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let option = declaration.option(String(parts[0])) else { continue }
            var values = parts.dropFirst().map(String.init)
            while values.count < option.values.count, let next = words.first,
                !next.hasPrefix("--")
            {
                values.append(words.removeFirst())
            }
            arguments.add(option.name, values)
            if values.count < option.values.count && words.isEmpty { return (option, false) }
        }
        return (nil, false)
    }
}
