internal import Daybook
internal import DaybookJSON
internal import DaybookStore

/// `daybook append`: records one event.
enum AppendCommand {
    static let declaration = CommandDeclaration(
        "append", "Record one event, durably.",
        operands: [
            .required(
                "stream", kind: .stream, "The stream it belongs to: category-id, by convention.")
        ],
        options: [
            .required("type", "T", "What happened: item-sold."),
            .value(
                "data", "JSON|@file|-", kind: .payload,
                summary: "What is to be known of it (default: {}); - is standard input."
            ),
            .value("content-type", "TYPE", summary: "What data is (default: application/json)."),
            .value(
                "id", "UUID",
                summary: "Makes it repeatable: the same id again is answered as the first time."),
            .repeated("tag", "K:V", "What it is about, to be found by."),
            .value(
                "metadata", "JSON", kind: .payload,
                summary: "Facts about the fact; @file and - as with data."),
            Expectation.declaration,
            .value("occurred-at", "TIME", summary: "When it happened, where that is not now."),
            .value("causation", "ID", summary: "What caused it."),
            .value("correlation", "ID", summary: "What it belongs to."),
        ],
        examples: [
            "daybook append account-1 --type opened --data '{\"owner\":\"Ada\"}' --expect none",
            "daybook append account-1 --type paid --tag month:2024-05 --data @payment.json",
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let arguments = invocation.arguments
        let condition = try Expectation.condition(arguments)
        // All of it is looked at before the store is touched.
        let event = try event(arguments, invocation.surroundings)
        return try await invocation.withStore(.createIfMissing) { store in
            let appended = try await store.append(
                [event], to: arguments.operand, expecting: condition)
            try report(appended, event, invocation)
            return .success
        }
    }

    private static func event(
        _ arguments: Arguments, _ surroundings: Surroundings
    ) throws -> Event {
        if arguments["data"] == "-" && arguments["metadata"] == "-" {
            throw Failure.usage(
                "`--data -` and `--metadata -` cannot be given together",
                why: "there is one standard input", remedy: "Put one of them in a file: @file.")
        }
        // Required, so it is there.
        var event = Event(type: arguments.all("type")[0], data: "{}")
        if let text = arguments["id"] {
            guard let id = EventID(text) else {
                throw Failure.usage(
                    "`--id \(text)` is no UUID",
                    why: "it has 36 characters, as uuidgen prints them",
                    remedy: "Leave it out to have one made.")
            }
            event.id = id
        }
        event.contentType = arguments["content-type"] ?? Event.json
        event.tags = Set(arguments.all("tag"))
        event.causation = arguments["causation"]
        event.correlation = arguments["correlation"]
        if let text = arguments["occurred-at"] {
            event.occurredAt = try Instant.parse(text, option: "occurred-at", surroundings.time)
        }
        if let text = arguments["data"] {
            event.data = try Payload.read(text, option: "data", surroundings)
        } else if event.contentType != Event.json {
            event.data = []
        }
        if event.contentType == Event.json { try Payload.requireJSON(event.data, option: "data") }
        if let text = arguments["metadata"] {
            event.metadata = try Payload.read(text, option: "metadata", surroundings)
            try Payload.requireJSON(event.metadata, option: "metadata")
        }
        return event
    }

    private static func report(
        _ appended: Appended, _ event: Event, _ invocation: Invocation
    ) throws {
        let stream = invocation.arguments.operand
        let revision = appended.revision ?? 0
        let output = invocation.output
        if invocation.isJSON {
            return try output.json([
                "stream": .string(stream), "revision": .number(JSONNumber(revision)),
                "position": .number(JSONNumber(appended.lastPosition)),
                "id": .string(event.id.description), "duplicate": .bool(appended.isDuplicate),
            ])
        }
        let verb = appended.isDuplicate ? "was recorded before" : "recorded"
        try output.line(
            "\(output.style.paint(stream.withoutControls, .name)) revision \(revision), "
                + "position \(appended.lastPosition): \(verb)")
    }
}
