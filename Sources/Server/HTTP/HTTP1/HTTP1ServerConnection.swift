internal import DaybookBytes

/// The server's end of a connection of HTTP/1.1. Takes one request after the other: what a client sends ahead waits
/// until the answer before it is written.
final class HTTP1ServerConnection: Conversation, ExchangeCarrier {
    private let service: any HTTPService
    private let loop: any EventLoop
    private let limits: HTTPLimits
    private let scheme: String
    private let date: HTTPDate?
    private let outlet: any Outlet
    private let connection = ConnectionBytes()
    private var parser: HTTP1Parser<HTTP1RequestHead>
    private let heldHead: HeldHead
    private let waiting: WaitingBytes
    /// What `waiting` counts of this connection.
    private var countedBytes = 0
    private var clock: HTTP1Clock
    private var now: Int64

    /// Whether a request is under way. Its head is its exchange's: an answer may go on for days.
    private var hasRequest = false
    /// Its exchange, until the answer is finished.
    private var exchange: Exchange?
    private var answer: HTTP1Answer?
    private var isRequestWhole = false
    /// Whether the client is to be told to send the body it holds back.
    private var owesContinue = false
    /// Bytes of the body given to the service and not consumed.
    private var unconsumed = 0
    /// Whether so much waited that the service is to be told when it is gone.
    private var isPressed = false

    /// What came ahead of its turn: no more than one read, for reading stops meanwhile.
    private var ahead: [UInt8] = []
    /// Bytes of it that are read already; always fewer than it has, or none of none.
    private var aheadRead = 0
    private var isDraining = false
    private var hasPeerEnded = false
    private(set) var isOver = false
    private(set) var complaint: Complaint?

    init(
        _ service: any HTTPService, loop: any EventLoop, limits: HTTPLimits, times: HTTPTimes,
        scheme: String, heads: HeldHeads, waiting: WaitingBytes, date: HTTPDate?,
        outlet: any Outlet, at now: Int64
    ) {
        self.service = service
        self.loop = loop
        self.limits = limits
        self.scheme = scheme
        self.date = date
        self.outlet = outlet
        self.now = now
        parser = HTTP1Parser(limits)
        heldHead = HeldHead(among: heads)
        self.waiting = waiting
        clock = HTTP1Clock(times, at: now)
    }

    deinit { waiting.add(-countedBytes) }

    // MARK: What comes

    func received(_ bytes: borrowing RawSpan, at now: Int64) {
        self.now = now
        if isOver || clock.phase == .lingering { return }
        if ahead.isEmpty {
            let read = parse(bytes, from: 0)
            if read < bytes.byteCount { ahead = bytes.extracting(read...).copied() }
        } else {
            ahead += bytes.copied()
        }
        setReading()
    }

    /// Reads requests until the bytes end or one is whole: the next one begins when it is answered.
    /// - Returns: How far it has read; to the end, where nothing of the rest is of use.
    private func parse(_ bytes: borrowing RawSpan, from start: Int) -> Int {
        var at = start
        do throws(HTTP1Error) {
            while !isRequestWhole && !isOver && clock.phase != .lingering {
                switch try parser.next(bytes, at: &at) {
                case .more:
                    if !hasRequest {
                        clock.enter(parser.isBetweenMessages ? .idle : .head, at: now)
                        if !heldHead.holds(parser.headBytes) { throw Self.noRoom }
                    }
                    return bytes.byteCount
                case .head(let head): begin(head)
                case .body(let range): take(bytes.extracting(range))
                case .trailer: break
                case .end:
                    isRequestWhole = true
                    clock.enter(.answer, at: now)
                    exchange?.handler?.ended()
                }
            }
        } catch {
            refuse(error)
            return bytes.byteCount
        }
        return isOver || clock.phase == .lingering ? bytes.byteCount : at
    }

    private static var noRoom: HTTP1Error {
        HTTP1Error(503, "On this server, \(HeldHead.tooMany): try again later.")
    }

    /// Goes on with what came ahead.
    private func parseAhead() {
        let bytes = ahead
        aheadRead = parse(bytes.rawSpan, from: aheadRead)
        if aheadRead == bytes.count { dropAhead() }
    }

    private func dropAhead() {
        ahead = []
        aheadRead = 0
    }

    private func begin(_ head: HTTP1RequestHead) {
        heldHead.release()
        hasRequest = true
        answer = HTTP1Answer(to: head)
        if isDraining { answer?.closeAfterwards() }
        clock.enter(.body, at: now)
        var request = head.head
        request.scheme = scheme
        let begun = Exchange(request, loop: loop, connection: connection, carrier: self)
        exchange = begun
        owesContinue = head.expectsContinue
        service.begin(begun)
        if begun.isOver { exchange = nil }
        if isDraining { exchange?.handler?.drain() }
        if owesContinue { outlet.hasOutput() }
    }

    private func take(_ bytes: borrowing RawSpan) {
        clock.received(body: bytes.byteCount)
        owesContinue = false
        guard let exchange else { return }
        unconsumed += bytes.byteCount
        exchange.handler?.received(bytes)
    }

