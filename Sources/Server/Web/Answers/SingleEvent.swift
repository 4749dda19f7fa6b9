internal import Daybook
internal import DaybookBytes
internal import DaybookLines
internal import DaybookStore

/// The event at a position.
struct SingleEvent: EventTaker {
    private let position: Position
    private var body: [UInt8]?
    let hasBegun = false

    init(_ position: Position) { self.position = position }

    mutating func take(_ batch: EventBatch, _ request: WebRequest) throws -> Bool {
        if !batch.isEmpty, batch.view(at: 0).position == position {
            var line = EventLine(.readable)
            body = try line.encode(batch.view(at: 0)).copied()
        }
        return false
    }

    mutating func end(_ request: WebRequest) throws {
        guard let body else {
            let head = request.store.headPosition
            throw Problem(
                404, "notFound", title: "It is not there",
                "There is no event to be read at position \(position)",
                why: position == 0 || position > head
                    ? "positions go from 1 to \(head)"
                    : "its data were removed by a compaction, as its stream was deleted or is kept in part",
                remedy: "Read from a position on by GET /v1/events?from=\(position).")
        }
        request.send(Reply(status: 200, contentType: MediaType.json, body: body))
    }
}
