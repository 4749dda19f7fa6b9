internal import Daybook
internal import DaybookJSON
internal import DaybookStore

/// `daybook delete`: deletes the events of a stream.
enum DeleteCommand {
    static let declaration = CommandDeclaration(
        "delete", "Delete all events of a stream so far.",
        operands: [.required("stream", kind: .stream, "The stream.")],
        options: [
            .flag("tombstone", "For good: the name is never used again."), Expectation.declaration,
        ],
        notes: [
            "Deleting is an event too: the stream reads as empty from then on, the journal keeps "
                + "its positions, and the next append reopens the stream, unless there is a "
                + "tombstone."
        ],
        examples: ["daybook delete account-1", "daybook delete account-1 --tombstone --expect 7"],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let stream = invocation.arguments.operand
        let isForGood = invocation.arguments.has("tombstone")
        let condition = try Expectation.condition(invocation.arguments)
        return try await invocation.withStore(.existing) { store in
            let position = try await store.delete(
                stream, isForGood ? .tombstone : .soft, expecting: condition)
            if invocation.isJSON {
                try invocation.output.json([
                    "stream": .string(stream), "position": .number(JSONNumber(position)),
                    "tombstone": .bool(isForGood),
                ])
            } else {
                try invocation.output.line(
                    "\(stream.withoutControls) deleted\(isForGood ? " for good" : ""), "
                        + "position \(position)")
            }
            return .success
        }
    }
}
