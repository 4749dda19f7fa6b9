internal import Daybook
internal import DaybookBytes
internal import DaybookJSON
internal import DaybookLines
internal import DaybookStore

/// `daybook export`: writes events as lines that `import` reads.
enum ExportCommand {
    static let declaration = CommandDeclaration(
        "export", "Write events as JSON lines that can be imported again.",
        operands: [SelectionOptions.stream],
        options: ReadPlan.declarations.filter { $0.name != "backwards" } + [
            .flag(
                "exact", "Everything, with what `import --exact` needs to make the same journal."),
            .value(
                "output", "FILE", kind: .file,
                summary: "A file, packed where its name ends in .zst (default: standard output)."),
        ],
        isServed: true,
        notes: [
            "A file gets its name when it is complete; stopped before, nothing is left of it. It may "
                + "not lie inside a store.",
            "Without a selection it is everything but the streams of the system. Importing the "
                + "lines into an empty store gives the same events: ids, tags, metadata, times of "
                + "occurrence and data byte for byte; positions and recorded times are its own.",
            "--exact also keeps positions, recorded times, the bounds of appends and deletions, and what "
                + "is known of data that `compact` removed. It is one of a journal: where the store has "
                + "several, --journal says of which. Tracking marks and system records travel only in a backup.",
            "--system adds the metadata of streams. That a stream was deleted stands there too, "
                + "and is the one thing that cannot be imported.",
        ],
        examples: [
            "daybook export --output all.jsonl.zst", "daybook export --category account | head -3",
            "daybook export --exact | daybook import --exact - --store ./copy",
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        if invocation.arguments.has("exact") { return try await exportExactly(invocation) }
        let plan = try ReadPlan(invocation.arguments, invocation.surroundings.time, else: .all)
        return try await invocation.withStore(.readOnly) { store in
            let path = invocation.arguments["output"].flatMap { $0 == "-" ? nil : $0 }
            guard let path else {
                var line = EventLine(.exact)
                try await plan.forEachBatch(of: store) { batch, count in
                    for index in 0..<count {
                        try invocation.output.write(try line.encode(batch.view(at: index)))
                    }
                }
                return .success
            }
            try await write(to: path, plan, store, invocation)
            return .success
        }
    }

    private static func write(
        to path: String, _ plan: ReadPlan, _ store: any EventStore, _ invocation: Invocation
    ) async throws {
        let interruption = invocation.surroundings.interruption
        interruption.listen {}
        try EmbeddedStore.checkOutside(invocation.surroundings.absolute(path))
        // Only for the bar: where the end cannot be read, what is asked for may lie before it.
        let head = (try? await store.head()).map { Int(clamping: $0.position) }
        var file = try FileExport(invocation.surroundings.absolute(path))
        var line = EventLine(.exact)
        var progress = ProgressLine(invocation.errors, invocation.surroundings.time)
        defer { progress.clear() }
        var events = 0
        try await plan.forEachBatch(of: store) { batch, count in
            for index in 0..<count { try file.write(try line.encode(batch.view(at: index))) }
            try interruption.check()
            events += count
            let position = Int(clamping: batch.view(at: batch.count - 1).position)
            progress.update {
                let bar = head.map { " " + ProgressLine.bar(position, of: $0) } ?? ""
                return "export\(bar) \(Quantity.count(events)) events"
            }
        }
        try file.finish()
        progress.clear()
        if invocation.isJSON {
            try invocation.output.json([
                "output": .string(path), "events": .number(JSONNumber(events)),
                "bytes": .number(JSONNumber(file.bytes)),
            ])
        } else {
            try invocation.output.line(
                "\(Quantity.count(events, "event")) in \(path.withoutControls), "
                    + Quantity.bytes(file.bytes))
        }
    }
}
