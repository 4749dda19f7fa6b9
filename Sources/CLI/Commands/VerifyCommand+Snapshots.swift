internal import Daybook
internal import DaybookJSON
internal import DaybookSourcing
internal import DaybookStore

extension VerifyCommand {
    static let snapshotsOption = OptionDeclaration.value(
        "snapshots", "FOLD", summary: "Only the snapshots of the fold of this name: their form.")

    /// Looks at the form of all snapshots of a fold, in each journal that is asked for.
    static func verifySnapshots(
        ofFold name: String, _ invocation: Invocation
    ) async throws -> ExitCode {
        var found: [(journal: String, forms: SnapshotForms)] = []
        for journal in try await invocation.journals().map(\.name) {
            _ = try await invocation.withFolder(.readOnly, journal: journal) { store in
                let forms = try await SnapshotShelf.checkForms(ofFold: name, in: store)
                found.append((journal, forms))
                return .success
            }
        }
        let snapshots = found.reduce(0) { $0 + $1.forms.snapshots }
        let isWell = found.allSatisfy { $0.forms.findings.isEmpty }
        if invocation.isJSON {
            try invocation.output.json(json(name, found, snapshots))
            return isWell ? .success : .damaged
        }
        let (output, style) = (invocation.output, invocation.output.style)
        for (journal, forms) in found {
            for finding in forms.findings {
                let stream = "a snapshot of stream '\(finding.stream)': \(finding.why)"
                try output.line(style.paint("damage: ", .removed) + stream.withoutControls)
                if found.count > 1 { try output.line("  in journal \(journal)") }
            }
        }
        let all = "\(Quantity.count(snapshots, "snapshot")) of fold '\(name.withoutControls)'"
        if snapshots == 0 && isWell {
            // One whose name was written wrongly is not to look as if it were well.
            try output.line(
                "there are no snapshots of a fold '\(name.withoutControls)', which is `static let name` in "
                    + "the program")
        } else if isWell {
            try output.line(style.paint("all is well: ", .added) + all)
        } else {
            try output.line(
                "in \(all). No event is touched: programs read the events where a snapshot cannot be "
                    + "read, and the next one takes its place.")
        }
        try invocation.say(notes: [
            "whether a snapshot is what the events lead to, only the program can say that has the fold: "
                + "`verifySnapshots()` of its repository"
        ])
        return isWell ? .success : .damaged
    }

    private static func json(
        _ name: String, _ found: [(journal: String, forms: SnapshotForms)], _ snapshots: Int
    ) -> JSONObject {
        let findings = found.flatMap { journal, forms in
            forms.findings.map { finding -> JSONValue in
                [
                    "journal": .string(journal), "stream": .string(finding.stream),
                    "what": .string(finding.why),
                ]
            }
        }
        return [
            "fold": .string(name), "snapshots": .number(JSONNumber(snapshots)),
            "findings": .array(findings),
        ]
    }
}
