internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookStore

/// Follows what is recorded, as server-sent events: events, how far was looked, and that the end was reached.
///
/// Each has as its `id` the checkpoint behind which to resume, where that is known.
struct Following: ReadConversation {
    typealias Source = EventSource

    private let subscription: Subscription
    private let interest: HeadInterest
    private let store: EmbeddedStore
    private let form: any EventForm
    private let text: SharedText
    /// What the checkpoints of the journal begin with.
    private let prefix: String
    private(set) var sent = 0

    /// - Parameter subscription: begins at a place that belongs to the journal.
    init(
        _ subscription: Subscription, in store: EmbeddedStore, _ form: any EventForm,
        _ text: SharedText
    ) {
        self.text = text
        self.subscription = subscription
        self.store = store
        self.form = form
        interest =
            switch subscription.selection {
            case .stream(let name): .stream(store.hash(ofStream: name))
            case .all: .everything
            case .category(let name): .query(SpelledQuery(Query([Query.Item(category: name)])))
            case .query(let query): .query(SpelledQuery(query))
            }
        let (journal, epoch) = store.identity
        prefix = "\(journal).\(String(epoch, radix: 16))."
    }

    var beginning: Verdict { .begin(.subscription(subscription)) }
    var isEndless: Bool { true }
    var draining: Problem { .busy("it is being ended") }

    mutating func took(
        _ step: StoreStep<EventBatch>, at place: Position, into sink: WebSink
    ) throws(Problem) -> Verdict {
        switch step {
        case .events(let batch):
            let bytes = try text.bytes(of: batch, ObjectIdentifier(type(of: form)), prefix) {
                (body) throws(Problem) in
                for index in batch.indices { try write(batch.view(at: index), &body) }
            }
            sink.send(shared: bytes)
            sent += batch.count
        case .progress(let position): try tell("progress", at: position, &sink.body)
        case .caughtUp: try tell("caughtUp", at: place, &sink.body)
        case .atHead(let position): return .wait(.tellingProgress(interest, at: position))
        case .nothing, .waiting, .end: break
        }
        return .goOn
    }

    mutating func failed(_ error: StoreError, into sink: WebSink) throws(Problem) -> Verdict {
        throw Problem(error)
    }

    private func write(
        _ event: borrowing EventView, _ body: inout ByteWriter
    ) throws(Problem) {
        begin("event", at: event.position, event.id, &body)
        body.append("data: ")
        do { try form.write(event, into: &body) } catch { throw Problem(error) }
        body.append("\n\n")
    }

    private func tell(
        _ name: String, at position: Position, _ body: inout ByteWriter
    ) throws(Problem) {
        begin(name, at: position, try event(at: position), &body)
        body.append("data: {\"position\":\(position)}\n\n")
    }

    /// - Parameter event: the one at the position; nil: it is not known, and there is no place to resume from.
    private func begin(
        _ name: String, at position: Position, _ event: EventID?, _ body: inout ByteWriter
    ) {
        if position == 0 {
            body.append("id: \(prefix)0.-\n")
        } else if let event {
            body.append("id: \(prefix)\(position).\(event)\n")
        }
        body.append("event: \(name)\n")
    }

    /// What a checkpoint at a position names; nil where it would have to be waited for: the next one will do.
    private func event(at position: Position) throws(Problem) -> EventID? {
        if position == 0 { return nil }
        let question = LookUp<RecordedEvent>.event(at: position).map(\.id)
        do throws(StoreError) {
            if case .found(let id) = try store.lookUp(question, waiting: { _ in }) { return id }
            return nil
        } catch {
            throw Problem(error)
        }
    }

    /// What an answer that has begun ends with, where it fails.
    static func ending(_ problem: Problem) -> [UInt8] {
        // Whoever is told nothing comes again: to the server that follows this one.
        if problem.code == "busy" { return [] }
        let body = problem.reply.body
        return Array("event: problem\ndata: ".utf8) + body + Array("\n".utf8)
    }
}

extension WebRequest {
    /// A comment comes after so long without anything else: proxies end what is silent.
    static let keepAliveMilliseconds = 15_000

    /// Follows what was asked for, from the place that the client says.
    func follow(_ asked: ReadRequest) throws {
        let form: any EventForm =
            query["format"] == "cloudevents"
            ? CloudEventForm(store.identity.journal) : PlainForm()
        var subscription = try asked.subscription()
        // A client that resumes repeats its address, and says in the field how far it has come.
        guard let text = fields["last-event-id"] ?? asked.after, !text.isEmpty else {
            return try follow(subscription, form)
        }
        if text == "now" {
            subscription.start = .now
        } else if let position = Position(text) {
            subscription.start = .after(position)
        } else if let checkpoint = Checkpoint(text) {
            subscription.start = .after(checkpoint.position)
            let checked = subscription
            let format = query["format"]
            return try ask(.check(checkpoint)) { request, _ in
                let form: any EventForm =
                    format == "cloudevents"
                    ? CloudEventForm(request.store.identity.journal) : PlainForm()
                try request.follow(checked, form)
            }
        } else {
            throw Problem.invalid(
                "`\(text.prefix(60))` is no place to resume from",
                why: "that is a checkpoint, a position, or `now`",
                remedy: "Give the last `id` that you had, or the `checkpoint` of GET /v1/head.")
        }
        try follow(subscription, form)
    }

    private func follow(_ subscription: Subscription, _ form: any EventForm) throws {
        if exchange.isOver { return }
        if case .after(let position) = subscription.start, position > store.headPosition {
            throw StoreError.beyondHead(position, head: store.headPosition)
        }
        try subscription.validate()
        let reading = desk.reading
        let sink = try sink(ending: Following.ending)
        guard reading.places.take() else {
            throw Problem.busy("as many follow already as `subscribers-max` says")
        }
        let head = ResponseHead(
            status: 200,
            fields: [
                "content-type": MediaType.eventStream, "cache-control": "no-store",
                // Asks proxies not to gather it.
                "x-accel-buffering": "no",
            ])
        sink.begin(head)
        exchange.isEndless = true
        let following = Following(
            subscription, in: store, form, web.texts.text(on: exchange.loop))
        let answer = ReadAnswer(sink, following, reading) {
            reading.places.leave()
        }
        let handler = AnswerHandler(exchange, answer)
        exchange.handler = handler
        if exchange.method == "HEAD" {
            exchange.finish()
            return answer.cancelled()
        }
        handler.keepAlive(milliseconds: Self.keepAliveMilliseconds)
        answer.begin()
    }
}

/// Tells an answer that goes on by itself what its client does.
final class AnswerHandler: ExchangeHandler {
    private let exchange: Exchange
    private let answer: any GRPCAnswer
    private var timer: (any LoopTimer)?

    init(_ exchange: Exchange, _ answer: any GRPCAnswer) {
        self.exchange = exchange
        self.answer = answer
    }

    func received(_ bytes: borrowing RawSpan) { exchange.consumed(bytes.byteCount) }
    func ended() {}
    func writable() { answer.writable() }
    func drain() { answer.drain() }
    func failed() {
        timer?.cancel()
        answer.cancelled()
    }

    /// Says something now and then where nothing waits to be sent.
    func keepAlive(milliseconds: Int) {
        timer = exchange.loop.after(milliseconds: milliseconds) { [weak self] in
            guard let self, !self.exchange.isOver else { return }
            if self.exchange.waitingBytes == 0 { self.exchange.write(Array(":\n\n".utf8)) }
            self.keepAlive(milliseconds: milliseconds)
        }
    }
}
