internal import Daybook
internal import DaybookJSON
internal import DaybookStore

/// `daybook restore`: makes a store out of a backup.
enum RestoreCommand {
    static let declaration = CommandDeclaration(
        "restore", "Make a store out of a backup, whole or up to a position or a time.",
        operands: [
            .required(
                "backup", kind: .file, "A folder or an archive that `daybook backup` wrote.")
        ],
        options: [
            .value(
                "to-position", "P",
                summary: "End with the append whose last event has this position."),
            .value(
                "at", "TIME", summary: "End with the last append recorded at or before this time."),
        ],
        notes: [
            "The journal gets the name it had, or that of --journal; a store that has one of that name, "
                + "and a folder that holds anything but a store, is refused. Everything is checked while it is copied. "
                + "One that fails or is stopped leaves the folder as it was found; one that is killed leaves "
                + "nothing that could be taken for a journal.",
            "Events keep positions, revisions and times. Checkpoints that were taken before are "
                + "refused by the restored journal, because another history may follow.",
        ],
        examples: [
            "daybook restore backups/orders --store ./orders",
            "daybook restore orders.tar --store ./before --at 2024-05-01T11:59",
            "daybook restore orders.tar --journal orders-before",
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let arguments = invocation.arguments
        try arguments.refuse("to-position", with: "at", why: "both say where to end")
        var end = RestoreEnd.whole
        if let position = try arguments.number("to-position", atLeast: 1) {
            end = .position(position)
        }
        if let text = arguments["at"] {
            end = .time(
                try Instant.parse(text, option: "at", invocation.surroundings.time))
        }
        let storePath = try invocation.storePath
        let backup = invocation.surroundings.absolute(arguments.operand)
        let watch = CopyWatch("restore", invocation)
        let report = try await watch.run(of: backup) { [end] progress in
            try await EmbeddedStore.restore(
                backup, to: storePath, journal: invocation.namedJournal, upTo: end,
                progress: progress)
        }
        if invocation.isJSON {
            try invocation.output.json([
                "store": .string(storePath),
                "journal": .string(report.name),
                "journalID": .string(report.journal.description),
                "lastPosition": .number(JSONNumber(report.lastPosition)),
                "backupPosition": .number(JSONNumber(report.backupPosition)),
                "takenAt": .string(report.takenAt.description),
                "segments": .number(JSONNumber(report.segments)),
                "bytes": .number(JSONNumber(report.bytes)),
            ])
        } else {
            try invocation.output.line(summary(report, end, storePath))
        }
        return .success
    }

    private static func summary(
        _ report: RestoreReport, _ end: RestoreEnd, _ path: String
    ) -> String {
        let when =
            switch end {
            case .whole: "as they stood at \(report.takenAt)"
            case .position: "of a backup that was taken at \(report.takenAt)"
            case .time(let time):
                "as they stood at \(time), of a backup that was taken at \(report.takenAt)"
            }
        let left = report.backupPosition - report.lastPosition
        let rest = left == 0 ? "" : "; \(Quantity.count(left, "later event")) left out"
        let journal = report.name == JournalName.main ? "" : "journal \(report.name) of "
        return "\(Quantity.count(report.lastPosition, "event")) restored in \(journal)"
            + "\(path.withoutControls), \(when)\(rest)"
    }
}
