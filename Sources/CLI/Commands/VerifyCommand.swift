internal import Daybook
internal import DaybookJSON
internal import DaybookStore
internal import Synchronization

/// `daybook verify`: reads everything and checks it.
enum VerifyCommand {
    static let declaration = CommandDeclaration(
        "verify", "Read everything in the store and check it, without changing anything.",
        options: [snapshotsOption],
        notes: [
            "Exit code 4 where damage is found, also where it touches no event: what is derived from the "
                + "events is made again. It goes on behind damage, and tells of the first thousand findings "
                + "of each journal. It may run beside a writer. Every journal of the store is checked, "
                + "unless one is named with --journal. It takes up to 96 bytes of memory a "
                + "stream, however many events there are.",
            "A fold's snapshots are kept by programs with DaybookSourcing. Looked at is whether each is whole, and of "
                + "a stream that has so many events; what the events lead to knows the program that has the fold.",
        ],
        examples: [
            "daybook verify", "daybook verify --json", "daybook verify --snapshots account",
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        if let fold = invocation.arguments["snapshots"] {
            return try await verifySnapshots(ofFold: fold, invocation)
        }
        // Told from the thread that reads.
        let progress = Mutex(ProgressLine(invocation.errors, invocation.surroundings.time))
        defer { progress.withLock { $0.clear() } }
        let report = try await invocation.verifyStore { done, total in
            progress.withLock {
                $0.update {
                    "verify \(ProgressLine.bar(done, of: total)) of \(Quantity.bytes(total))"
                }
            }
        }
        progress.withLock { $0.clear() }
        return try tell(report, invocation)
    }

    /// Says what was found, of a store or of a backup.
    /// - Parameter remedy: what to do about damage; nil: what a store needs.
    static func tell(
        _ report: VerifyReport, remedy: String? = nil, _ invocation: Invocation
    ) throws -> ExitCode {
        if invocation.isJSON {
            try invocation.output.json(json(report))
        } else {
            for line in lines(report, remedy: remedy, invocation.output.style) {
                try invocation.output.line(line)
            }
        }
        return report.findings.isEmpty ? .success : .damaged
    }

    /// What to do about damage in a store.
    private static func remedy(_ report: VerifyReport) -> String {
        report.refusesWriters
            ? "What is damaged is never served. Nothing can be appended until it is restored "
                + "from a backup, or given up: `daybook repair` says what would be lost by that."
            : "What is damaged is never served. All else is, also to append to, as long as the "
                + "index is there. Restore it from a backup; `daybook repair` says what would be lost "
                + "without one."
    }

    static func lines(
        _ report: VerifyReport, remedy: String? = nil, _ style: Style
    ) -> [String] {
        var lines = report.findings.flatMap { finding in
            [
                style.paint("damage: ", .removed) + finding.what.withoutControls,
                "  at \(finding.place.withoutControls)\(positions(of: finding))",
            ]
        }
        if report.findingsUntold > 0 {
            lines.append("and \(Quantity.count(report.findingsUntold, "more finding")) of the kind")
        }
        lines += report.notes.map { style.paint("note: ", .changed) + $0.withoutControls }
        let read =
            "\(Quantity.count(report.events, "event")) and "
            + "\(Quantity.count(report.records, "system record")) in "
            + "\(Quantity.count(report.frames, "frame")) of "
            + "\(Quantity.count(report.segments, "segment")), \(Quantity.bytes(report.bytes))"
            + (report.journals.count > 1 ? ", in \(report.journals.count) journals" : "")
        if report.stubs > 0 {
            lines.append("\(Quantity.count(report.stubs, "event")) without data: compacted")
        }
        if report.findings.isEmpty { return lines + [style.paint("all is well: ", .added) + read] }
        let findings = Quantity.count(report.findings.count + report.findingsUntold, "finding")
        let meaning =
            report.findings.allSatisfy(\.isHarmless)
            ? "No event is touched, and nothing is lost."
            : remedy ?? self.remedy(report)
        return lines + ["read \(read)", "\(findings). \(meaning)"]
    }

    /// Which positions cannot be served because of it.
    private static func positions(of finding: VerifyReport.Finding) -> String {
        guard let first = finding.position else { return "" }
        guard let last = finding.lastPosition else { return ", from position \(first) on" }
        return first == last ? ", position \(first)" : ", positions \(first) to \(last)"
    }

    private static func json(_ report: VerifyReport) -> JSONObject {
        let findings = report.findings.map { finding -> JSONValue in
            [
                "what": .string(finding.what), "place": .string(finding.place),
                "position": .number(finding.position),
                "lastPosition": .number(finding.lastPosition), "journal": .string(finding.journal),
                "harmless": .bool(finding.isHarmless),
            ]
        }
        return [
            "journals": .array(report.journals.map(JSONValue.string)),
            "segments": .number(JSONNumber(report.segments)),
            "segmentsCompressed": .number(JSONNumber(report.segmentsCompressed)),
            "frames": .number(JSONNumber(report.frames)),
            "events": .number(JSONNumber(report.events)),
            "stubs": .number(JSONNumber(report.stubs)),
            "records": .number(JSONNumber(report.records)),
            "bytes": .number(JSONNumber(report.bytes)), "findings": .array(findings),
            "findingsUntold": .number(JSONNumber(report.findingsUntold)),
            "refusesWriters": .bool(report.refusesWriters),
            "notes": .array(report.notes.map(JSONValue.string)),
        ]
    }
}