    /// Answers what is no request, where an answer can still be told from what went before.
    private func refuse(_ error: HTTP1Error) {
        let isUnderWay = answer?.hasBegun == true
        if complaint == nil { complaint = error.complaint }
        lose()
        if isUnderWay {
            isOver = true
            return
        }
        hasRequest = false
        // Nothing more is read.
        parser = HTTP1Parser(limits)
        heldHead.release()
        dropAhead()
        isRequestWhole = true
        var answer = HTTP1Answer(to: nil)
        answer.respond(ResponseHead(status: error.status, fields: ["content-type": "text/plain"]))
        answer.write(Array((error.reason + "\n").utf8))
        answer.finish([:])
        self.answer = answer
        countWaiting()
        clock.enter(.answer, at: now)
        outlet.hasOutput()
    }

    /// Tells the service that nothing more comes and nothing can be answered.
    private func lose() {
        let exchange = exchange
        self.exchange = nil
        exchange?.fail()
    }

    func peerEnded() {
        hasPeerEnded = true
        // A client that has sent its request may close its side and read on.
        if isRequestWhole && clock.phase != .lingering { return }
        lose()
        isOver = true
    }

    func fail(_ reason: String) {
        isOver = true
        heldHead.release()
        lose()
        answer = nil
        countWaiting()
    }

    func drain() {
        isDraining = true
        answer?.closeAfterwards()
        if !hasRequest && parser.isBetweenMessages && answer == nil { isOver = true }
        exchange?.handler?.drain()
        outlet.hasOutput()
    }

    func tick(at now: Int64) {
        self.now = now
        guard clock.isOverdue(at: now) else { return }
        switch clock.phase {
        case .idle:
            complaint = .idle(seconds: clock.idleSeconds)
            isOver = true
            outlet.hasOutput()
        case .lingering, .answer:
            isOver = true
            outlet.hasOutput()
        case .head, .body:
            refuse(HTTP1Error(408, "The request took longer than this server waits."))
            outlet.hasOutput()
        }
    }

    /// Reads on only while there is room for what comes.
    private func setReading() {
        let hasRoom = ahead.isEmpty && unconsumed < limits.streamWindowBytes
        if hasRoom && !isReading { clock.resume(at: now) }
        isReading = hasRoom
        outlet.wantsInput(hasRoom)
    }
    private var isReading = true

    // MARK: The answer

    /// Bytes that wait, for whoever decides whether to write more: where all of the loop is full, an answer is earlier.
    var waitingBytes: Int {
        let count = answer?.waitingBytes ?? 0
        guard count >= waiting.answerBytesMax else { return count }
        isPressed = true
        return max(count, Exchange.waitingBytesMax)
    }

    var isCrowded: Bool { waiting.isFull }

    private func countWaiting() {
        let count = answer?.waitingBytes ?? 0
        waiting.add(count - countedBytes)
        countedBytes = count
    }

    func respond(_ head: ResponseHead) {
        answer?.respond(head)
        outlet.hasOutput()
    }

    func write(_ bytes: [UInt8]) {
        answer?.write(bytes)
        countWaiting()
        if countedBytes >= Exchange.waitingBytesMax { isPressed = true }
        outlet.hasOutput()
    }

    func finish(_ trailers: HTTPFields) {
        exchange = nil
        guard answer?.hasHead == true else { return abort() }
        answer?.finish(trailers)
        consumed(unconsumed)
        outlet.hasOutput()
    }

    func abort() {
        exchange = nil
        breakOff()
        outlet.hasOutput()
    }

    /// HTTP/1.1 has no other way to say that an answer is not whole.
    private func breakOff() {
        if complaint == nil { complaint = Complaint(.failure, "an answer could not be finished") }
        isOver = true
    }

    func consumed(_ count: Int) {
        unconsumed -= min(count, unconsumed)
        setReading()
    }

    func produce(into out: SendBuffer) -> Bool {
        // What a client has sent ahead is answered in as many turns as it takes: others have theirs between them.
        while !isOver && !out.isFull {
            if owesContinue && answer?.hasHead == false {
                out.bytes.append("HTTP/1.1 100 Continue\r\n\r\n")
            }
            owesContinue = false
            // The rest of a body that nobody wants is not waited for.
            if answer?.isFinished == true && !isRequestWhole { answer?.closeAfterwards() }
            answer?.produce(into: out, date: date)
            if answer?.isBroken == true { breakOff() }
            guard answer?.isWritten == true, !isOver else { break }
            next()
        }
        countWaiting()
        relieve()
        return out.isFull
    }

    /// The answer is written: goes on with what came meanwhile, or ends.
    private func next() {
        let isLast = answer?.keepsAlive == false || hasPeerEnded && ahead.isEmpty
        answer = nil
        hasRequest = false
        unconsumed = 0
        isPressed = false
        if isLast {
            dropAhead()
            isReading = true
            outlet.wantsInput(true)
            clock.enter(.lingering, at: now)
            isDoneSending = true
            if hasPeerEnded { isOver = true }
            return
        }
        isRequestWhole = false
        clock.enter(.idle, at: now)
        if !ahead.isEmpty { parseAhead() }
        if isDraining && !hasRequest && answer == nil { isOver = true }
        if hasPeerEnded && !isRequestWhole {
            lose()
            isOver = true
        }
        setReading()
    }

    private(set) var isDoneSending = false

    private func relieve() {
        guard isPressed, countedBytes < waiting.answerBytesMax / 2 else { return }
        isPressed = false
        exchange?.handler?.writable()
    }
}
