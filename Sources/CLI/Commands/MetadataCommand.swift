internal import Daybook
internal import DaybookJSON
internal import DaybookStore

/// `daybook metadata`: shows and sets what is kept of a stream.
enum MetadataCommand {
    static let declaration = CommandDeclaration(
        "metadata",
        "Show or set the metadata of a stream: how much of it is kept, and fields of yours.",
        operands: [.required("stream", kind: .stream, "The stream.")],
        options: [
            .value(
                "max-age", "TIME", kind: .words(["none"]),
                summary:
                    "Keep events for so long: 90d, 12h, 30m, 45s, or seconds; `none` or 0: for ever."
            ),
            .value(
                "max-count", "N", kind: .words(["none"]),
                summary: "Keep the last N events; `none` or 0: all of them."),
            .value(
                "truncate-before", "REVISION", kind: .words(["none"]),
                summary: "Keep what is at or behind a revision; `none`: everything."),
            .value(
                "set", "JSON", kind: .payload,
                summary: "Put a JSON object (also @FILE or -) in the place of all metadata."),
            .flag("show", "Show the metadata as they are; so it is without other options."),
        ],
        notes: [
            "Metadata are a JSON object; $maxAge (seconds), $maxCount and $tb say what is kept, all "
                + "other fields are yours. Reads of the stream obey at once. `daybook compact` "
                + "removes what is not kept, for good."
        ],
        examples: [
            "daybook metadata account-1",
            "daybook metadata account-1 --max-age 90d --max-count 1000",
            #"daybook metadata account-1 --set '{"$maxCount":10,"owner":"ada"}'"#,
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let (stream, arguments) = (invocation.arguments.operand, invocation.arguments)
        if let subject = StreamName.subject(of: stream) {
            throw Failure.usage(
                "`\(stream)` has no metadata", why: "it holds those of `\(subject)`",
                remedy: "Name the stream itself: `daybook metadata \(subject)`.")
        }
        let fields = ["max-age", "max-count", "truncate-before"]
        for field in fields {
            try arguments.refuse(
                "set", with: field, why: "`--set` gives all metadata, and the other changes them")
        }
        let change = try MetadataChange(arguments)
        let text = try arguments["set"].map {
            try Payload.read($0, option: "set", invocation.surroundings)
        }
        for option in fields + ["set"] {
            try arguments.refuse(
                "show", with: option, why: "one shows the metadata, the other sets them")
        }
        let changes = text != nil || fields.contains { arguments.has($0) }
        if changes && StreamName.isSystem(stream) {
            throw Failure.usage(
                "The metadata of `\(stream)` cannot be set",
                why: "names that begin with $ are the system's, and all of such a stream is kept",
                remedy: "Name a stream of your own.")
        }
        return try await invocation.withStore(changes ? .existing : .readOnly) { store in
            if let text {
                try await store.setMetadata(text, of: stream)
            } else if changes {
                try await store.updateMetadata(of: stream) { change.apply(to: &$0) }
            }
            let metadata = try await store.metadata(of: stream) ?? []
            try invocation.output.line(
                metadata.isEmpty ? "{}" : String(decoding: metadata, as: UTF8.self))
            return .success
        }
    }
}

/// What is to be changed of metadata; what is not named stays.
struct MetadataChange: Sendable {
    /// Nil: not named; inner nil: taken away.
    private let maxAgeSeconds: UInt64??
    private let maxCount: UInt64??
    private let truncateBefore: UInt64??

    init(_ arguments: Arguments) throws(Failure) {
        maxAgeSeconds = try Self.value("max-age", arguments) { text in
            Amount.seconds(text)
        }
        maxCount = try Self.value("max-count", arguments) { UInt64($0) }
        truncateBefore = try Self.value("truncate-before", arguments) { UInt64($0) }
    }

    private static func value(
        _ option: String, _ arguments: Arguments, _ parse: (String) -> UInt64?
    ) throws(Failure) -> UInt64?? {
        guard let text = arguments[option] else { return nil }
        if text == "none" { return .some(nil) }
        guard let value = parse(text) else {
            throw .usage(
                "`--\(option) \(text)` cannot be used",
                why: option == "max-age"
                    ? "a time is digits and one of d, h, m and s" : "a whole number is needed",
                remedy:
                    "Write it so: `--\(option) \(option == "max-age" ? "90d" : "100")`, or `none`.")
        }
        return .some(value)
    }

    func apply(to metadata: inout StreamMetadata) {
        if let maxAgeSeconds { metadata.maxAgeSeconds = maxAgeSeconds }
        if let maxCount { metadata.maxCount = maxCount }
        if let truncateBefore { metadata.truncateBefore = truncateBefore }
    }
}
