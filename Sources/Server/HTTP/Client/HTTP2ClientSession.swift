internal import CNGHTTP2
internal import DaybookBytes

/// The client's end of a connection of HTTP/2.
final class HTTP2ClientSession: HTTP2Session, ClientConversation {
    private var pings: [() -> Void] = []
    /// The beginning of what came, up to the type of its first frame.
    private var beginning: [UInt8] = []
    private(set) var isForeign = false
    var isProven: Bool { beginning.count == FrameHeader.typeEnd && !isForeign }

    init(limits: HTTPLimits, times: HTTPTimes, outlet: any Outlet, at now: Int64) {
        super.init(
            .client, limits: limits, times: times, texts: FieldTexts(), heads: HeldHeads(),
            outlet: outlet, at: now)
    }

    override func received(_ bytes: borrowing RawSpan, at now: Int64) {
        if beginning.count < FrameHeader.typeEnd {
            beginning += bytes.extracting(first: FrameHeader.typeEnd - beginning.count).copied()
            // A server begins with its settings; what else begins so is no HTTP/2.
            if beginning.count == FrameHeader.typeEnd,
                UInt32(beginning[FrameHeader.typeEnd - 1]) != NGHTTP2_SETTINGS.rawValue
            {
                isForeign = true
                return fail("what came is no HTTP/2")
            }
        }
        super.received(bytes, at: now)
    }

    /// Not after a goodbye of either end.
    var takesCalls: Bool {
        unsafe !isBroken && !isUnwelcome && nghttp2_session_check_request_allowed(session) != 0
    }

    /// Asks something; the body follows by the call.
    func call(_ head: RequestHead, _ handler: any HTTPCallHandler) -> HTTPCall {
        let stream = HTTP2ClientStream(of: self, head)
        let call = HTTPCall(stream, handler)
        stream.call = call
        stream.touch()
        return call
    }

    /// Asks whether the server is there; `done` is called when it says so.
    func ping(_ done: @escaping () -> Void) {
        pings.append(done)
        submitPing()
    }

    override func pingAnswered() {
        if !pings.isEmpty { pings.removeFirst()() }
    }
}

/// A call by HTTP/2.
final class HTTP2ClientStream: HTTP2Stream, CallCarrier {
    private let request: RequestHead
    var call: HTTPCall?
    private var response = ResponseHead(status: 0)
    private var hasResponded = false
    private var trailersOfPeer = HTTPFields()

    init(of session: HTTP2Session, _ request: RequestHead) {
        self.request = request
        super.init(of: session)
    }

    // MARK: The request

    func write(_ bytes: [UInt8]) { send(bytes) }

    func finish() {
        trailers = [:]
        touch()
    }

    func cancel() {
        call = nil
        discardBody()
        abandon()
    }

    func consumed(_ count: Int) { consume(count) }

    override func head(into block: inout FieldBlock) -> Bool {
        block.add(":method", request.method)
        block.add(":scheme", request.scheme)
        if !request.authority.isEmpty { block.add(":authority", request.authority) }
        block.add(":path", request.target)
        block.add(request.fields)
        return true
    }

    // MARK: The answer

    override func field(
        _ name: borrowing RawSpan, _ value: borrowing RawSpan, _ texts: FieldTexts
    ) {
        let (name, value) = (texts.text(of: name), texts.text(of: value))
        if hasResponded {
            trailersOfPeer.add(name, value)
        } else if name == ":status" {
            response.status = Int(value) ?? 0
        } else {
            response.fields.add(name, value)
        }
    }

    override func fieldsEnd() {
        if hasResponded { return }
        // Interim answers say nothing that matters here.
        if response.status < 200 {
            response = ResponseHead(status: 0)
            return
        }
        hasResponded = true
        if hasTooManyFields {
            fail("the fields of the answer are more than this client takes")
            return abandon()
        }
        call?.responded(response)
    }

    override func body(_ bytes: borrowing RawSpan) { call?.received(bytes) }
    override func relieved() { call?.writable() }
    override func peerEnded() {
        let call = call
        self.call = nil
        // An answer before the request was sent: the rest of that is of no use, and would keep the stream open.
        if !hasSentEnd {
            discardBody()
            abandon()
        }
        call?.complete(trailersOfPeer)
    }

    override func closed(_ end: End) {
        switch end {
        case .orderly: fail("the server ended the call before the answer was whole")
        case .brokenOff(NGHTTP2_REFUSED_STREAM.rawValue):
            fail("the server takes no more calls on this connection", isUnbegun: true)
        case .brokenOff(let code): fail("the server broke the call off (error \(code) of HTTP/2)")
        case .lost(let reason): fail(reason)
        }
    }

    private func fail(_ reason: String, isUnbegun: Bool = false) {
        let call = call
        self.call = nil
        call?.fail(HTTPCallFailure(reason, isUnbegun: isUnbegun || !hasSentHead))
    }
}
