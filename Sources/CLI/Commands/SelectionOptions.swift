internal import Daybook

/// Which events: the options that read, tail and export share.
struct SelectionOptions: Equatable {
    static let stream = OperandDeclaration.optional(
        "stream", kind: .stream, "The events of this stream.")

    static let declarations: [OptionDeclaration] = [
        .flag("all", "Every event."),
        .value(
            "category", "C", kind: .category,
            summary: "The streams whose names begin with C-."),
        .repeated("type", "T", "Events of this type; of any of them where given more than once."),
        .repeated(
            "tag", "K:V", "Events with this tag; with all of them where given more than once."),
        .value("correlation", "ID", summary: "Events with this correlation."),
        .flag("system", "Also the streams of the system, whose names begin with $."),
    ]

    let selection: Selection
    let includesSystemStreams: Bool

    /// - Parameter fallback: what no selection at all means; nil: it is an error.
    init(_ arguments: Arguments, else fallback: Selection? = nil) throws(Failure) {
        let stream = arguments.operands.first
        let (types, tags) = (Set(arguments.all("type")), Set(arguments.all("tag")))
        try arguments.refuse("all", with: "category", why: "everything is more than one category")
        if let stream {
            if let served = ServedStream(stream) { throw served.failure }
            for option in ["all", "category"] where arguments.has(option) {
                throw .usage(
                    "`\(stream)` and `--\(option)` cannot be given together",
                    why: "a stream was named already", remedy: "Leave one of them out.")
            }
        }
        includesSystemStreams = arguments.has("system")
        let item = Query.Item(
            types: types, tags: tags, stream: stream, category: arguments["category"],
            correlation: arguments["correlation"])
        if !types.isEmpty || !tags.isEmpty || item.correlation != nil {
            selection = .query(Query([item]))
        } else if let stream {
            selection = .stream(stream)
        } else if let category = arguments["category"] {
            selection = .category(category)
        } else if arguments.has("all") {
            selection = .all
        } else if let fallback {
            selection = fallback
        } else {
            throw .usage(
                "it was not said which events", why: "neither a stream nor a selection was given",
                remedy: "Name a stream, or give --all, --category, --type, --tag or --correlation.")
        }
    }

    /// Whether `--from` counts revisions.
    var isOneStream: Bool {
        if case .stream = selection { true } else { false }
    }
}
