/// A subcommand, as data: what it is called, what it takes, and what it does.
struct CommandDeclaration: Sendable {
    typealias Body = @Sendable (Invocation) async throws -> ExitCode

    let name: String
    /// One line: what it is for.
    let summary: String
    let operands: [OperandDeclaration]
    /// Its own; those that every command takes are added.
    let options: [OptionDeclaration]
    /// What the help says below the table of options, a paragraph each.
    let notes: [String]
    let examples: [String]
    let run: Body

    init(
        _ name: String, _ summary: String, operands: [OperandDeclaration] = [],
        options: [OptionDeclaration] = [], notes: [String] = [], examples: [String],
        run: @escaping Body
    ) {
        self.name = name
        self.summary = summary
        self.operands = operands
        self.options = options + Self.shared
        self.notes = notes
        self.examples = examples
        self.run = run
    }

    /// What every command takes.
    static let shared: [OptionDeclaration] = [
        .value(
            "store", "DIR", kind: .folder,
            summary: "The store's folder (default: $DAYBOOK_STORE, else ./daybook-data)."),
        .value(
            "journal", "NAME", kind: .journal,
            summary: "The journal of the store: an order of events of its own (default: main)."),
        .flag("json", "Print JSON, one object a line; errors too."),
        .flag("help", short: "h", "Show this."),
    ]

    func option(_ name: String) -> OptionDeclaration? { options.first { $0.name == name } }

    /// How it is called, in the parts that belong together.
    var usage: [String] {
        let own = options.filter { option in !Self.shared.contains(option) }
        return ["daybook", name] + operands.map(\.spelling)
            + own.map { $0.isRequired ? $0.spelling : "[\($0.spelling)]" }
    }
}

/// A command called: what it was given, and the world it may reach.
struct Invocation: Sendable {
    let declaration: CommandDeclaration
    let arguments: Arguments
    let surroundings: Surroundings
}
