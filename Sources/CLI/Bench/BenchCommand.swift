internal import Daybook
internal import DaybookCoding
internal import DaybookJSON
internal import DaybookPlatform
internal import DaybookStore

/// `daybook bench`: how fast a store is on this device, beside what the device does by itself.
enum BenchCommand {
    static let declaration = CommandDeclaration(
        "bench", "Measure appends and reads beside a raw probe of the same device.",
        options: [
            .value("seconds", "N", summary: "How long each measurement takes (default: 3)."),
            .value(
                "folder", "DIR", kind: .folder,
                summary: "Where to work; made, and removed afterwards."),
            .value("only", "TEXT", summary: "Only measurements whose names contain this."),
            .value(
                "import", "FILE", kind: .file,
                summary:
                    "Also import this file of JSON lines, read it, compress it, and read it again."),
            .value(
                "history", "N",
                summary: "Instead: a history of N events in N/10 streams, loaded and asked."),
            .value(
                "read", "STORE", kind: .folder,
                summary:
                    "Instead: read everything of a store that there is, in a folder or at daybook://HOST:PORT."
            ),
        ],
        notes: [
            "Every figure stands beside the raw probe of the same run: 280 bytes an event, one thread, "
                + "a file filled with zeros, a sync after each write.",
            "It writes about one gigabyte into a folder of its own, and removes it, also when it is "
                + "stopped; no other store is touched.",
        ],
        examples: [
            "daybook bench", "daybook bench --seconds 1 --json", "daybook bench --history 1000000",
        ],
        run: run)

    /// One line of the result.
    struct Row {
        var name: String
        var measurement: Measurement
        /// The rate beside another one of the same run.
        var ratio: Double?
        var against: String?
    }

    private static let run: CommandDeclaration.Body = { invocation in
        let (time, interruption) = (
            invocation.surroundings.time, invocation.surroundings.interruption
        )
        let pace = Pace(
            seconds: Double(try invocation.arguments.count("seconds") ?? 3), time: time,
            interruption: interruption)
        if let place = invocation.arguments["read"] {
            for other in ["folder", "only", "import", "history"] {
                try invocation.arguments.refuse(
                    "read", with: other, why: "it only reads a store that there is")
            }
            try print(try await ReadBench.rows(of: place, pace, invocation), invocation)
            return .success
        }
        let folder = invocation.surroundings.absolute(
            invocation.arguments["folder"] ?? "daybook-bench-\(Host.processID)")
        let disk = LinuxDisk(root: folder)
        interruption.listen {}
        do throws(Errno) {
            if try disk.exists("") { throw .EEXIST }
            try disk.createRoot()
        } catch {
            throw Failure.file(folder, "made for the benchmark", error)
        }
        defer { removeAll(disk, "") }
        var progress = ProgressLine(invocation.errors, time)
        defer { progress.clear() }
        var rows: [Row] = []
        var facts: [Fact] = []
        let wanted = invocation.arguments["only"]
        func measure(
            _ name: String, _ other: String?, _ body: () async throws -> Measurement
        ) async throws {
            // The raw figures are what the others are compared with, and without a history there is none to ask.
            let isNeeded = name.hasPrefix("raw") || name.contains("fifth")
            if let wanted, !name.contains(wanted), !isNeeded { return }
            let measurement = try await body()
            try interruption.check()
            let base = rows.first { $0.name == other }
            rows.append(
                Row(
                    name: name, measurement: measurement,
                    ratio: base.map { measurement.rate / $0.measurement.rate }, against: other))
            progress.update { "measured: \(name)" }
        }
        let single = "raw: 1 event a sync"
        let thousand = "raw: 1,000 events a sync"
        let probe = RawProbe(disk: disk, pace: pace)
        let file = try probe.prepare("raw")
        try await measure(single, nil) { try probe.measure(file, events: 1) }
        try await measure("raw: the same beside zeroing", single) {
            try probe.measureBesideZeroing(file, events: 1)
        }
        try await measure(thousand, nil) { try probe.measure(file, events: 1000) }
        disk.close(file)
        for name in ["raw", "zeros"] { try? disk.remove(name) }

        if let events = try invocation.arguments.count("history") {
            try await HistoryReport(
                folder: folder, events: max(10_000, events), pace: pace, single: single,
                thousand: thousand
            ).run(measure: measure) { facts.append($0) }
        } else {
            try await usual(folder, pace, single: single, thousand: thousand, measure)
        }
        if let source = invocation.arguments["import"] {
            try await measure("import of a file", nil) {
                try await importing(source, folder, invocation)
            }
            try await ImportReport(path: folder + "/import", pace: pace)
                .run(measure: measure) { facts.append($0) }
        }
        progress.clear()
        try print(rows, invocation)
        try print(facts, invocation)
        return .success
    }

    /// Measures something and adds it to the result.
    typealias Measuring = (
        _ name: String, _ other: String?, _ body: () async throws -> Measurement
    ) async throws -> Void

