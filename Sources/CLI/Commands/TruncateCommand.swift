internal import Daybook
internal import DaybookJSON
internal import DaybookStore

/// `daybook truncate`: hides the first events of a stream.
enum TruncateCommand {
    static let declaration = CommandDeclaration(
        "truncate", "Drop the events of a stream before a revision.",
        operands: [.required("stream", kind: .stream, "The stream.")],
        options: [
            .required("before", "REVISION", "The first revision that stays.")
        ],
        notes: [
            "Reads of the stream begin there at once, and revisions go on as before. Reads over all "
                + "events and categories show the dropped ones until `daybook compact` removes them; "
                + "then they are gone for good.",
            "It brings nothing back: `daybook metadata STREAM --truncate-before none` does, until a "
                + "compaction. Events that are recorded later are never dropped by it.",
        ],
        examples: ["daybook truncate account-1 --before 100"],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let stream = invocation.arguments.operand
        let before = try invocation.arguments.number("before") ?? 0
        return try await invocation.withStore(.existing) { store in
            try await store.truncate(stream, before: before)
            let info = try await store.stream(stream)
            if invocation.isJSON {
                try invocation.output.json([
                    "stream": .string(stream),
                    "firstRevision": .number(JSONNumber(info.firstRevision)),
                    "events": .number(JSONNumber(info.count)),
                ])
            } else {
                try invocation.output.line(
                    "\(stream.withoutControls) begins with revision \(info.firstRevision): "
                        + "\(Quantity.count(info.count, "event")) left")
            }
            return .success
        }
    }
}
