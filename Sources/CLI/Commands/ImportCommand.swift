internal import Daybook
internal import DaybookJSON
internal import DaybookPlatform
internal import DaybookStore

/// `daybook import`: records events from lines of JSON, or the history of a git repository.
enum ImportCommand {
    static let declaration = CommandDeclaration(
        "import", "Record events from a file of JSON lines or from a git repository.",
        operands: [
            .required(
                "source", kind: .file,
                "A file (.jsonl, also as .gz or .zst), a git repository, or -.")
        ],
        options: [
            .choice("format", ["jsonl", "git"], "What the source is (default: git for a folder)."),
            .value(
                "source", "NAME",
                summary: "The name to continue under (default: the path; for - there is none)."),
            .flag(
                "exact",
                "The lines of `export --exact`, into a new journal: positions and times stay."),
            .flag("check-revisions", "Stop at a line whose `v` is not the revision it gets."),
        ],
        notes: [
            "Stopped and run again it goes on where it ended, and nothing is recorded twice: each "
                + "append carries how far the source was read and a digest of it. A source that "
                + "changed before that point is refused.",
            "From a pipe, lines are recorded as they come: behind `tail -f`, within a moment.",
            "With --exact a journal is made that the store has not, of the name it had or that of "
                + "--journal, all of it or nothing: run again it begins anew. Checkpoints taken in the one "
                + "that was exported are refused by the new one.",
            "`daybook help format` shows the lines.",
        ],
        examples: [
            "daybook import events.jsonl.zst", "curl -s $URL | daybook import - --source orders",
            "daybook import ~/projects/compiler",
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let arguments = invocation.arguments
        let operand = arguments.operand
        if arguments.has("exact") { return try await importExactly(invocation) }
        if try isRepository(operand, invocation) { return try await importGit(invocation) }
        let source: ImportSource
        if operand == "-" {
            source = .standardInput(name: arguments["source"], invocation.surroundings.input)
            if !source.isContinued {
                try invocation.say(notes: [
                    "without --source NAME this import cannot be continued when it is stopped"
                ])
            }
        } else {
            source = try .file(
                invocation.surroundings.absolute(operand), name: arguments["source"])
        }
        return try await invocation.withStore(.createIfMissing) { store in
            try await importLines(source, into: store, invocation)
        }
    }

    private static func isRepository(_ operand: String, _ invocation: Invocation) throws -> Bool {
        if let format = invocation.arguments["format"] { return format == "git" }
        if operand == "-" { return false }
        let path = invocation.surroundings.absolute(operand)
        do {
            _ = try LinuxDisk(root: path).list("")
            return true
        } catch {
            if error == .ENOENT { throw Failure.file(path, "read", error) }
            return false
        }
    }

    private static func importLines(
        _ source: ImportSource, into store: any OpenedStore, _ invocation: Invocation
    ) async throws -> ExitCode {
        var work = JournalImport(
            source, into: store, checksRevisions: invocation.arguments.has("check-revisions"),
            interruption: invocation.surroundings.interruption)
        var progress = ImportProgress(
            source.size, invocation.errors, invocation.surroundings.time)
        let report: JournalImport.Report
        do {
            report = try await work.run { progress.show($0) }
        } catch {
            _ = progress.end()
            throw error
        }
        let seconds = progress.end()
        if let failure = report.failure {
            try invocation.say(notes: summary(report, source, seconds: seconds))
            throw failure
        }
        if invocation.isJSON {
            try invocation.output.json(json(report, source, seconds: seconds))
        } else {
            for line in summary(report, source, seconds: seconds) {
                try invocation.output.line(line)
            }
        }
        return report.isInterrupted ? .interrupted : .success
    }

    /// What was done, and what can be done next.
    static func summary(
        _ report: JournalImport.Report, _ source: ImportSource, seconds: Double
    ) -> [String] {
        var lines: [String] = []
        let isWhole = report.failure == nil && !report.isInterrupted
        if report.linesBefore > 0 {
            lines.append("\(Quantity.count(report.linesBefore, "line")) had been imported before")
        }
        if report.events == 0 {
            lines.append(isWhole ? "nothing new" : "nothing was recorded")
        } else {
            lines.append(
                "\(Quantity.count(report.events, "event")) recorded in "
                    + "\(Quantity.duration(seconds: seconds)): "
                    + ImportProgress.rate(report, seconds: seconds))
        }
        if report.isInterrupted || report.failure != nil {
            let reason = report.isInterrupted ? "stopped" : "ended"
            let advice =
                source.isContinued
                ? "the same command continues behind it"
                : "it cannot be continued, because it has no --source NAME"
            lines.append("\(reason) behind line \(report.lines); \(advice)")
        }
        return lines
    }

    private static func json(
        _ report: JournalImport.Report, _ source: ImportSource, seconds: Double
    ) -> JSONObject {
        [
            "source": .string(source.name), "events": .number(JSONNumber(report.events)),
            "lines": .number(JSONNumber(report.lines)),
            "linesBefore": .number(JSONNumber(report.linesBefore)),
            "bytes": .number(JSONNumber(report.bytes)),
            "seconds": .seconds(seconds),
            "eventsPerSecond": .rate(report.events, seconds: seconds),
            "complete": .bool(!report.isInterrupted),
        ]
    }
}
