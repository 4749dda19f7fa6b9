internal import Daybook
internal import DaybookCompression
internal import DaybookJSON
internal import DaybookStore

/// `daybook repair`: says what is damaged and what is lost by it, and mends what it may.
enum RepairCommand {
    /// So many streams, owners and consumers are named.
    private static let namesMax = 20

    static let declaration = CommandDeclaration(
        "repair", "Say what is damaged and what would be lost, and mend the journal if you agree.",
        options: [
            .flag(
                "accept-loss",
                "Mend it although events are lost: keep what is whole before the damage.")
        ],
        notes: [
            "Positions have no gaps, so everything behind damage is lost to the order with it, also "
                + "what is whole itself. Without --accept-loss the command tells what that is; what "
                + "loses nothing it mends at once. A backup may hold more: see `daybook restore`.",
            "Nothing is deleted: files that are not used any more are moved into a folder that is "
                + "named. Where events were lost, checkpoints taken before are refused.",
            "A store that has several journals is mended journal by journal, each named by --journal.",
            "Exit code 4 where something is lost and nothing was changed.",
        ],
        examples: ["daybook repair", "daybook repair --accept-loss"],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let journal = try await invocation.onlyJournal()
        let storePath = try invocation.storePath
        let report: RepairReport
        do {
            report = try await EmbeddedStore.repair(
                storePath, journal: journal,
                acceptsLoss: invocation.arguments.has("accept-loss"), compression: .zstd)
        } catch {
            throw Failure(error).inStore(at: storePath)
        }
        if invocation.isJSON {
            try invocation.output.json(json(report))
        } else {
            for line in lines(report, invocation.output.style) { try invocation.output.line(line) }
        }
        try invocation.say(notes: report.notes)
        return report.isRepaired || report.findings.isEmpty && report.loss == nil
            ? .success : .damaged
    }

    static func lines(_ report: RepairReport, _ style: Style) -> [String] {
        var lines: [String] = []
        for finding in report.findings {
            lines.append(style.paint("damage: ", .removed) + finding.what.withoutControls)
            lines.append("  at \(finding.place.withoutControls)")
        }
        for finding in report.derived {
            lines.append(style.paint("note: ", .changed) + finding.what.withoutControls)
            lines.append("  at \(finding.place.withoutControls)")
        }
        if let loss = report.loss { lines += self.lines(loss, report) }
        if report.isRepaired { return lines + done(report, style) }
        if report.loss != nil {
            return lines + [
                "Nothing was changed. If you have a backup that goes further, restore it into "
                    + "another folder; --accept-loss goes on without what is lost."
            ]
        }
        if !report.findings.isEmpty {
            return lines + ["Nothing was changed: a repair does not mend this. Restore a backup."]
        }
        return lines + [style.paint("nothing to repair", .added)]
    }

    private static func lines(_ loss: RepairReport.Loss, _ report: RepairReport) -> [String] {
        let kept =
            report.lastPosition == 0
            ? "no event" : "positions 1 to \(Quantity.count(report.lastPosition))"
        var lines = ["whole: \(kept)"]
        if loss.events == 0 {
            lines.append("lost: no event that is known of; what was written last may be gone")
            return lines + others(loss)
        }
        let range =
            loss.events == 1
            ? "position \(loss.firstPosition)"
            : "positions \(loss.firstPosition) to \(loss.lastPosition)"
        lines.append(
            "lost: \(range), \(Quantity.count(loss.events, "event")) in up to "
                + "\(Quantity.count(loss.frames, "append")) and marks that were written")
        let unread = loss.events - min(loss.events, loss.eventsReadable)
        lines += named(loss.streams, "event", of: "", "stream")
        if unread > 0 {
            lines.append("  \(Quantity.count(unread, "event")) that cannot be read any more")
        }
        return lines + others(loss)
    }

    /// What is lost beside events.
    private static func others(_ loss: RepairReport.Loss) -> [String] {
        var lines: [String] = []
        if loss.records > 0 {
            lines.append("lost: \(Quantity.count(loss.records, "system record"))")
            lines += named(loss.owners, "system record", of: "owner ", "owner")
        }
        let marks = loss.consumers.values.reduce(0, +)
        if marks > 0 {
            lines.append(
                "lost: \(Quantity.count(marks, "tracking mark")) that can be read; these consumers are where "
                    + "they were before")
            lines += named(loss.consumers, "tracking mark", of: "consumer ", "consumer")
        }
        return lines
    }

    private static func named(
        _ counts: [String: Int], _ what: String, of kind: String, _ name: String
    ) -> [String] {
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        var lines = sorted.prefix(namesMax).map {
            "  \(Quantity.count($1, what)) of \(kind)\($0.withoutControls)"
        }
        if sorted.count > namesMax {
            lines.append("  and \(Quantity.count(sorted.count - namesMax, "more \(name)"))")
        }
        return lines
    }

    private static func done(_ report: RepairReport, _ style: Style) -> [String] {
        var lines: [String] = []
        if let folder = report.movedTo {
            lines += report.moved.map {
                "moved: \($0.withoutControls) to \(folder.withoutControls)"
            }
        }
        return lines + [
            style.paint("repaired: ", .added)
                + "the journal ends with position \(Quantity.count(report.lastPosition))"
        ]
    }

    private static func json(_ report: RepairReport) -> JSONObject {
        func findings(_ list: [VerifyReport.Finding]) -> JSONValue {
            .array(
                list.map {
                    [
                        "what": .string($0.what), "place": .string($0.place),
                        "position": .number($0.position),
                    ]
                })
        }
        var object: JSONObject = [
            "journal": .string(report.journal), "findings": findings(report.findings),
            "derived": findings(report.derived),
            "lastPosition": .number(JSONNumber(report.lastPosition)),
            "repaired": .bool(report.isRepaired),
            "moved": .array(report.moved.map(JSONValue.string)),
            "notes": .array(report.notes.map(JSONValue.string)),
        ]
        object["movedTo"] = report.movedTo.map(JSONValue.string)
        object["loss"] = report.loss.map { loss -> JSONValue in
            func counts(_ counts: [String: Int]) -> JSONValue {
                var object = JSONObject()
                for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
                    object[name] = .number(JSONNumber(count))
                }
                return .object(object)
            }
            return [
                "firstPosition": .number(JSONNumber(loss.firstPosition)),
                "lastPosition": .number(JSONNumber(loss.lastPosition)),
                "events": .number(JSONNumber(loss.events)),
                "frames": .number(JSONNumber(loss.frames)),
                "eventsReadable": .number(JSONNumber(loss.eventsReadable)),
                "streams": counts(loss.streams),
                "records": .number(JSONNumber(loss.records)),
                "owners": counts(loss.owners), "consumers": counts(loss.consumers),
            ]
        }
        return object
    }
}
