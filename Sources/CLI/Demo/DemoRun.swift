internal import Daybook
internal import DaybookExamples
internal import DaybookJSON
internal import DaybookPlatform
internal import DaybookStore
internal import Synchronization

/// Shows an example: in journals of its own, so that it is never mixed with what else a store holds.
///
/// Where no store is named it works in a folder that is gone afterwards.
struct DemoRun {
    private let demo: Demo
    private let invocation: Invocation
    /// What is kept, nil where nothing is.
    private let store: String?

    init(_ demo: Demo, _ invocation: Invocation) {
        self.demo = demo
        self.invocation = invocation
        store = invocation.arguments["store"]
    }

    /// - Parameter file: a history, as a file to import; nil: a story is told.
    func run(file: String?) async throws -> ExitCode {
        if store != nil { return try await show(file, invocation) }
        return try await ScratchFolder.with { folder in
            var arguments = invocation.arguments
            arguments.replace("store", folder)
            return try await show(
                file,
                Invocation(
                    declaration: invocation.declaration, arguments: arguments,
                    surroundings: invocation.surroundings))
        }
    }

    private func show(_ file: String?, _ invocation: Invocation) async throws -> ExitCode {
        guard let file else {
            let journal = "demo-\(demo.name)"
            return try await invocation.withFolder(.createIfMissing, journal: journal) { store in
                let tell = demo.tell
                let output = invocation.isJSON ? nil : invocation.output
                try await unlessInterrupted {
                    try await tell(store) { line in
                        // Whoever left while it talks does not stop it.
                        try? output?.line(line)
                        try? output?.flush()
                    }
                }
                if invocation.isJSON { try invocation.output.json(["demo": .string(demo.name)]) }
                try sayWhere(journal)
                return .success
            }
        }
        let (history, journal) = ("demo-\(demo.name)-history", "demo-\(demo.name)-replay")
        let path = invocation.surroundings.absolute(file)
        _ = try await invocation.withFolder(.createIfMissing, journal: history) { store in
            try await importLines(path, into: store)
            return .success
        }
        return try await invocation.withFolder(.readOnly, journal: history) { old in
            if !demo.recordsAgain {
                return try end(try await replay(old, into: old), in: history)
            }
            return try await invocation.withFolder(.createIfMissing, journal: journal) { store in
                try end(try await replay(old, into: store), in: journal)
            }
        }
    }

    private func end(_ agreement: Agreement, in journal: String) throws -> ExitCode {
        try sayWhere(journal)
        return agreement.isWhole ? .success : .damaged
    }

    /// As `daybook import` does, without a word.
    private func importLines(_ path: String, into store: any FolderStore) async throws {
        let source = try ImportSource.file(path, name: nil)
        var work = JournalImport(
            source, into: store, checksRevisions: false,
            interruption: invocation.surroundings.interruption)
        var progress = ImportProgress(
            source.size, invocation.errors, invocation.surroundings.time)
        defer { _ = progress.end() }
        let report = try await work.run { progress.show($0) }
        if let failure = report.failure { throw failure }
        if report.isInterrupted { throw Interrupted() }
    }

    private func replay(
        _ history: any EventStore, into store: any EventStore
    ) async throws -> Agreement {
        let line = Mutex(ProgressLine(invocation.errors, invocation.surroundings.time))
        defer { line.withLock { $0.clear() } }
        let (demo, output, isJSON) = (demo, invocation.output, invocation.isJSON)
        let lines = Mutex<[String]>([])
        let told = try await unlessInterrupted {
            try await demo.replay(history, store) { done, total in
                line.withLock {
                    $0.update {
                        "\(demo.name) \(ProgressLine.bar(done, of: total)) of "
                            + Quantity.count(total)
                    }
                }
            } _: { text in
                lines.withLock { $0.append(text) }
            }
        }
        line.withLock { $0.clear() }
        guard let agreement = told else { preconditionFailure("it was asked whether it can") }
        if isJSON {
            try output.json([
                "demo": .string(demo.name), "compared": .number(JSONNumber(agreement.compared)),
                "differing": .number(JSONNumber(agreement.differing)),
                "differences": .array(agreement.examples.map(JSONValue.string)),
            ])
            return agreement
        }
        for text in lines.withLock({ $0 }) { try output.line(text) }
        for text in agreement.examples {
            try output.line(output.style.paint("different: ", .removed) + text)
        }
        if agreement.isWhole {
            try output.line(
                output.style.paint("all is well: ", .added)
                    + "\(Quantity.count(agreement.compared, "result")), each as the history says")
        }
        return agreement
    }

    /// Does what an example does, and ends it where somebody asks to end.
    private func unlessInterrupted<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let interruption = invocation.surroundings.interruption
        let work = Task { try await body() }
        interruption.listen { work.cancel() }
        do { return try await work.value } catch {
            if interruption.isRequested { throw Interrupted() }
            guard let error = error as? ExampleError else { throw error }
            throw Failure(
                .refused, "demo", "`daybook demo \(demo.name)` cannot go on",
                why: error.description, remedy: "`daybook demo` tells what each example is about.")
        }
    }

    private func sayWhere(_ journal: String) throws {
        guard let store else {
            return try invocation.say(notes: ["nothing of it is kept; with --store DIR it is"])
        }
        try invocation.say(notes: [
            "it is all there: daybook read --all --store \(store) --journal \(journal)"
        ])
    }
}
