internal import Daybook
internal import DaybookBytes
internal import DaybookCompression
internal import DaybookJSON
internal import DaybookLines
internal import DaybookPlatform
internal import DaybookStore
internal import Synchronization

// `export --exact` and `import --exact`: lines that make the same store again.

extension ExportCommand {
    static func exportExactly(_ invocation: Invocation) async throws -> ExitCode {
        let arguments = invocation.arguments
        try arguments.refuse(
            "exact", with: "url", why: "an exact export is of a folder, beside whoever has it open")
        let others = ReadPlan.declarations.map(\.name).first { arguments.has($0) }.map { "--\($0)" }
        if let other = others ?? (arguments.operands.isEmpty ? nil : arguments.operands[0]) {
            throw .usage(
                "`--exact` and `\(other)` cannot be given together",
                why: "positions have no gaps, so an exact export holds everything",
                remedy: "Leave one of them out.") as Failure
        }
        let journal = try await invocation.onlyJournal()
        let storePath = try invocation.storePath
        let path = arguments["output"].flatMap { $0 == "-" ? nil : $0 }
        if let path { try EmbeddedStore.checkOutside(invocation.surroundings.absolute(path)) }
        let target = try ExactTarget(
            path.map(invocation.surroundings.absolute), invocation.output)
        let watch = CopyWatch("export", invocation)
        let failed = Mutex<(any Error)?>(nil)
        @Sendable func writing(_ body: () throws -> Void) throws(StoreError) {
            do { try body() } catch {
                failed.withLock { $0 = error }
                throw .cancelled()
            }
        }
        do {
            try await watch.run(of: storePath) { progress in
                try await ExactExport.run(
                    storePath, journal: journal, compression: .zstd
                ) { found throws(StoreError) in
                    try writing { try target.begin(found) }
                } _: { batch throws(StoreError) in
                    try writing { try target.write(batch) }
                    let last = batch.view(at: batch.count - 1).position
                    try progress(Int(clamping: last), target.lastPosition)
                }
            }
        } catch {
            throw failed.withLock { $0 } ?? error
        }
        let bytes = try target.finish()
        guard let path else { return .success }
        let events = target.lastPosition
        if invocation.isJSON {
            try invocation.output.json([
                "output": .string(path), "events": .number(JSONNumber(events)),
                "bytes": .number(JSONNumber(bytes)),
            ])
        } else {
            try invocation.output.line(
                "\(Quantity.count(events, "event")) in \(path.withoutControls), "
                    + Quantity.bytes(bytes))
        }
        return .success
    }
}

/// Where the lines of an exact export go: a file, or the standard output.
private final class ExactTarget: Sendable {
    private struct State: ~Copyable {
        var file: FileExport?
        var line = EventLine(.exact)
        var lastPosition = 0
    }

    private let output: Output
    private let state: Mutex<State>

    init(_ path: String?, _ output: Output) throws {
        self.output = output
        if let path {
            let file = try FileExport(path)
            state = Mutex(State(file: file))
        } else {
            state = Mutex(State(file: nil))
        }
    }

    var lastPosition: Int { state.withLock { $0.lastPosition } }

    func begin(_ found: ExactExport) throws {
        let header = ExactHeader(
            journal: found.journal, name: found.name, createdAt: found.createdAt,
            lastPosition: found.lastPosition)
        var text = ByteWriter()
        text.append(header.line + "\n")
        try state.withLock { state in
            state.lastPosition = Int(clamping: found.lastPosition)
            try write(text.bytes, &state)
        }
    }

    /// Writes the lines of an append.
    func write(_ batch: EventBatch) throws {
        let first = batch.count > 1 ? batch.view(at: 0).position : nil
        try state.withLock { state in
            var line = EventLine(.exact)
            swap(&line, &state.line)
            for index in batch.indices {
                try write(try line.encode(batch.view(at: index), append: first), &state)
            }
            swap(&line, &state.line)
        }
    }

    private func write(_ bytes: borrowing RawSpan, _ state: inout State) throws {
        if state.file == nil { return try output.write(bytes) }
        try state.file?.write(bytes)
    }

    /// Ends it, and says how many bytes a file has.
    func finish() throws -> Int {
        try state.withLock { state in
            try state.file?.finish()
            return state.file?.bytes ?? 0
        }
    }
}

extension ImportCommand {
    static func importExactly(_ invocation: Invocation) async throws -> ExitCode {
        let (arguments, surroundings) = (invocation.arguments, invocation.surroundings)
        try arguments.refuse(
            "exact", with: "url", why: "an exact import makes a journal in a folder")
        for other in ["format", "source", "check-revisions"] {
            try arguments.refuse(
                "exact", with: other, why: "an exact import is one of lines, and never continued")
        }
        let (operand, storePath) = (arguments.operand, try invocation.storePath)
        let source =
            operand == "-"
            ? ImportSource.standardInput(name: nil, surroundings.input)
            : try ImportSource.file(surroundings.absolute(operand), name: nil)
        let watch = CopyWatch("import", invocation)
        let work = ExactImport(
            source, to: storePath, journal: invocation.namedJournal)
        let threads = try IOThreads(count: 1, name: "daybook-import")
        let report: ExactImport.Report
        do {
            report = try await watch.run(of: storePath) { progress in
                try await threads.run { () throws in
                    try work.run { try progress($0, source.size ?? $0) }
                }
            }
        } catch let stopped as Interrupted {
            try invocation.say(notes: [
                "stopped, and nothing was imported: an exact import is all or nothing; the same command "
                    + "begins from the beginning"
            ])
            throw stopped
        }
        if invocation.isJSON {
            try invocation.output.json([
                "source": .string(source.place), "events": .number(JSONNumber(report.events)),
                "appends": .number(JSONNumber(report.appends)),
                "journal": .string(report.journal.description),
            ])
        } else {
            try invocation.output.line(
                "\(Quantity.count(report.events, "event")) in "
                    + "\(Quantity.count(report.appends, "append")) imported with their positions")
        }
        return .success
    }
}
