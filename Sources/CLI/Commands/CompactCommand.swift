internal import Daybook
internal import DaybookClient
internal import DaybookJSON
internal import DaybookServer
internal import DaybookStore
internal import Synchronization

/// `daybook compact`: gives back the room of what is deleted, or not kept.
enum CompactCommand {
    static let declaration = CommandDeclaration(
        "compact", "Remove what is deleted or not kept from the disk, for good; compress the rest.",
        options: [
            .flag("all", "Also where little would go, and in the segment that is not full yet."),
            .flag("compress", "Also compress full segments with zstd, where it saves a tenth."),
            .flag("dry-run", "Only tell what would be removed; also beside a process that writes."),
            .value(
                "throttle", "BYTES", kind: .words(["none"]),
                summary: "Read and write so many bytes a second: 64M, 512K (default: "
                    + "\(EmbeddedStore.compactionBytesPerSecond >> 20)M); `none`: as fast as it goes."
            ),
            .value(
                "url", "URL",
                summary: "Ask a running `daybook serve` for it, beside its appends: "
                    + "\(ServerAddress.example)."),
        ],
        notes: [
            "Removed are data and metadata of events that were deleted with their stream, truncated, "
                + "or are beyond $maxCount or $maxAge of its metadata. Positions, revisions and ids "
                + "stay: nothing is decided differently afterwards.",
            "What was allocated for a segment and not used, because it was cut by a crash or ended early, is given back as "
                + "well.",
            "A compressed segment stays compressed, and events are read from it one by one as before. "
                + "A program that opens the store by itself has to link DaybookCompression then.",
            "A segment that is damaged or cannot be read stays as it is: the others are compacted, and "
                + "the error tells where it is.",
            "It may be stopped at any time; the same command goes on where it was. Segments in which nothing can have "
                + "changed since the last time are not read again.",
            "Others read the store meanwhile, and cannot open it for writing. Where appends are to go on, "
                + "whoever has it open compacts it: `daybook serve` is asked with `--url`, as its clients do with a "
                + "scavenge, and a program calls `compact`.",
            "A server goes on by itself once it was asked: its log tells how far it is, and when it has ended. How fast it "
                + "may is its own setting, `--compaction-bytes-per-second`. Under TLS write `?tls` behind the address, or "
                + "`?tlsCaFile=FILE` for a certificate that the system does not trust; it has to name the host as it "
                + "is written.",
        ],
        examples: [
            "daybook compact --dry-run", "daybook compact", "daybook compact --compress",
            "daybook compact --all --throttle none",
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        if let server = try invocation.server() { return try await ask(server, invocation) }
        do { return try await compact(invocation) } catch let failure as Failure {
            throw failure.exit == .locked ? failure.askingServer : failure
        }
    }

    private static func compact(_ invocation: Invocation) async throws -> ExitCode {
        let rate = try throttle(invocation.arguments)
        let takesAll = invocation.arguments.has("all")
        let compresses = invocation.arguments.has("compress")
        let isDryRun = invocation.arguments.has("dry-run")
        if isDryRun && compresses {
            throw Failure.usage(
                "`--dry-run` and `--compress` do not go together",
                why: "what compression saves is known when it is done",
                remedy: "Leave out one of them.")
        }
        let progress = CompactionProgress(invocation)
        defer { progress.clear() }
        invocation.surroundings.interruption.listen {}
        return try await invocation.withFolder(isDryRun ? .readOnly : .existing) { store in
            let work = Task {
                if isDryRun {
                    return try await store.previewCompaction(
                        bytesPerSecond: rate, takesAll: takesAll
                    ) { report in progress.show(report) }
                }
                return try await store.compact(
                    bytesPerSecond: rate, takesAll: takesAll, compresses: compresses
                ) { report in progress.show(report) }
            }
            invocation.surroundings.interruption.listen { work.cancel() }
            let report = try await work.value
            progress.clear()
            if invocation.isJSON {
                try invocation.output.json(json(report))
            } else {
                let lines = isDryRun ? previewLines(report) : lines(report)
                for line in lines { try invocation.output.line(line) }
            }
            return report.isComplete ? .success : .interrupted
        }
    }

    /// Nil: as fast as it goes.
    private static func throttle(_ arguments: Arguments) throws(Failure) -> Int? {
        guard let text = arguments["throttle"] else {
            return EmbeddedStore.compactionBytesPerSecond
        }
        if text == "none" { return nil }
        guard let bytes = Amount.bytes(text), bytes > 0 else {
            throw .usage(
                "`--throttle \(text)` cannot be used", why: "a number of bytes a second is needed",
                remedy: "Write it so: `--throttle 64M`, or `none`.")
        }
        return Int(clamping: bytes)
    }

    static func lines(_ report: CompactionReport) -> [String] {
        var lines: [String] = []
        if report.isResumed {
            lines.append("went on with the compaction up to position \(report.position)")
        }
        let looked =
            "looked through \(Quantity.count(report.segmentsRead)) of "
            + "\(Quantity.count(report.segmentsTotal, "full segment")), "
            + "\(Quantity.bytes(report.bytesRead))"
        if report.segmentsSettled > 0 {
            lines.append(
                "nothing can have changed in \(Quantity.count(report.segmentsSettled, "segment"))"
                    + " since the last time")
        }
        if report.segmentsWritten == 0 {
            lines.append(looked + "; nothing was removed or compressed")
        } else {
            lines.append(looked)
            if report.segmentsCompressed > 0 {
                lines.append(
                    "compressed \(Quantity.count(report.segmentsCompressed, "segment"))")
            }
            lines.append(
                (report.eventsRemoved == 0
                    ? "wrote "
                    : "removed the data of \(Quantity.count(report.eventsRemoved, "event")) from ")
                    + Quantity.count(report.segmentsWritten, "segment")
                    + (report.eventsRemoved == 0 ? " again: " : ": ")
                    + "\(Quantity.bytes(report.bytesBefore)) before, "
                    + "\(Quantity.bytes(report.bytesAfter)) after, "
                    + "\(Quantity.bytes(report.bytesGivenBack)) given back")
        }
        if report.segmentsSpare > 0 {
            lines.append("gave back \(spare(report))")
        }
        lines += left(report)
        if !report.isComplete {
            lines.append("stopped; the same command goes on with it")
        }
        return lines
    }

    /// What would be done.
    static func previewLines(_ report: CompactionReport) -> [String] {
        var lines = [
            "looked through \(Quantity.count(report.segmentsRead)) of "
                + "\(Quantity.count(report.segmentsTotal, "segment")), "
                + "\(Quantity.bytes(report.bytesRead)); nothing was changed"
        ]
        lines.append(
            report.segmentsWritten == 0
                ? "nothing would be removed"
                    + (report.segmentsTotal == 0
                        ? "; `--all` takes what is still being written, too" : "")
                : "the data of \(Quantity.count(report.eventsRemoved, "event")) would be removed from "
                    + "\(Quantity.count(report.segmentsWritten, "segment")), and about "
                    + "\(Quantity.bytes(report.bytesGivenBack)) given back")
        if report.segmentsSpare > 0 {
            lines.append("would give back \(spare(report))")
        }
        lines += left(report)
        if !report.isComplete { lines.append("stopped: what follows was not looked at") }
        return lines
    }

    private static func spare(_ report: CompactionReport) -> String {
        "\(Quantity.bytes(report.bytesSpare)) behind the end of "
            + "\(Quantity.count(report.segmentsSpare, "segment")), where nothing is written"
    }

    private static func left(_ report: CompactionReport) -> [String] {
        if report.eventsLeft == 0 { return [] }
        return [
            "left \(Quantity.count(report.eventsLeft, "event")) in "
                + "\(Quantity.count(report.segmentsLeft, "segment")) of which little would go; "
                + "`--all` takes them too"
        ]
    }

    private static func json(_ report: CompactionReport) -> JSONObject {
        [
            "position": .number(JSONNumber(report.position)),
            "time": .string("\(report.time)"), "resumed": .bool(report.isResumed),
            "complete": .bool(report.isComplete),
            "segments": .number(JSONNumber(report.segmentsTotal)),
            "segmentsRead": .number(JSONNumber(report.segmentsRead)),
            "segmentsWritten": .number(JSONNumber(report.segmentsWritten)),
            "segmentsCompressed": .number(JSONNumber(report.segmentsCompressed)),
            "bytesRead": .number(JSONNumber(report.bytesRead)),
            "eventsRemoved": .number(JSONNumber(report.eventsRemoved)),
            "bytesBefore": .number(JSONNumber(report.bytesBefore)),
            "bytesAfter": .number(JSONNumber(report.bytesAfter)),
            "bytesGivenBack": .number(JSONNumber(report.bytesGivenBack)),
            "bytesSpare": .number(JSONNumber(report.bytesSpare)),
            "segmentsSpare": .number(JSONNumber(report.segmentsSpare)),
            "segmentsLeft": .number(JSONNumber(report.segmentsLeft)),
            "eventsLeft": .number(JSONNumber(report.eventsLeft)),
            "segmentsSettled": .number(JSONNumber(report.segmentsSettled)),
        ]
    }
}

extension CompactionReport {
    fileprivate var bytesGivenBack: UInt64 {
        bytesBefore > bytesAfter ? bytesBefore - bytesAfter : 0
    }
}

/// The line of progress, drawn from the thread that works.
private final class CompactionProgress: Sendable {
    private let line: Mutex<ProgressLine>

    init(_ invocation: Invocation) {
        line = Mutex(ProgressLine(invocation.errors, invocation.surroundings.time))
    }

    func show(_ report: CompactionReport) {
        let givenBack = report.bytesGivenBack + report.bytesSpare
        let bar = ProgressLine.bar(
            Int(clamping: report.bytesRead), of: Int(clamping: report.bytesTotal))
        line.withLock { line in
            line.update {
                "compact \(bar) of \(Quantity.bytes(report.bytesTotal)), "
                    + "\(Quantity.bytes(givenBack)) given back"
            }
        }
    }

    func clear() { line.withLock { $0.clear() } }
}
