internal import CNGHTTP2
internal import DaybookBytes

/// The server's end of a connection of HTTP/2.
final class HTTP2ServerSession: HTTP2Session {
    private let service: any HTTPService
    private let loop: any EventLoop
    private let scheme: String
    private let connection = ConnectionBytes()

    init(
        _ service: any HTTPService, loop: any EventLoop, limits: HTTPLimits, times: HTTPTimes,
        scheme: String, texts: FieldTexts, heads: HeldHeads, waiting: WaitingBytes,
        outlet: any Outlet, at now: Int64
    ) {
        self.service = service
        self.loop = loop
        self.scheme = scheme
        super.init(
            .server, limits: limits, times: times, texts: texts, heads: heads, waiting: waiting,
            outlet: outlet, at: now)
    }

    override func opened() -> HTTP2Stream? { HTTP2ServerStream(of: self, scheme: scheme) }

    func answer(toTooManyFieldsOf head: RequestHead) -> ResponseHead {
        service.answer(toTooManyFieldsOf: head)
    }

    func begin(_ head: consuming RequestHead, _ stream: HTTP2ServerStream) -> Exchange {
        let exchange = Exchange(head, loop: loop, connection: connection, carrier: stream)
        service.begin(exchange)
        return exchange
    }
}

/// A request of HTTP/2 and its answer.
final class HTTP2ServerStream: HTTP2Stream, ExchangeCarrier {
    /// Fields that a call of gRPC comes with, so that their memory is taken once.
    private static let usualFields = 8
    private let server: HTTP2ServerSession
    private var request: RequestHead
    /// How many of its fields have come: those behind are only likely to.
    private var cameFields = 0
    /// Whether others have come than were likely.
    private var isUnusual = false
    /// From the end of the request's head until the answer is finished or broken off.
    private var exchange: Exchange?
    private var hasBegun = false
    private var response: ResponseHead?

    init(of session: HTTP2ServerSession, scheme: String) {
        server = session
        request = RequestHead(method: "", scheme: scheme, target: "", fields: HTTPFields())
        super.init(of: session)
    }

    // MARK: The request

    override func field(
        _ name: borrowing RawSpan, _ value: borrowing RawSpan, _ texts: FieldTexts
    ) {
        // Trailers of a request mean nothing to any service here.
        if hasBegun { return }
        // Those with a colon come first, and nghttp2 takes no others than these and `:scheme`.
        if name.byteCount > 0, name.u8(at: 0) == UInt8(ascii: ":") {
            if ":method".isWritten(name) {
                request.method = texts.text(of: value)
            } else if ":path".isWritten(name) {
                request.target = texts.text(of: value)
            } else if ":authority".isWritten(name) {
                request.authority = texts.text(of: value)
            }
            return
        }
        let came = cameFields
        cameFields += 1
        if came == 0 { request.fields = texts.usualFields(of: request.target) }
        if request.fields.has(name, value, at: came) { return }
        if came == 0 || came < request.fields.all.count { cutFields(to: came) }
        isUnusual = true
        request.fields.add(texts.text(of: name), texts.text(of: value))
    }

    private func cutFields(to count: Int) {
        request.fields.cut(to: count, capacity: Self.usualFields)
    }

    /// Those that were likely and did not come are none.
    private func endFields() {
        if cameFields < request.fields.all.count {
            cutFields(to: cameFields)
            isUnusual = true
        }
        if isUnusual {
            server.texts.keep(request.fields, of: request.target, byteCount: fieldBytes)
        }
    }

    override func fieldsEnd() {
        if hasBegun { return }
        hasBegun = true
        endFields()
        if hasTooManyFields || hasShortenedFields {
            discardBody()
            response = server.answer(toTooManyFieldsOf: request)
            trailers = [:]
            return touch()
        }
        if request.authority.isEmpty { request.authority = request.fields["host"] ?? "" }
        // From here on the exchange has it.
        var head = RequestHead(method: request.method, target: "")
        swap(&head, &request)
        let begun = server.begin(head, self)
        if !begun.isOver { exchange = begun }
    }

    override func body(_ bytes: borrowing RawSpan) { exchange?.handler?.received(bytes) }
    override func peerEnded() { exchange?.handler?.ended() }
    override func relieved() { exchange?.handler?.writable() }
    override func drain() { exchange?.handler?.drain() }
    override func tick(at now: Int64) {
        super.tick(at: now)
        exchange?.handler?.tick(at: now)
    }

    override func closed(_ end: End) {
        let exchange = exchange
        self.exchange = nil
        // This end breaks off with other codes.
        if end == .brokenOff(NGHTTP2_CANCEL.rawValue) {
            exchange?.cancel()
        } else {
            exchange?.fail()
        }
    }

    // MARK: The answer

    func respond(_ head: ResponseHead) {
        if response != nil { return }
        response = head
        touch()
    }

    func write(_ bytes: [UInt8]) {
        if request.method != "HEAD" { send(bytes) }
    }

    func finish(_ trailers: HTTPFields) {
        exchange = nil
        discardBody()
        if response == nil { return abort() }
        self.trailers = trailers
        touch()
    }

    func abort() {
        exchange = nil
        discardBody()
        server.reset(self, NGHTTP2_INTERNAL_ERROR)
    }

    func consumed(_ count: Int) { consume(count) }
    var isCrowded: Bool { server.waiting.isFull }

    override func head(into block: inout FieldBlock) -> Bool {
        guard let response else { return false }
        block.add(":status", response.status == 200 ? "200" : String(response.status))
        block.add(response.fields)
        return true
    }
}
