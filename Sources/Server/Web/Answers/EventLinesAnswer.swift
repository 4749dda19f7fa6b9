internal import Daybook
internal import DaybookBytes
internal import DaybookHTTP

/// All events of a read, a line each, sent as they are read.
struct EventLinesAnswer: EventTaker {
    private let asked: ReadRequest
    private let form = PlainForm()
    /// Whether the client wants more than to know that there is an answer.
    private let isWanted: Bool

    init(_ asked: ReadRequest, isWanted: Bool) {
        self.asked = asked
        self.isWanted = isWanted
    }

    mutating func take(_ batch: EventBatch, into sink: WebSink) throws(Problem) -> Bool {
        begin(sink)
        if !isWanted { return false }
        for index in batch.indices {
            let event = batch.view(at: index)
            if asked.isBeyondEnd(event.recordedAt) { return false }
            do { try form.write(event, into: &sink.body) } catch { throw Problem(error) }
            sink.body.append("\n")
        }
        return true
    }

    mutating func end(into sink: WebSink) { begin(sink) }

    private func begin(_ sink: WebSink) {
        sink.begin(
            ResponseHead(status: 200, fields: ["content-type": MediaType.lines]), packs: true)
    }
}

/// Events in a page, which is sent when it is whole.
final class EventPageAnswer: EventTaker {
    private var page: EventPage
    private let link: ((UInt64, _ isBack: Bool) -> String)?

    init(_ page: consuming EventPage, link: ((UInt64, _ isBack: Bool) -> String)?) {
        self.page = page
        self.link = link
    }

    func take(_ batch: EventBatch, into sink: WebSink) throws(Problem) -> Bool {
        let takesMore: Bool
        do { takesMore = try page.take(batch) } catch { throw Problem(error) }
        try sink.hasRead(page.byteCount)
        return takesMore
    }
    func end(into sink: WebSink) { sink.reply = page.reply(link: link) }
}
