internal import Daybook
internal import DaybookBytes
internal import DaybookHTTP
internal import DaybookLines

/// All events of a read, a line each, sent as they are read.
struct EventLinesAnswer: EventTaker {
    private let asked: ReadRequest
    private var lines = LineBuffer()
    private(set) var hasBegun = false

    init(_ asked: ReadRequest) { self.asked = asked }

    mutating func take(_ batch: EventBatch, _ request: WebRequest) throws -> Bool {
        var isBeyond = false

        for index in batch.indices {
            let event = batch.view(at: index)
            if asked.isBeyondEnd(event.recordedAt) {
                isBeyond = true
                break
            }
            try lines.add(event)
        }
        let sent = lines.take()
        begin(request)
        request.exchange.write(sent)
        return !isBeyond
    }

    mutating func end(_ request: WebRequest) {
        begin(request)
        request.exchange.finish()
    }

    private mutating func begin(_ request: WebRequest) {
        if hasBegun { return }
        hasBegun = true
        request.exchange.respond(
            ResponseHead(status: 200, fields: ["content-type": MediaType.lines]))
    }
}

/// Lines of events, one behind the other.
final class LineBuffer {
    private var line = EventLine(.readable)
    private var writer = ByteWriter(capacity: 64 << 10)

    func add(_ event: borrowing EventView) throws {
        try line.encode(event, into: &writer)
        writer.append("\n")
    }

    /// Gives the lines away, and none are left.
    func take() -> [UInt8] {
        let bytes = writer.bytes.copied()
        writer.removeAll()
        return bytes
    }
}

/// Events in a page, which is sent when it is whole.
final class EventPageAnswer: EventTaker {
    private var page: EventPage
    private let link: ((UInt64, _ isBack: Bool) -> String)?
    let hasBegun = false

    init(_ page: consuming EventPage, link: ((UInt64, _ isBack: Bool) -> String)?) {
        self.page = page
        self.link = link
    }

    func take(_ batch: EventBatch, _ request: WebRequest) throws -> Bool { try page.take(batch) }
    func end(_ request: WebRequest) { request.send(page.reply(link: link)) }
}
