internal import Daybook
internal import DaybookJSON
internal import DaybookStore

/// `daybook stats`: how large a store is and what is in it.
enum StatsCommand {
    static let declaration = CommandDeclaration(
        "stats", "Show how much is recorded, of what kind, and how much room it takes.",
        options: [
            .value("top", "N", summary: "At most so many categories and types (default: 20).")
        ],
        notes: ["Of every journal of the store, one after the other, unless one is named."],
        examples: ["daybook stats", "daybook stats --journal main --json"],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let top = try invocation.arguments.count("top") ?? 20
        var names = invocation.namedJournal.map { [$0] } ?? []
        if names.isEmpty { names = try await invocation.journals().map(\.name) }
        for (number, name) in names.enumerated() {
            _ = try await invocation.withFolder(.readOnly, journal: name) { store in
                let statistics = try await store.statistics()
                if invocation.isJSON {
                    try invocation.output.json(json(statistics, of: name))
                    return .success
                }
                let style = invocation.output.style
                if names.count > 1 {
                    let title = style.paint("journal \(name)", .strong)
                    for line in (number > 0 ? [""] : []) + [title] {
                        try invocation.output.line(line)
                    }
                }
                for line in lines(statistics, top, style) { try invocation.output.line(line) }
                return .success
            }
        }
        return .success
    }

    static func lines(_ stats: StoreStatistics, _ top: Int, _ style: Style) -> [String] {
        var table = Table([("", .left), ("", .left)])
        table.add(["events", Quantity.count(stats.events)])
        if stats.stubs > 0 {
            let whole = stats.events - min(stats.stubs, stats.events)
            table.add(["whole", Quantity.count(whole)])
            table.add(["stubs", Quantity.count(stats.stubs) + " (their data were removed)"])
        }
        table.add(["streams", Quantity.count(stats.streams)])
        table.add(["tags", Quantity.count(stats.tags)])
        table.add(["segments", Quantity.count(stats.segments) + compressed(stats)])
        table.add(["used", Quantity.bytes(stats.usedBytes) + average(stats)])
        table.add(["on the device", Quantity.bytes(stats.fileBytes)])
        if stats.bytesGivenBack > 0 {
            table.add(["given back", Quantity.bytes(stats.bytesGivenBack) + " by compaction"])
        }
        table.add(["index", Quantity.bytes(stats.indexBytes)])
        if let first = stats.firstRecordedAt, let last = stats.lastRecordedAt {
            table.add(["recorded", "\(first) to \(last)"])
        }
        table.add(["writer", stats.hasWriter ? "a process has it open" : "none"])
        let categories = stats.streamsByCategory.map { ($0.key, UInt64($0.value)) }
        let types = stats.eventsByType.map { ($0.key, $0.value) }
        return table.lines(style) + chart("streams by category", categories, top, style)
            + chart("events by type", types, top, style)
    }

    private static func compressed(_ stats: StoreStatistics) -> String {
        stats.segmentsCompressed == 0
            ? "" : " (\(Quantity.count(stats.segmentsCompressed)) compressed)"
    }

    private static func average(_ stats: StoreStatistics) -> String {
        stats.events == 0
            ? "" : " (\(Quantity.count(stats.usedBytes / stats.events)) bytes an event)"
    }

    /// The greatest first, each with a bar.
    private static func chart(
        _ title: String, _ counts: [(String, UInt64)], _ top: Int, _ style: Style
    ) -> [String] {
        if counts.isEmpty { return [] }
        let sorted = counts.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        let greatest = Double(sorted[0].1)
        var table = Table([("", .left), ("", .right), ("", .left)])
        for (name, count) in sorted.prefix(top) {
            table.add([
                name.isEmpty ? "(none)" : name.shortened(to: 40), Quantity.count(count),
                Quantity.bar(Double(count) / max(greatest, 1), width: 24),
            ])
        }
        let rest = sorted.dropFirst(top)
        let sum = rest.reduce(0) { $0 + $1.1 }
        if !rest.isEmpty { table.add(["(\(rest.count) more)", Quantity.count(sum), ""]) }
        return ["", style.paint(title, .strong)] + table.lines(style, indent: "  ")
    }

    private static func json(_ stats: StoreStatistics, of journal: String) -> JSONObject {
        func object<Count: FixedWidthInteger>(_ counts: [String: Count]) -> JSONValue {
            var object = JSONObject()
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
                object[name] = .number(JSONNumber(count))
            }
            return .object(object)
        }
        return [
            "journal": .string(journal),
            "events": .number(JSONNumber(stats.events)),
            "stubs": .number(JSONNumber(stats.stubs)),
            "streams": .number(JSONNumber(stats.streams)), "tags": .number(JSONNumber(stats.tags)),
            "segments": .number(JSONNumber(stats.segments)),
            "segmentsCompressed": .number(JSONNumber(stats.segmentsCompressed)),
            "usedBytes": .number(JSONNumber(stats.usedBytes)),
            "fileBytes": .number(JSONNumber(stats.fileBytes)),
            "bytesGivenBack": .number(JSONNumber(stats.bytesGivenBack)),
            "indexBytes": .number(JSONNumber(stats.indexBytes)),
            "firstRecordedAt": .string(stats.firstRecordedAt),
            "lastRecordedAt": .string(stats.lastRecordedAt), "hasWriter": .bool(stats.hasWriter),
            "streamsByCategory": object(stats.streamsByCategory),
            "eventsByType": object(stats.eventsByType),
        ]
    }
}
