// The texts of the refusals, so that every engine says the same words.

extension StoreError {
    /// The stream is not as the append expects it.
    package static func wrongRevision(
        _ stream: String, expected: StreamCondition, actual: StreamState
    ) -> StoreError {
        StoreError(
            .wrongRevision, "Stream \(quoted(stream)) is not as expected",
            why: "the append expects that it has \(expected), but \(actual)",
            remedy: "Read the stream again, decide anew and append with what it is now.",
            place: "stream \(quoted(stream))", stream: stream, actual: actual)
    }

    /// A tombstone is in the way of writing or reading.
    package static func streamDeleted(_ stream: String, actual: StreamState) -> StoreError {
        StoreError(
            .streamDeleted, "Stream \(quoted(stream)) is deleted for good",
            why: "a tombstone was recorded for it, and its name is never used again",
            remedy: "Use another stream; what was in this one stays in reads over all streams.",
            place: "stream \(quoted(stream))", stream: stream, actual: actual)
    }

    /// There is nothing in the stream to be read or deleted.
    package static func streamNotFound(_ stream: String, actual: StreamState) -> StoreError {
        StoreError(
            .streamNotFound, "There is nothing in stream \(quoted(stream))",
            why: "\(actual)",
            remedy: "Check its name; the streams there are can be listed by a prefix.",
            place: "stream \(quoted(stream))", stream: stream, actual: actual)
    }

    /// An event in the way of a query condition.
    package static func conflict(at position: Position, after: Position) -> StoreError {
        StoreError(
            .conflict, "An event stands in the way at position \(position)",
            why: "it matches the query of the append and stands after position \(after)",
            remedy: "Read by the query again, decide anew and append with the position read up to.",
            place: "position \(position)", position: position)
    }

    /// The consumer's token is another.
    package static func wrongToken(
        consumer: String, expected: [UInt8]?, actual: [UInt8]?
    ) -> StoreError {
        StoreError(
            .wrongToken, "Consumer \(quoted(consumer)) is not where the append expects it",
            why: "its token is \(token(actual)), and \(token(expected)) was expected",
            remedy: "Ask for the consumer's token and go on from there.",
            place: "consumer \(quoted(consumer))")
    }

    /// The record under the key is another.
    package static func wrongToken(
        owner: String, key: String, expected: SystemRecord.Condition, actual: UInt64?
    ) -> StoreError {
        let wanted =
            switch expected {
            case .any: "anything"
            case .none: "none"
            case .sequence(let number): "record \(number)"
            }
        return StoreError(
            .wrongToken, "The record under key \(quoted(key)) is not the one expected",
            why: "\(actual.map { "record \($0)" } ?? "none") stands there, expected was \(wanted)",
            remedy: "Ask for the record and decide anew.",
            place: "owner \(quoted(owner)), key \(quoted(key))")
    }

    /// Some of the ids are there, but not this append.
    package static func partialDuplicate(
        found: Int, of count: Int, id: EventID, stream: String, position: Position?
    ) -> StoreError {
        let stands = position.map { " at position \($0)" } ?? ""
        return StoreError(
            .partialDuplicate, "\(found) of \(count) events were recorded before, not this append",
            why: "event \(id) stands in stream \(quoted(stream))\(stands), "
                + (found == count
                    ? "and others not behind it in this order" : "and others nowhere"),
            remedy: "Repeat an append with the same events in the same order, or give new ids.",
            place: "stream \(quoted(stream))", stream: stream, position: position)
    }

    /// An earlier try cannot be looked for so far back.
    package static func conditionTooOld(after: Position) -> StoreError {
        StoreError(
            .conditionTooOld, "The query condition reaches too far back, to position \(after)",
            why:
                "more than \(Limits.idempotencyWalkMax) events match it since, too many to look "
                + "for an earlier try of this append among them",
            remedy: "Read by the query again and append with the position read up to.",
            place: "after position \(after)", position: after)
    }

    /// A condition cannot be checked over so many events.
    package static func conditionTooBroad(after: Position, limit: Int) -> StoreError {
        StoreError(
            .conditionTooOld, "The query condition reaches too far back, to position \(after)",
            why:
                "more than \(limit) events since then have even the rarest term of its items, too "
                + "many to look through for those that have all terms",
            remedy: "Ask for the head, read by the query and append with the head's position, or "
                + "ask by a rarer tag.",
            place: "after position \(after)", position: after)
    }

    /// A position that is not there yet.
    package static func beyondHead(_ position: Position, head: Position) -> StoreError {
        StoreError(
            .invalid, "Position \(position) lies beyond the head",
            why: "the last event of the journal stands at position \(head)",
            remedy: "Give the position of an event read from this journal, or 0 for the beginning.",
            place: "position \(position)", position: position)
    }

    /// A journal that is not among those of the store.
    package static func noJournal(_ name: String, among names: [String]) -> StoreError {
        StoreError(
            .notFound, "There is no journal \(quoted(name))",
            why: "the store holds " + names.map { quoted($0) }.joined(separator: ", "),
            remedy:
                "Name one of them, by `--journal NAME` for the command; a journal is made by its first append or "
                + "import.",
            place: "journals/\(name)")
    }

    /// The store was closed.
    package static func closed() -> StoreError {
        StoreError(
            .closed, "The store is closed", why: "close was called",
            remedy: "Open it again.")
    }

    /// The task was cancelled before the read came to something, or to its end.
    package static func cancelled() -> StoreError {
        StoreError(
            .cancelled, "The read was not finished", why: "the task it runs in was cancelled",
            remedy: "Read on from behind the last event read, if it is still wanted.")
    }

    /// The store was opened for reading only.
    package static func readOnly() -> StoreError {
        StoreError(
            .readOnly, "Nothing can be written", why: "the store was opened for reading only",
            remedy: "Open it for writing; one process at a time can.")
    }

    /// A name as it is shown in a text: in quotes, without control characters, not longer than 80
    /// characters.
    package static func quoted(_ name: String) -> String {
        var text = "'"
        var shown = 0
        for scalar in name.unicodeScalars {
            if shown == 80 { return text + "…'" }
            text += scalar.isControl ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
            shown += 1
        }
        return text + "'"
    }

    /// The first bytes of a token in hexadecimal.
    private static func token(_ bytes: [UInt8]?) -> String {
        guard let bytes else { return "none" }
        let digits = bytes.prefix(16).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "0x" + digits.joined() + (bytes.count > 16 ? "…" : "")
    }
}
