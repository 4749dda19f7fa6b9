internal import DaybookBytes
package import DaybookHTTP
package import DaybookProtobuf

/// One call of gRPC over one exchange: takes the request apart for its method, and sends what the method answers.
///
/// Belongs to the loop of its exchange. It ends by `finish`, or because the client is gone, the time is up or the
/// request is none; afterwards calls do nothing, so nobody needs to ask first.
package final class GRPCCall: ExchangeHandler {
    private let exchange: Exchange
    private let limits: GRPCLimits
    private let held: ClientBytes
    /// Nil before `begin`, and once the call is over.
    private var method: (any GRPCMethod)?
    private var deframer: GRPCDeframer
    /// What came while the call was held, not acknowledged to the client: its window bounds it.
    private var queued: [UInt8] = []
    /// How many bytes of messages the method keeps.
    private var keptCount = 0
    /// How many bytes of this call `held` counts.
    private var heldCount = 0
    private var progress = RequestProgress()
    private var timer: (any LoopTimer)?
    private var isHeld = false
    private var isDelivering = false
    private var hasEnded = false
    private var hasToldEnd = false
    private var hasAnswered = false
    package private(set) var isOver = false

    init(_ exchange: Exchange, limits: GRPCLimits, held: ClientBytes) {
        self.exchange = exchange
        self.limits = limits
        self.held = held
        deframer = GRPCDeframer(messageBytesMax: limits.messageBytesMax)
    }

    /// The loop on which everything of this call happens.
    package var loop: any EventLoop { exchange.loop }
    /// What the connection of the call holds.
    package var connection: ConnectionBytes { exchange.connection }
    /// Says that the call goes on until somebody ends it: how long it takes is not measured.
    package func isEndless() { exchange.isEndless = true }
    /// What the call was made with; its fields only until its method is made.
    package var head: RequestHead { exchange.head }
    /// The values of a binary field of the request, whose name ends in `-bin`; nil where one is no Base64. To be
    /// asked while the method is made.
    package func binary(_ name: String) -> [[UInt8]]? { head.fields.binary(name) }

    // MARK: The request

    func begin(_ maker: (GRPCCall) throws(GRPCStatus) -> any GRPCMethod) {
        do throws(GRPCStatus) {
            let milliseconds = try admit()
            // Its messages may be here before any timer.
            if milliseconds == 0 { throw Self.late }
            exchange.handler = self
            if let milliseconds {
                timer = loop.after(milliseconds: milliseconds) { [weak self] in self?.timeIsUp() }
            }
            let made = try maker(self)
            exchange.dropFields()
            if isOver { made.cancelled() } else { method = made }
        } catch {
            finish(error)
        }
    }

    /// Checks the fields of the request.
    /// - Returns: The milliseconds that the client gives the call, nil where it sets no end.
    private func admit() throws(GRPCStatus) -> Int? {
        let method = exchange.method
        guard method == "POST" else {
            throw GRPCStatus(.internal, "a call is a POST, not a \(method)")
        }
        var passesTrailers = false
        var milliseconds: Int?
        for field in exchange.fields.all {
            switch field.name {
            case "te": passesTrailers = passesTrailers || field.takesTrailers
            case "grpc-encoding": deframer.encoding = field.value
            case "grpc-timeout":
                milliseconds = GRPCTimeout.milliseconds(field.value)
                if milliseconds == nil {
                    throw GRPCStatus(
                        .invalidArgument, "grpc-timeout is no time: \(field.value)")
                }
            default: break
            }
        }
        guard passesTrailers else {
            throw GRPCStatus(
                .internal, "the field `te: trailers` is missing: something on the way may drop them"
            )
        }
        return milliseconds
    }

    package func received(_ bytes: borrowing RawSpan) {
        if isOver { return }
        progress.received(bytes.byteCount)
        let taken = isHeld ? 0 : deliver(bytes)
        if isOver { return }
        if taken < bytes.byteCount {
            queued += bytes.extracting(taken..<bytes.byteCount).copied()
        }
        exchange.consumed(taken)
        count()
    }

    package func ended() {
        hasEnded = true
        if !isHeld { tellEnd() }
    }

    package func writable() { method?.writable() }

    package func failed() { cancel() }

    package func drain() { method?.drain() }

    /// Takes no further messages until `resume`, so that the client is slowed down; may be called from `message`.
    package func hold() { isHeld = true }

    /// Takes messages again; may be called from `message`, too.
    package func resume() {
        if !isHeld || isOver { return }
        isHeld = false
        if isDelivering { return }
        let bytes = queued
        queued = []
        let taken = deliver(bytes.rawSpan)
        if isOver { return }
        if taken < bytes.count { queued = Array(bytes[taken...]) }
        exchange.consumed(taken)
        count()
        if hasEnded && !isHeld { tellEnd() }
    }

    /// Counts bytes of messages that the method keeps from now on, all of them: too many end the call.
    package func keeps(byteCount: Int) {
        if isOver { return }
        keptCount = byteCount
        count()
    }

    /// Gives the method the messages in a piece of the body, until one has the call held.
    /// - Returns: How many bytes of the piece were used.
    private func deliver(_ bytes: borrowing RawSpan) -> Int {
        var offset = 0
        isDelivering = true
        defer { isDelivering = false }
        do throws(GRPCStatus) {
            while !isHeld, let message = try deframer.next(in: bytes, from: &offset) {
                progress.receivedMessage()
                switch message {
                case .inPiece(let range): try method?.message(bytes.extracting(range))
                case .held(let whole):
                    try method?.message(
                        whole.rawSpan.extracting(GRPCDeframer.headBytes..<whole.count))
                }
                if isOver { break }
            }
        } catch {
            fail(error)
        }
        return offset
    }

    /// Once, however often the call is held and goes on afterwards.
    private func tellEnd() {
        if isOver || hasToldEnd { return }
        hasToldEnd = true
        guard deframer.held.isEmpty else {
            return fail(GRPCStatus(.internal, "the request ends inside a message"))
        }
        do { try method?.end() } catch { fail(error) }
    }

    /// Keeps the count of what all calls hold.
    private func count() {
        let now = deframer.held.count + queued.count + keptCount
        if now == heldCount { return }
        let change = now - heldCount
        heldCount = now
        if let excess = held.add(change, by: exchange.connection) {
            fail(
                GRPCStatus(
                    .resourceExhausted,
                    "the messages that are coming in take more than \(excess.words)"))
        }
    }

    package func tick(at now: Int64) {
        if isOver { return }
        // A call that this end holds up is not the client's to go on with.
        let isAwaited =
            !hasToldEnd && !isHeld && (heldCount > 0 || method?.awaitsRest == true)
        if progress.isOverdue(at: now, isAwaited: isAwaited, limits) {
            fail(
                GRPCStatus(
                    .deadlineExceeded,
                    "the rest of the request did not come for \(limits.progressSeconds) seconds"))
        }
    }

    // MARK: The answer

    /// Whether to go on sending; where not, the method is told `writable` later.
    package var isWritable: Bool { exchange.isWritable }

    /// Lets the client know that the call was taken, before there is a message for it.
    package func accept() {
        if hasAnswered || isOver { return }
        hasAnswered = true
        exchange.respond(GRPCStatus.answerHead)
    }

    package func send(_ messages: inout GRPCMessages) {
        if isOver || messages.byteCount == 0 { return }
        accept()
        exchange.write(messages.take())
    }

    /// Sends one message.
    package func send(_ body: (inout ProtobufWriter) -> Void) {
        if isOver { return }
        var messages = GRPCMessages()
        messages.add(body)
        send(&messages)
    }

    /// Sends one message and ends the call well: the answer of a method that answers once.
    package func reply(_ body: (inout ProtobufWriter) -> Void) {
        send(body)
        finish()
    }

    package func reply(_ message: some ProtobufEncodable) {
        reply { message.encode(into: &$0) }
    }

    /// Ends the call.
    package func finish(_ status: GRPCStatus = .ok) {
        if isOver { return }
        letGo()
        if hasAnswered { return exchange.finish(trailers: status.fields) }
        exchange.answer(status)
    }

    private func timeIsUp() { fail(Self.late) }

    private static var late: GRPCStatus {
        GRPCStatus(.deadlineExceeded, "the time that the client gave was up")
    }

    /// Ends the call without its method, which is told.
    private func fail(_ status: GRPCStatus) {
        let method = method
        finish(status)
        method?.cancelled()
    }

    private func cancel() {
        if isOver { return }
        let method = method
        letGo()
        method?.cancelled()
    }

    private func letGo() {
        isOver = true
        method = nil
        timer?.cancel()
        timer = nil
        queued = []
        deframer = GRPCDeframer(messageBytesMax: 0)
        // All loops count there: a call that holds nothing leaves it alone.
        if heldCount == 0 { return }
        _ = held.add(-heldCount, by: exchange.connection)
        heldCount = 0
    }
}
