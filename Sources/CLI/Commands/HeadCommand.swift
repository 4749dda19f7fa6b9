internal import Daybook
internal import DaybookJSON
internal import DaybookStore

/// `daybook head`: where the journal ends.
enum HeadCommand {
    static let declaration = CommandDeclaration(
        "head", "Print the position of the last event and the checkpoint to resume from.",
        isServed: true,
        examples: ["daybook head --json"],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        try await invocation.withStore(.readOnly) { store in
            let head = try await store.head()
            if invocation.isJSON {
                // Which one a server was started with is its own affair.
                let name =
                    try invocation.namedJournal
                    ?? (invocation.server() == nil ? JournalName.main : nil)
                try invocation.output.json([
                    "position": .number(JSONNumber(head.position)),
                    "checkpoint": .string(head.description),
                    "journal": .string(name),
                    "journalID": .string(head.journal),
                ])
            } else {
                try invocation.output.line("position    \(head.position)")
                try invocation.output.line("checkpoint  \(head)")
            }
            return .success
        }
    }
}
