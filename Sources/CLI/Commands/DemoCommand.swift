internal import Daybook
internal import DaybookJSON
internal import DaybookStore
internal import Synchronization

/// `daybook demo`: what event sourcing is like, by examples and by a real history.
enum DemoCommand {
    static let declaration = CommandDeclaration(
        "demo", "Show examples of event sourcing at work, and travel back in a git history.",
        operands: [
            .optional(
                "what", kind: .words(["git"] + Demo.all.map(\.name)),
                "What to show; without it they are listed."),
            .optional(
                "source", kind: .file,
                "Of git: a repository (default: the folder you are in). Else a history, as a file that "
                    + "`daybook import` reads: it is decided again, event by event."),
        ],
        options: [
            .value("source", "NAME", summary: "Of git: the name of the stream, behind `git-`.")
        ],
        notes: [
            "git: every commit becomes events; from them alone the tree of every commit is rebuilt, hashed as "
                + "git does, and compared with the hash that git gave. They are recorded in the store that is "
                + "named, or in ./daybook-data.",
            "The others record in journals of their own, demo-NAME and with a history demo-NAME-history and "
                + "demo-NAME-replay, of the store that --store names; without it nothing is kept. Their code is "
                + "the package in Examples.",
            "Exit code 4 where a result is not what the history says.",
        ],
        examples: [
            "daybook demo", "daybook demo button", "daybook demo bank --store ./examples",
            "daybook demo git", "daybook demo git ~/src/project --store project-history",
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let operands = invocation.arguments.operands
        guard let name = operands.first else { return try list(invocation) }
        if name == "git" { return try await showGit(invocation) }
        guard let demo = Demo.all.first(where: { $0.name == name }) else {
            let names = ["git"] + Demo.all.map(\.name)
            throw Failure.usage(
                "there is no demonstration `\(name)`",
                why: "it is one of " + names.joined(separator: ", "),
                remedy: Suggestion.words(for: name, among: names) + "`daybook demo` lists them.")
        }
        for option in ["source", "journal"] where invocation.arguments.has(option) {
            throw Failure.usage(
                "`--\(option)` means nothing for `daybook demo \(name)`",
                why: "it records in journals of its own", remedy: "Leave it out.")
        }
        if operands.count > 1, demo.history == nil {
            throw Failure.usage(
                "`daybook demo \(name)` takes no file", why: "it is about no history",
                remedy: "Leave `\(operands[1])` out.")
        }
        return try await DemoRun(demo, invocation).run(file: operands.dropFirst().first)
    }

    private static func list(_ invocation: Invocation) throws -> ExitCode {
        var demos: [(name: String, summary: String, history: String?)] = [
            ("git", "A repository as events, proved right by its own hashes.", nil)
        ]
        demos += Demo.all.map { ($0.name, $0.summary, $0.history) }
        if invocation.isJSON {
            for demo in demos {
                try invocation.output.json([
                    "demo": .string(demo.name), "summary": .string(demo.summary),
                    "history": .string(demo.history),
                ])
            }
            return .success
        }
        let style = invocation.output.style
        for demo in demos {
            try invocation.output.line(
                style.paint(demo.name.padded(to: 8), .name) + "  " + demo.summary)
            guard let history = demo.history else { continue }
            try invocation.output.line(
                String(repeating: " ", count: 10) + "With a file: \(history).")
        }
        return .success
    }

    private static func showGit(_ invocation: Invocation) async throws -> ExitCode {
        let surroundings = invocation.surroundings
        let repository = surroundings.absolute(
            invocation.arguments.operands.dropFirst().first ?? ".")
        let folder = invocation.arguments["store"]
        try await GitImporter.check(repository: repository)
        return try await invocation.withFolder(.createIfMissing) { store in
            let demo = GitDemo(
                time: surroundings.time, storeOption: folder.map { "--store \($0)" } ?? "")
            let line = Mutex(ProgressLine(invocation.errors, surroundings.time))
            let output = invocation.output
            let isJSON = invocation.isJSON
            defer { line.withLock { $0.clear() } }
            let outcome = try await demo.run(
                repository: repository, store: store, source: invocation.arguments["source"],
                print: { text in
                    line.withLock { $0.clear() }
                    // Whoever left while it talks does not stop the check.
                    if !isJSON { try? output.line(text) }
                    try? output.flush()
                },
                progress: { report in
                    line.withLock {
                        $0.update {
                            "\(Quantity.count(report.commits)) of "
                                + "\(Quantity.count(report.commitsTotal)) commits"
                        }
                    }
                })
            if isJSON { try output.json(json(outcome)) }
            return outcome.verification.isRight ? .success : .damaged
        }
    }

    private static func json(_ outcome: GitDemo.Outcome) -> JSONObject {
        [
            "stream": .string(outcome.report.stream),
            "commits": .number(JSONNumber(outcome.verification.commits)),
            "treesRight": .number(JSONNumber(outcome.verification.commitsRight)),
            "isRight": .bool(outcome.verification.isRight),
        ]
    }
}
