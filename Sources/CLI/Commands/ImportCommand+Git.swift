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
        if arguments.operand == "-" {
            throw Failure.usage(
                "`--format git` needs a repository, and `-` is standard input",
                why: "a history is read from the repository's folder", remedy: "Name the folder.")
        }
        let path = surroundings.absolute(arguments.operand)
        try await GitImporter.check(repository: path)
        return try await invocation.withStore(.createIfMissing) { store in
            var importer = GitImporter(
                repository: path, store: store, source: arguments["source"])
            let interruption = surroundings.interruption
            interruption.listen {}
            importer.shouldStop = { interruption.isRequested }
            let startedAt = surroundings.time.bootNanoseconds()
            var line = ProgressLine(invocation.errors, surroundings.time)
            defer { line.clear() }
            func seconds() -> Double {
                Double(surroundings.time.bootNanoseconds() - startedAt) / 1e9
            }
            let report = try await importer.run { done in
                line.update { progress(done, seconds: seconds()) }
            }
            let duration = seconds()
            line.clear()
            try invocation.say(notes: report.shallowNote.map { [$0] } ?? [])
            if invocation.isJSON {
                try invocation.output.json(json(report, seconds: duration))
            } else {
                try invocation.output.line(summary(report, seconds: duration))
            }
            return report.isStopped ? .interrupted : .success
        }
    }

    static func progress(_ done: GitProgress, seconds: Double) -> String {
        var text =
            "import \(ProgressLine.bar(done.commits, of: done.commitsTotal)) "
            + "\(Quantity.count(done.commits, "commit")), "
            + "\(Quantity.rate(done.commits, seconds: seconds)) commits/s"
        if done.commits > 0 {
            let left = Double(max(0, done.commitsTotal - done.commits)) / Double(done.commits)
            text += ", \(Quantity.duration(seconds: seconds * left)) left"
        }
        return text
    }

    private static func json(_ report: GitReport, seconds: Double) -> JSONObject {
        var object: JSONObject = [
            "stream": .string(report.stream),
            "commits": .number(JSONNumber(report.commits)),
            "events": .number(JSONNumber(report.events)),
            "seconds": .seconds(seconds),
            "eventsPerSecond": .rate(report.events, seconds: seconds),
            "complete": .bool(!report.isStopped),
        ]
        object["shallowFrom"] = report.boundary.map { .string($0.description) }
        return object
    }

    private static func summary(_ report: GitReport, seconds: Double) -> String {
        if report.isStopped {
            return "stopped behind \(Quantity.count(report.commits, "commit")); "
                + "the same command continues"
        }
        if report.commits == 0 { return "nothing new" }
        return "\(Quantity.count(report.commits, "commit")) as "
            + "\(Quantity.count(report.events, "event")) recorded in \(report.stream) in "
            + "\(Quantity.duration(seconds: seconds)): "
            + "\(Quantity.rate(report.commits, seconds: seconds)) commits/s, "
            + "\(Quantity.rate(report.events, seconds: seconds)) events/s"
    }
}
