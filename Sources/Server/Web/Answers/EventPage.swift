internal import Daybook
internal import DaybookBytes
internal import DaybookHTTP
internal import DaybookLines

/// Events in one answer, with the ways to those behind and before them.
struct EventPage: ~Copyable {
    private let asked: ReadRequest
    private let limit: Int
    private var form: any EventForm
    /// An array alone: the ways to other pages stand in the head.
    private let isBare: Bool
    private var body = ByteWriter(capacity: 4096)
    private(set) var count = 0
    /// Where what follows begins; nil: this is the end.
    private(set) var next: UInt64?
    private var tag: PageTag
    /// Where what stands before begins, in the other direction.
    private(set) var previous: UInt64?

    /// - Parameter history: of the journal.
    init(
        _ asked: ReadRequest, _ form: any EventForm, of history: String, isBare: Bool = false
    ) {
        tag = PageTag(history, isBare: isBare)
        self.asked = asked
        self.form = form
        self.isBare = isBare
        limit = min(asked.limit ?? ReadRequest.pageEventsDefault, ReadRequest.pageEventsMax)
        body.append(isBare ? "[" : "{\"events\":[")
    }

    var byteCount: Int { body.count }

    /// What to read for it: one event more than it has tells whether there are more.
    func read() throws(Problem) -> Read { try asked.read(limit: limit + 1) }

    /// Takes events.
    /// - Returns: Whether it takes more.
    mutating func take(_ batch: EventBatch) throws -> Bool {
        for index in batch.indices {
            let event = batch.view(at: index)
            if asked.isBeyondEnd(event.recordedAt) { return false }
            if count == limit || body.count >= ReadRequest.pageBytesMax {
                next = asked.place(of: event)
                return false
            }
            if count == 0 { previous = asked.place(before: event) }
            body.append(count == 0 ? "\n" : ",\n")
            try form.write(event, into: &body)
            tag.add(event.position)
            count += 1
        }
        return true
    }

    /// The whole page.
    /// - Parameter link: the address of the events from a place on, in the same direction or in the other; nil: there is
    ///   none, as they are asked for by a body.
    mutating func reply(link: ((UInt64, _ isBack: Bool) -> String)?) -> Reply {
        body.append(count == 0 ? "]" : "\n]")
        var links: [String] = []
        for (name, relation, place, isBack) in [
            ("next", "next", next, false), ("previous", "prev", previous, true),
        ] {
            guard let place, let link else { continue }
            let address = link(place, isBack)
            if !isBare { body.append(",\"\(name)\":\"\(address)\"") }
            links.append("<\(address)>; rel=\"\(relation)\"")
        }
        if link == nil, !isBare, let next { body.append(",\"nextFrom\":\(next)") }
        body.append(isBare ? "\n" : "}\n")
        var reply = Reply(
            status: 200, contentType: isBare ? CloudEvent.batch : MediaType.json,
            body: body.bytes.copied())
        tag.add(next ?? 0)
        // What is asked for by a body is no page that anybody keeps.
        if link != nil {
            reply.fields.add("etag", tag.text)
            reply.fields.add("cache-control", "no-cache")
        }
        if !links.isEmpty { reply.fields.add("link", links.joined(separator: ", ")) }
        return reply
    }
}
