internal import Daybook
internal import DaybookJSON
internal import DaybookStore

/// `daybook streams`: which streams there are.
enum StreamsCommand {
    static let declaration = CommandDeclaration(
        "streams", "List streams, by name.",
        options: [
            .value(
                "category", "C", kind: .category, summary: "Only those whose names begin with C-."),
            .value(
                "prefix", "P", kind: .stream, summary: "Only those whose names begin with P."),
            .value("after", "NAME", kind: .stream, summary: "Begin behind this name."),
            .value("limit", "N", summary: "At most so many."),
        ],
        notes: ["Streams of the system are listed with `--prefix '$'`."],
        examples: ["daybook streams --category account --limit 20"],
        run: run)

    /// As many as are asked for at a time.
    private static let page = 1000

    private static let run: CommandDeclaration.Body = { invocation in
        let arguments = invocation.arguments
        try arguments.refuse("category", with: "prefix", why: "a category is a prefix")
        let prefix = arguments["category"].map { $0 + "-" } ?? arguments["prefix"] ?? ""
        var left = try arguments.count("limit") ?? .max
        return try await invocation.withStore(.readOnly) { store in
            var after = arguments["after"]
            var count = 0
            while left > 0 {
                let asked = min(left, page)
                let streams = try await store.streams(prefix: prefix, after: after, limit: asked)
                try print(streams, isFirst: count == 0, invocation)
                count += streams.count
                left -= streams.count
                after = streams.last?.name
                if streams.count < asked { break }
            }
            if count == 0 { try invocation.say(notes: ["no stream is like that"]) }
            return .success
        }
    }

    /// Each page has its own widths: the first lines come before the last streams are known.
    private static func print(
        _ streams: [StreamInfo], isFirst: Bool, _ invocation: Invocation
    ) throws {
        if invocation.isJSON {
            for stream in streams { try invocation.output.json(json(stream)) }
            return
        }
        guard !streams.isEmpty else { return }
        let titles = isFirst ? ["events", "revision", "position", "stream", "state"] : []
        var table = Table(
            zip(
                titles.isEmpty ? ["", "", "", "", ""] : titles,
                [Table.Alignment.right, .right, .right, .left, .left]
            ).map { ($0, $1) })
        for stream in streams {
            let last = stream.state.next == 0 ? "" : "\(stream.state.next - 1)"
            table.add([
                Quantity.count(stream.count), last, stream.lastPosition.map { "\($0)" } ?? "",
                stream.name, word(stream.state) == "live" ? "" : word(stream.state),
            ])
        }
        for line in table.lines(invocation.output.style) { try invocation.output.line(line) }
    }

    private static func json(_ stream: StreamInfo) -> JSONObject {
        let next = stream.state.next
        return [
            "stream": .string(stream.name), "state": .string(word(stream.state)),
            "events": .number(JSONNumber(stream.count)),
            "firstRevision": .number(JSONNumber(stream.firstRevision)),
            "lastRevision": .number(next == 0 ? nil : next - 1),
            "lastPosition": .number(stream.lastPosition),
        ]
    }

    private static func word(_ state: StreamState) -> String {
        switch state {
        case .never: "never"
        case .onlyMetadata: "metadata-only"
        case .live: "live"
        case .softDeleted: "deleted"
        case .tombstoned: "tombstoned"
        }
    }
}