    /// Appends and reads of a few streams.
    private static func usual(
        _ folder: String, _ pace: Pace, single: String, thousand: String, _ measure: Measuring
    ) async throws {
        let store = try await EmbeddedStore.open(at: folder + "/store")
        let bench = StoreBench(store: store, pace: pace)
        do {
            try await measure("1 appender (thread), 1 event an append", single) {
                try bench.singleThread()
            }
            let alone = "1 appender (task), 1 event an append"
            try await measure(alone, single) {
                try await bench.single()
            }
            let crowd = "64 appenders, 1 event, own streams, expected revision"
            try await measure(crowd, single) {
                try await bench.crowd(64, eventsEach: 1, name: "crowd")
            }
            try await measure("8 appenders, 1,000 events an append", thousand) {
                try await bench.crowd(8, eventsEach: 1000, name: "bulk")
            }
            try await measure("read everything, as views", nil) { try await bench.reads.views() }
            try await measure("read everything, in steps", nil) { try await bench.readSteps() }
            try await measure("read everything, as values", nil) { try await bench.reads.values() }
            try await SourcingBench(store: store, pace: pace).run(beside: alone, crowd, measure)
        } catch {
            // Files that it goes on making would keep the folder from being removed.
            try? await store.close()
            throw error
        }
        try await store.close()
        for format in PayloadFormat.allCases {
            let bench = CodingBench(format: format, pace: pace)
            try await measure("payloads decoded from \(format)", nil) { try bench.decoding() }
            try await measure("payloads encoded as \(format)", nil) { try bench.encoding() }
        }
    }

    /// A figure that is no rate.
    struct Fact {
        var name: String
        var value: Double
        var unit: String
    }

    private static func print(_ facts: [Fact], _ invocation: Invocation) throws {
        if facts.isEmpty { return }
        if invocation.isJSON {
            for fact in facts {
                try invocation.output.json([
                    "name": .string(fact.name), "value": number(fact.value),
                    "unit": .string(fact.unit),
                ])
            }
            return
        }
        var table = Table([("", .left), ("", .right), ("", .left)])
        for fact in facts { table.add([fact.name, decimal(fact.value), fact.unit]) }
        for line in table.lines(invocation.output.style) { try invocation.output.line(line) }
    }

    private static func print(_ rows: [Row], _ invocation: Invocation) throws {
        if invocation.isJSON {
            for row in rows { try invocation.output.json(json(row)) }
            return
        }
        var table = Table([
            ("", .left), ("events/s", .right), ("p50 µs", .right), ("p99 µs", .right),
            ("ratio", .left),
        ])
        for row in rows {
            let measured = row.measurement
            table.add([
                row.name, Quantity.count(UInt64(measured.rate)),
                decimal(measured.microseconds(percentile: 0.5)),
                decimal(measured.microseconds(percentile: 0.99)),
                row.ratio.map { "\(decimal($0, digits: 2)) × \(row.against ?? "")" } ?? "",
            ])
        }
        for line in table.lines(invocation.output.style) { try invocation.output.line(line) }
    }

    private static func json(_ row: Row) -> JSONObject {
        var object: JSONObject = [
            "name": .string(row.name), "eventsPerSecond": number(row.measurement.rate),
            "p50Microseconds": number(row.measurement.microseconds(percentile: 0.5)),
            "p99Microseconds": number(row.measurement.microseconds(percentile: 0.99)),
        ]
        object["ratio"] = row.ratio.map(number)
        object["against"] = row.against.map(JSONValue.string)
        return object
    }

    private static func number(_ value: Double) -> JSONValue {
        JSONNumber((value * 1000).rounded() / 1000).map(JSONValue.number) ?? .null
    }

    private static func decimal(_ value: Double, digits: Int = 1) -> String {
        let scale = digits == 1 ? 10.0 : 100.0
        let scaled = Int((value * scale).rounded())
        let fraction = String(scaled % Int(scale))
        let zeros = String(repeating: "0", count: digits - fraction.utf8.count)
        return "\(Quantity.count(UInt64(scaled / Int(scale)))).\(zeros)\(fraction)"
    }

    /// Imports into a store of its own, as `daybook import` does.
    private static func importing(
        _ source: String, _ folder: String, _ invocation: Invocation
    ) async throws -> Measurement {
        let time = invocation.surroundings.time
        let start = time.bootNanoseconds()
        let exit = await Program.run(
            ["import", source, "--store", folder + "/import", "--json"],
            invocation.surroundings.silent)
        let seconds = Double(time.bootNanoseconds() - start) / 1e9
        try invocation.surroundings.interruption.check()
        guard exit == .success else {
            throw Failure(
                .failure, "bench", "the import failed",
                why: "it ended with exit code \(exit.rawValue)",
                remedy: "Run `daybook import \(source)` to see why.")
        }
        let store = try await EmbeddedStore.open(at: folder + "/import", .readOnly)
        let events = try await store.head().position
        try await store.close()
        var measured = Measurement(eventsEach: 1, seconds: seconds, latencies: [])
        measured.eventsInAll = Int(events)
        return measured
    }

    /// Removes a folder with what is in it; what cannot be removed stays.
    private static func removeAll(_ disk: LinuxDisk, _ path: String) {
        for name in (try? disk.list(path)) ?? [] {
            let inside = path.isEmpty ? name : "\(path)/\(name)"
            if (try? disk.isDirectory(inside)) == true { removeAll(disk, inside) }
            try? disk.remove(inside)
        }
        if path.isEmpty { try? LinuxDisk(root: "/").remove(disk.root) }
    }
}

extension Surroundings {
    /// The same, with nowhere to print to.
    fileprivate var silent: Surroundings {
        struct Nowhere: ByteSink {
            func write(_ bytes: borrowing RawSpan) throws(Errno) {}
        }
        var surroundings = self
        surroundings.output = Output(
            Nowhere(), isTerminal: false, columns: nil, style: output.style)
        surroundings.errors = Output(
            Nowhere(), isTerminal: false, columns: nil, style: output.style)
        return surroundings
    }
}
