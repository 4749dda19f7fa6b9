internal import Daybook
internal import DaybookBytes
internal import DaybookJSON
internal import DaybookStore
internal import Synchronization

/// `daybook backup`: copies the store as it stands, and checks it on the way.
enum BackupCommand {
    static let declaration = CommandDeclaration(
        "backup", "Copy a journal of the store, also while another process writes to it.",
        operands: [
            .required(
                "destination", kind: .file,
                "A folder, a file that ends in .tar, or - for an archive.")
        ],
        options: [
            .flag("file", "The destination is one file, whatever its name."),
            .flag("verify", "Copy nothing: check the backup that is there."),
        ],
        notes: [
            "It holds all that was acknowledged before it began. Every frame is checked while it is "
                + "copied, and what was written is read back; damage in the store stops it.",
            "A backup is one of a journal, of `main` where there is no other. A store that has several "
                + "needs one backup for each, named by --journal.",
            "Into a folder that holds an earlier backup of this journal only what is new is copied: "
                + "segments that are sealed are read there, to check them, and stay; one that is damaged or "
                + "gone there is copied again, the last one too, and a note says so. The store's own files "
                + "of those that stay are not read: `daybook verify` does that. One that fails or is "
                + "stopped leaves the folder as it was found, and the earlier backup whole. A file is an archive that `tar` lists and unpacks.",
            "The destination may not lie inside a store.",
            "The index is not copied; the restored store makes it again when it is opened.",
        ],
        examples: [
            "daybook backup backups/orders", "daybook backup orders.tar",
            "daybook backup - | gzip > orders.tar.gz", "daybook backup --verify orders.tar",
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let operand = invocation.arguments.operand
        if invocation.arguments.has("verify") {
            return try await verify(invocation.surroundings.absolute(operand), invocation)
        }
        let journal = try await invocation.onlyJournal()
        let storePath = try invocation.storePath
        if operand == "-" { return try await send(journal, invocation) }
        let path = invocation.surroundings.absolute(operand)
        let isFile = invocation.arguments.has("file") || path.hasSuffix(".tar")
        let watch = CopyWatch("backup", invocation)
        let report = try await watch.run(of: storePath) { progress in
            try await EmbeddedStore.backup(
                storePath, journal: journal, to: isFile ? .file(path) : .folder(path),
                progress: progress)
        }
        try invocation.say(notes: report.notes)
        if invocation.isJSON {
            try invocation.output.json(json(report, path))
        } else {
            try invocation.output.line(summary(report, path))
        }
        return .success
    }

    /// Writes an archive to the standard output: nothing else may be said there.
    private static func send(_ journal: String, _ invocation: Invocation) async throws -> ExitCode {
        let (output, storePath) = (invocation.output, try invocation.storePath)
        let stopped = Mutex<(any Error)?>(nil)
        let watch = CopyWatch("backup", invocation)
        do {
            _ = try await watch.run(of: storePath) { progress in
                try await EmbeddedStore.backup(
                    storePath, journal: journal,
                    to: .stream { bytes throws(StoreError) in
                        do { try output.write(bytes) } catch {
                            stopped.withLock { $0 = error }
                            throw .cancelled()
                        }
                    }, progress: progress)
            }
        } catch {
            throw stopped.withLock { $0 } ?? error
        }
        return .success
    }

    private static func verify(_ path: String, _ invocation: Invocation) async throws -> ExitCode {
        let watch = CopyWatch("verify", invocation)
        let report = try await watch.run(of: path) { progress in
            try await EmbeddedStore.verifyBackup(path, progress: progress)
        }
        return try VerifyCommand.tell(
            report,
            remedy:
                "What is damaged is never restored. Take the backup anew while the store is whole: "
                + "in a folder only what is damaged is copied again. Or use another backup.",
            invocation)
    }

    private static func summary(_ report: BackupReport, _ path: String) -> String {
        let copied = report.segments - report.segmentsKept
        let kept =
            report.segmentsKept == 0
            ? ""
            : "; \(Quantity.count(report.segmentsKept, "segment")), "
                + "\(Quantity.bytes(report.bytesKept)), there already"
        return "\(Quantity.count(report.lastPosition, "event")) backed up in "
            + "\(path.withoutControls): \(Quantity.count(copied, "segment")), "
            + "\(Quantity.bytes(report.bytes - report.bytesKept)), copied and checked\(kept)"
    }

    private static func json(_ report: BackupReport, _ path: String) -> JSONObject {
        [
            "backup": .string(path), "journal": .string(report.name),
            "journalID": .string(report.journal.description),
            "lastPosition": .number(JSONNumber(report.lastPosition)),
            "segments": .number(JSONNumber(report.segments)),
            "bytes": .number(JSONNumber(report.bytes)),
            "segmentsKept": .number(JSONNumber(report.segmentsKept)),
            "bytesKept": .number(JSONNumber(report.bytesKept)),
            "notes": .array(report.notes.map(JSONValue.string)),
        ]
    }
}
