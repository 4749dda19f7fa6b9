internal import Daybook
internal import DaybookJSON
internal import DaybookPlatform
internal import DaybookStore

extension ImportCommand {
    /// Records the history of a git repository.
    static func importGit(_ invocation: Invocation) async throws -> ExitCode {
        if invocation.arguments.has("check-revisions") {
            throw Failure.usage(
                "`--check-revisions` means nothing for a git repository",
                why: "commits carry no revisions of ours", remedy: "Leave it out.")
        }
        let (arguments, surroundings) = (invocation.arguments, invocation.surroundings)
        let path = surroundings.absolute(arguments.operand)
        return try await invocation.withStore(.createIfMissing) { store in
            var importer = GitImporter(
                repository: path, store: store, source: arguments["source"])
            let interruption = surroundings.interruption
            interruption.listen {}
            importer.shouldStop = { interruption.isRequested }
            let startedAt = surroundings.time.bootNanoseconds()
            var line = ProgressLine(invocation.errors, surroundings.time)
            defer { line.clear() }
            let report = try await importer.run { done in line.update { progress(done) } }
            line.clear()
            let seconds = Double(surroundings.time.bootNanoseconds() - startedAt) / 1e9
            if invocation.isJSON {
                try invocation.output.json([
                    "stream": .string(report.stream),
                    "commits": .number(JSONNumber(report.commits)),
                    "events": .number(JSONNumber(report.events)),
                    "complete": .bool(!report.isStopped),
                ])
            } else {
                try invocation.output.line(summary(report, seconds: seconds))
            }
            return report.isStopped ? .interrupted : .success
        }
    }

    private static func progress(_ done: GitProgress) -> String {
        "import \(ProgressLine.bar(done.commits, of: done.commitsTotal)) "
            + Quantity.count(done.commits, "commit")
    }

    private static func summary(_ report: GitReport, seconds: Double) -> String {
        if report.isStopped {
            return "stopped behind \(Quantity.count(report.commits, "commit")); "
                + "the same command continues"
        }
        if report.commits == 0 { return "nothing new" }
        return "\(Quantity.count(report.commits, "commit")) as "
            + "\(Quantity.count(report.events, "event")) in \(report.stream), "
            + Quantity.duration(seconds: seconds)
    }
}
