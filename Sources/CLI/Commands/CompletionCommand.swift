internal import Daybook

/// `daybook completion`: what makes a shell complete its lines.
enum CompletionCommand {
    static let declaration = CommandDeclaration(
        "completion", "Print the script with which bash or zsh completes lines of daybook.",
        operands: [
            .required("shell", kind: .choice(shells), "Which: \(shells.joined(separator: " or ")).")
        ],
        notes: [
            "For bash: `eval \"$(daybook completion bash)\"` in ~/.bashrc. For zsh the same with zsh in "
                + "~/.zshrc, behind compinit, or a file _daybook in a folder of $fpath.",
            "Commands, options and their values are completed, files and folders, and the names of "
                + "journals, categories and streams of the store that the line is about, or of "
                + "$DAYBOOK_STORE or $DAYBOOK_URL: by the command itself, which only reads, for a second at "
                + "most. Of more than \(StoreNames.countMax) names it tells how they begin.",
        ],
        examples: [
            "eval \"$(daybook completion bash)\"",
            "mkdir -p ~/.zfunc && daybook completion zsh > ~/.zfunc/_daybook",
        ],
        run: run)

    private static let shells = Shell.allCases.map(\.rawValue)

    private static let run: CommandDeclaration.Body = { invocation in
        let name = invocation.arguments.operand
        guard let shell = Shell(rawValue: name) else {
            throw Failure.usage(
                "there is no completion for `\(name)`",
                why: "the shell is one of " + shells.joined(separator: ", "),
                remedy: Suggestion.words(for: name, among: shells)
                    + "Name the shell that you type in.")
        }
        try invocation.output.line(shell.script)
        return .success
    }
}
