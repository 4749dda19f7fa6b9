internal import Daybook
internal import DaybookJSON
internal import DaybookStore
internal import Synchronization

/// `daybook demo`: a tour through a real history.
enum DemoCommand {
    static let declaration = CommandDeclaration(
        "demo", "Record a git history, prove that it is all there, and travel back in it.",
        operands: [
            .required("what", kind: .words(["git"]), "What to show: `git`."),
            .optional(
                "repository", kind: .folder,
                "A git repository (default: the folder you are in)."),
        ],
        options: [.value("source", "NAME", summary: "The name of the stream, behind `git-`.")],
        notes: [
            "Every commit becomes events; from them alone the tree of every commit is rebuilt, hashed as "
                + "git does, and compared with the hash that git gave. Exit code 4 where one differs."
        ],
        examples: ["daybook demo git", "daybook demo git ~/src/project --store project-history"],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        guard invocation.arguments.operand == "git" else {
            throw Failure.usage(
                "there is no demonstration `\(invocation.arguments.operand)`",
                why: "only `git` is there so far", remedy: "Try `daybook demo git REPOSITORY`.")
        }
        let surroundings = invocation.surroundings
        let repository = surroundings.absolute(
            invocation.arguments.operands.dropFirst().first ?? ".")
        let folder = invocation.arguments["store"]
        try await GitImporter.check(repository: repository)
        return try await invocation.withStore(.createIfMissing) { store in
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
