/// What is answered without a subcommand.
enum Question: CaseIterable {
    case help, version

    /// The words that ask for it.
    var words: [String] {
        switch self {
        case .help: ["help", "--help", "-h"]
        case .version: ["version", "--version"]
        }
    }

    var summary: String {
        switch self {
        case .help: "List the commands, or show what one of them takes."
        case .version: "Show the version."
        }
    }

    init?(_ word: String) {
        guard let question = Self.allCases.first(where: { $0.words.contains(word) }) else {
            return nil
        }
        self = question
    }
}
