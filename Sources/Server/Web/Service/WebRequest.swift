internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookStore

/// A request that an operation answers; used on the loop of its exchange alone.
final class WebRequest {
    let exchange: Exchange
    let web: WebDesk
    /// Of the journal that it is about.
    let desk: StoreDesk
    let path: [String: String]
    let query: QueryValues
    /// Empty where the operation takes none.
    private(set) var body: [UInt8]
    /// Its media type without parameters, in lower case.
    let contentType: String
    private var held: HeldBody?
    /// What the fields of the request say of its answer: they themselves are dropped.
    let wishes: AnswerWishes
    /// Bytes of the request that an answer that goes on keeps.
    private var keptBytes: Int

    init(
        _ exchange: Exchange, _ web: WebDesk, _ desk: StoreDesk, path: [String: String],
        query: QueryValues,
        body: [UInt8] = [], contentType: String = "", held: HeldBody? = nil
    ) {
        self.exchange = exchange
        self.web = web
        self.desk = desk
        self.path = path
        self.query = query
        self.body = body
        self.contentType = contentType
        self.held = held
        wishes = AnswerWishes(exchange.method, exchange.fields)
        keptBytes = exchange.target.utf8.count + body.count
    }

    var fields: HTTPFields { exchange.fields }
    var store: EmbeddedStore { desk.store }

    /// The segments of its path, decoded.
    var segments: [String] { (try? RequestTarget(exchange.target))?.segments ?? [] }

    /// The name of the stream in the path.
    var stream: String { path["stream"] ?? "" }

    func send(_ reply: Reply) { reply.send(to: exchange, wishes) }

    /// Runs something that answers, or says why not.
    func attempt(_ body: () throws -> Void) {
        do { try body() } catch { refuse(error) }
    }

    func refuse(_ error: any Error) {
        if let error = error as? StoreError { desk.reading.note(error) }
        send(Problem(error).reply)
    }

    /// Puts what was packed in place of the body.
    func unpackBody() throws(Problem) {
        let unpacked = try Encoding.unpacked(body, fields, bytesMax: web.bodyBytesMax)
        let more = unpacked.count - body.count
        body = unpacked
        keptBytes += max(more, 0)
        if more > 0, let excess = held?.add(more) {
            throw .busy("the bodies that are coming in take more than \(excess.words)")
        }
    }

    /// Where an answer goes that is made bit by bit; counted as long as it goes on.
    /// - Throws: `Problem` where others take all the room.
    func sink(ending: ((Problem) -> [UInt8])? = nil) throws(Problem) -> WebSink {
        if exchange.isCrowded { throw .crowded }
        let sink = WebSink(
            exchange, wishes, HeldBody(web.answers, exchange.connection), ending: ending)
        try sink.keep(keptBytes + WebSink.ownBytes)
        return sink
    }

    /// The body was read, and its bytes are needed no longer.
    func forgetBody() {
        body = []
        held = nil
    }

    /// Looks something up without waiting, and has it answered on the loop.
    func ask<Value: Sendable>(
        _ question: LookUp<Value>,
        _ answer: @escaping @Sendable (WebRequest, Value) throws -> Void
    ) throws {
        let bound = LoopBound(self, on: exchange.loop)
        let found = try store.lookUp(question) { result in
            bound.post { request in
                request.attempt { try answer(request, try result.get()) }
            }
        }
        if case .found(let value) = found { try answer(self, value) }
    }
}
