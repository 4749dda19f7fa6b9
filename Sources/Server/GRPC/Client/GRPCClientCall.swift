internal import DaybookBytes
package import DaybookHTTP
package import DaybookProtobuf

/// Gets the answer to a call. Called on the loop of the call, and never from within a call to it.
package protocol GRPCClientHandler: AnyObject {
    /// A message of the server; the span is valid during the call. Never called while the call is held.
    /// - Throws: Why it is none that can be: the call ends with it, and `ended` is called.
    func message(_ bytes: borrowing RawSpan) throws(GRPCFailure)
    /// There is room to send again, after `isWritable` was false.
    func writable()
    /// The call is over: nil where the server says that all went well.
    func ended(_ failure: GRPCFailure?)
}

extension GRPCClientHandler {
    package func writable() {}
}

/// One call to a server by gRPC, of any shape: messages out, messages in.
///
/// Belongs to one loop. It may be written to before there is a connection; once it is over, calls do nothing, so nobody
/// needs to ask first.
package final class GRPCClientCall: HTTPCallHandler {
    /// `/package.Service/Method`.
    package let path: String
    private let deadlineMilliseconds: Int?
    private var handler: (any GRPCClientHandler)?
    /// Nil before it begins, and once it is over.
    private var call: HTTPCall?
    /// Messages written before it began.
    private var early: [UInt8] = []
    private var isFinished = false
    private var deframer: GRPCDeframer
    /// What came while the call was held, not acknowledged to the server: its window bounds it.
    private var queued: [UInt8] = []
    private var isHeld = false
    private var isDelivering = false
    /// How the server ended it while it was held.
    private var end: End?
    private var status: GRPCStatus?
    /// The status of HTTP, where it says that what is answered is a page, and not what was called.
    private var page: Int?
    private var timer: (any LoopTimer)?
    /// Why there is no connection for it yet, for whoever is told that its time is up.
    package var obstacle: GRPCFailure?
    /// Told once when it is over, before its handler is; for whoever counts calls.
    package var whenOver: (() -> Void)?
    package var isOver: Bool { handler == nil }

    private enum End {
        case trailers(HTTPFields)
        case failure(GRPCFailure)
    }

    /// - Parameter deadlineMilliseconds: From now on; nil: as long as it takes. The server is told when it begins.
    package init(
        _ path: String, deadlineMilliseconds: Int? = nil, messageBytesMax: Int, on loop: Loop,
        _ handler: any GRPCClientHandler
    ) {
        self.path = path
        self.deadlineMilliseconds = deadlineMilliseconds
        self.handler = handler
        deframer = GRPCDeframer(messageBytesMax: messageBytesMax)
        if let deadlineMilliseconds {
            timer = loop.after(milliseconds: deadlineMilliseconds) { [weak self] in
                self?.timeIsUp(deadlineMilliseconds)
            }
        }
    }

    /// Makes it on a connection.
    package func begin(on client: HTTPClient, scheme: String, authority: String) {
        if isOver { return }
        var fields: HTTPFields = ["content-type": "application/grpc", "te": "trailers"]
        // What it has waited for a connection is not the server's: that may have a little longer than this end waits.
        if let deadlineMilliseconds {
            fields.add("grpc-timeout", GRPCTimeout.text(deadlineMilliseconds))
        }
        let head = RequestHead(
            method: "POST", scheme: scheme, authority: authority, target: path, fields: fields)
        let call = client.call(head, self)
        self.call = call
        call.write(early)
        early = []
        if isFinished { call.finish() }
    }

    // MARK: The request

    /// Whether to go on sending; where not, the handler is told `writable` later.
    package var isWritable: Bool {
        (call?.waitingBytes ?? early.count) < Exchange.waitingBytesMax
    }

    package func send(_ messages: inout GRPCMessages) {
        if isOver || isFinished || messages.byteCount == 0 { return }
        if let call { call.write(messages.take()) } else { early += messages.take() }
    }

    /// Sends one message that is encoded already.
    package func send(encoded message: [UInt8]) {
        var messages = GRPCMessages(capacity: message.count + GRPCDeframer.headBytes)
        messages.add(encoded: message)
        send(&messages)
    }

    /// Sends one message.
    package func send(_ message: some ProtobufEncodable) {
        var messages = GRPCMessages()
        messages.add(message)
        send(&messages)
    }

    /// Says that no more messages come.
    package func finish() {
        isFinished = true
        call?.finish()
    }

    /// Breaks it off; the handler hears nothing more.
    package func cancel() {
        handler = nil
        letGo()?.cancel()
    }

    /// Fails a call that has not begun.
    func fail(_ failure: GRPCFailure) { conclude(failure) }

    /// Breaks it off as one that takes too long; the handler is told.
    package func giveUp(afterMilliseconds milliseconds: Int) { timeIsUp(milliseconds) }

    // MARK: The answer

    /// Gives no further messages until `resume`, so that the server is slowed down; may be called from `message`.
    package func hold() { isHeld = true }

    /// Gives messages again; not from within `message`.
    package func resume() {
        if !isHeld || isOver { return }
        isHeld = false
        if isDelivering { return }
        let bytes = queued
        queued = []
        let taken = deliver(bytes.rawSpan)
        if isOver { return }
        if taken < bytes.count { queued = Array(bytes[taken...]) }
        call?.consumed(taken)
        if !isHeld, let end { close(end) }
    }

    package func responded(_ head: ResponseHead) {
        // An answer may be its status alone.
        status = GRPCStatus(fields: head.fields)
        page = head.status == 200 ? nil : head.status
        deframer.encoding = head.fields["grpc-encoding"]
    }

    package func received(_ bytes: borrowing RawSpan) {
        if page != nil {
            call?.consumed(bytes.byteCount)
            return
        }
        let taken = isHeld ? 0 : deliver(bytes)
        if isOver { return }
        if taken < bytes.byteCount {
            queued += bytes.extracting(taken..<bytes.byteCount).copied()
        }
        call?.consumed(taken)
    }

    /// Gives the handler the messages in a piece of the body, until one has the call held.
    /// - Returns: How many bytes of the piece were used.
    private func deliver(_ bytes: borrowing RawSpan) -> Int {
        var offset = 0
        isDelivering = true
        defer { isDelivering = false }
        do {
            while !isHeld, let message = try next(in: bytes, from: &offset) {
                switch message {
                case .inPiece(let range): try handler?.message(bytes.extracting(range))
                case .held(let whole):
                    try handler?.message(
                        whole.rawSpan.extracting(GRPCDeframer.headBytes..<whole.count))
                }
                if isOver { break }
            }
        } catch {
            conclude(error)
        }
        return offset
    }

    private func next(
        in bytes: borrowing RawSpan, from offset: inout Int
    ) throws(GRPCFailure) -> GRPCDeframer.Message? {
        do throws(GRPCStatus) {
            return try deframer.next(in: bytes, from: &offset)
        } catch {
            throw .foreign(error.message)
        }
    }

    package func ended(_ trailers: HTTPFields) { close(.trailers(trailers)) }
    package func writable() { handler?.writable() }
    package func failed(_ failure: HTTPCallFailure) { close(.failure(.lost(failure))) }

    /// The server has ended it; what came before is given out first.
    private func close(_ end: End) {
        if isHeld {
            self.end = end
            return
        }
        switch end {
        case .failure(let failure): conclude(failure)
        case .trailers(let trailers): conclude(failure(by: trailers))
        }
    }

    private func failure(by trailers: HTTPFields) -> GRPCFailure? {
        guard let status = GRPCStatus(fields: trailers) ?? status else {
            let words = page.map { "it answered with the status \($0) of HTTP" }
            return .foreign(words ?? "its answer says nothing of its end")
        }
        if status.code != .ok { return .status(status) }
        return deframer.held.isEmpty ? nil : .foreign("its answer ends inside a message")
    }

    private func timeIsUp(_ milliseconds: Int) {
        if call == nil, let obstacle, case .misfit = obstacle { return conclude(obstacle) }
        let words = obstacle?.reason.map { ": " + $0 } ?? ""
        conclude(
            .late(
                HTTPCallFailure(
                    "it did not come within \(milliseconds) ms" + words, isUnbegun: call == nil)))
    }

    private func conclude(_ failure: GRPCFailure?) {
        guard let handler else { return }
        self.handler = nil
        letGo()?.cancel()
        handler.ended(failure)
    }

    /// - Returns: What is to be broken off, if it is not over.
    private func letGo() -> HTTPCall? {
        timer?.cancel()
        timer = nil
        early = []
        queued = []
        end = nil
        deframer = GRPCDeframer(messageBytesMax: 0)
        let call = call
        self.call = nil
        let whenOver = whenOver
        self.whenOver = nil
        whenOver?()
        return call
    }
}
