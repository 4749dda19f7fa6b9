internal import DaybookBytes

/// The client's end of a connection of HTTP/1.1: one call at a time.
final class HTTP1ClientConnection: ClientConversation, CallCarrier {
    private let limits: HTTPLimits
    private let outlet: any Outlet
    private var parser: HTTP1Parser<HTTP1ResponseHead>
    private var queue = BodyQueue()
    private var call: HTTPCall?
    private var keepsAlive = true
    private var trailers = HTTPFields()
    private var isSent = false
    private var isPressed = false
    private var unconsumed = 0
    private(set) var isOver = false
    private(set) var isForeign = false
    private(set) var isProven = false
    /// Whether a part of the request was sent.
    private var hasBegun = false

    init(limits: HTTPLimits, outlet: any Outlet) {
        self.limits = limits
        self.outlet = outlet
        parser = HTTP1Parser(limits)
    }

    // MARK: The request

    func call(_ head: RequestHead, _ handler: any HTTPCallHandler) -> HTTPCall {
        precondition(call == nil && head.method != "HEAD", "one call at a time, and none by HEAD")
        let call = HTTPCall(self, handler)
        self.call = call
        isSent = false
        hasBegun = false
        var text = "\(head.method) \(head.target) HTTP/1.1\r\nhost: \(head.authority)\r\n"
        for field in head.fields.all { text += "\(field.name): \(field.value)\r\n" }
        queue.append(Array((text + "transfer-encoding: chunked\r\n\r\n").utf8))
        outlet.hasOutput()
        return call
    }

    var takesCalls: Bool { !isOver && call == nil }

    /// Nothing asks for less than a request here.
    func ping(_ done: @escaping () -> Void) {}

    var waitingBytes: Int { queue.count }

    func write(_ bytes: [UInt8]) {
        if isSent { return }
        queue.append(Array((String(bytes.count, radix: 16) + "\r\n").utf8))
        queue.append(bytes)
        queue.append([0x0D, 0x0A])
        if queue.count >= Exchange.waitingBytesMax { isPressed = true }
        outlet.hasOutput()
    }

    func finish() {
        if isSent { return }
        isSent = true
        queue.append(Array("0\r\n\r\n".utf8))
        outlet.hasOutput()
    }

    /// What is under way cannot be taken back but by ending the connection.
    func cancel() {
        call = nil
        isOver = true
        outlet.hasOutput()
    }

    func consumed(_ count: Int) {
        unconsumed -= min(count, unconsumed)
        outlet.wantsInput(unconsumed < limits.streamWindowBytes)
    }

    // MARK: The answer

    func received(_ bytes: borrowing RawSpan, at now: Int64) {
        var at = 0
        do throws(HTTP1Error) {
            while !isOver {
                switch try parser.next(bytes, at: &at) {
                case .more: return outlet.wantsInput(unconsumed < limits.streamWindowBytes)
                case .head(let answer):
                    if answer.head.status < 200 { break }
                    guard let call else { return end("the server answered what nobody asked") }
                    hasHead = true
                    isProven = true
                    keepsAlive = answer.keepsAlive
                    call.responded(answer.head)
                case .body(let range):
                    unconsumed += range.count
                    call?.received(bytes.extracting(range))
                case .trailer(let field): trailers.add(field.name, field.value)
                case .end: if hasHead { complete() }
                }
            }
        } catch {
            isForeign = true
            end("the answer is not HTTP/1.1: \(error.reason)")
        }
    }
    private var hasHead = false

    private func complete() {
        let call = call
        self.call = nil
        hasHead = false
        let trailers = trailers
        self.trailers = HTTPFields()
        // An answer before the request was sent leaves the rest of it on the way.
        if !keepsAlive || !isSent { isOver = true }
        call?.complete(trailers)
    }

    private func end(_ reason: String) {
        isOver = true
        let call = call
        self.call = nil
        call?.fail(HTTPCallFailure(reason, isUnbegun: !hasBegun))
    }

    func peerEnded() {
        if parser.endsWithConnection && hasHead { complete() }
        end("the connection ended before the answer did")
    }

    func produce(into out: SendBuffer) -> Bool {
        if queue.count > 0 { hasBegun = true }
        queue.move(min(queue.count, SendBuffer.bytesMax), into: &out.bytes)
        if isPressed && queue.count < Exchange.waitingBytesMax / 2 {
            isPressed = false
            call?.writable()
        }
        return queue.count > 0
    }

    func drain() {}
    func tick(at now: Int64) {}
    func fail(_ reason: String) { end(reason) }
}
