internal import Daybook
internal import DaybookBytes
internal import DaybookLines

/// The event at a position.
struct SingleEvent: EventTaker {
    private let position: Position
    /// What there was when it was asked for.
    private let head: Position
    private var body: [UInt8]?

    init(_ position: Position, head: Position) {
        self.position = position
        self.head = head
    }

    mutating func take(_ batch: EventBatch, into sink: WebSink) throws(Problem) -> Bool {
        if !batch.isEmpty, batch.view(at: 0).position == position {
            var line = EventLine(.readable)
            do { body = try line.encode(batch.view(at: 0)).copied() } catch { throw Problem(error) }
        }
        return false
    }

    mutating func end(into sink: WebSink) throws(Problem) {
        guard let body else {
            throw Problem(
                404, "notFound", title: "It is not there",
                "There is no event to be read at position \(position)",
                why: position == 0 || position > head
                    ? "positions go from 1 to \(head)"
                    : "its data were removed by a compaction, as its stream was deleted or is kept in part",
                remedy: "Read from a position on by GET /v1/events?from=\(position).")
        }
        sink.reply = Reply(status: 200, contentType: MediaType.json, body: body)
    }
}
