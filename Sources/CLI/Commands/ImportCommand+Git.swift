internal import Daybook
internal import DaybookJSON
internal import DaybookPlatform
internal import DaybookStore

extension ImportCommand {
    /// Records the history of a git repository.
    static func importGit(_ invocation: Invocation) async throws -> ExitCode {
        guard let git = invocation.surroundings.git else {
            throw Failure(
                .failure, "noGit", "this build cannot read git repositories",
                why: "it was made without that part", remedy: "Import a file of JSON lines instead."
            )
        }
        if invocation.arguments.has("check-revisions") {
            throw Failure.usage(
                "`--check-revisions` means nothing for a git repository",
                why: "commits carry no revisions of ours", remedy: "Leave it out.")
        }
        let (arguments, surroundings) = (invocation.arguments, invocation.surroundings)
        let path = surroundings.absolute(arguments.operand)
        return try await invocation.withStore(.createIfMissing) { store in
            let startedAt = surroundings.time.bootNanoseconds()
            var line = ProgressLine(invocation.errors, surroundings.time)
            let report = try await git.run(
                repository: path, into: store, source: arguments["source"],
                interruption: surroundings.interruption
            ) { report in line.update { progress(report) } }
            line.clear()
            let seconds = Double(surroundings.time.bootNanoseconds() - startedAt) / 1e9
            if invocation.isJSON {
                try invocation.output.json([
                    "stream": .string(report.stream),
                    "commits": .number(JSONNumber(report.commits)),
                    "events": .number(JSONNumber(report.events)),
                    "complete": .bool(!report.isInterrupted),
                ])
            } else {
                try invocation.output.line(summary(report, seconds: seconds))
            }
            return report.isInterrupted ? .interrupted : .success
        }
    }

    private static func progress(_ report: GitImportReport) -> String {
        let bar = report.commitsTotal.map { " \(ProgressLine.bar(report.commits, of: $0))" } ?? ""
        return "import\(bar) \(Quantity.count(report.commits, "commit"))"
    }

    private static func summary(_ report: GitImportReport, seconds: Double) -> String {
        if report.isInterrupted {
            return "stopped behind \(Quantity.count(report.commits, "commit")); "
                + "the same command continues"
        }
        if report.commits == 0 { return "nothing new" }
        return "\(Quantity.count(report.commits, "commit")) as "
            + "\(Quantity.count(report.events, "event")) in \(report.stream), "
            + Quantity.duration(seconds: seconds)
    }
}
