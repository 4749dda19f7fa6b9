internal import CNGHTTP2
internal import DaybookBytes

/// One stream of a session: what has come of its head, and the body to be sent. Server and client add what a request
/// and what an answer is.
class HTTP2Stream {
    /// Nil once the stream is closed.
    private(set) var session: HTTP2Session?
    /// 0 until it is known.
    var id: Int32 = 0
    /// Among those of its session.
    var place = 0
    var queue = BodyQueue()
    /// What follows the body; set where the body is whole.
    var trailers: HTTPFields?
    /// Whether the head was given to nghttp2.
    var isSubmitted = false
    /// Whether nghttp2 waits for more of the body.
    var isDeferred = false
    /// Whether the session has it on its list of those with something new to send.
    var isTouched = false
    /// Whether so much waited that whoever writes is to be told when it is gone.
    private var isPressed = false
    /// Whether the session has it on its list of those that wait for others to be read.
    var isHeldUp = false
    /// Whether the peer has ended its side.
    var isPeerDone = false
    /// Whether the head of a request was made ready to go out, and the end of what this end sends.
    final var hasSentHead = false
    final var hasSentEnd = false
    /// Whether either end has broken it off of its own will.
    var isBrokenOff = false
    /// Whether any of its body was taken since it was looked at last, and since when none was.
    private var hasMoved = false
    private var stuckSince: Int64?
    /// Bytes of the peer's body given out and not yet consumed.
    private var unconsumed = 0
    /// Whether nobody wants the rest of the peer's body.
    private var isDiscarding = false
    /// Since when the peer has its whole answer and may end its request, and the bytes that came of it since.
    private var answeredSince: Int64?
    private var lateBytes = 0
    /// Bytes of the fields of the head or trailers that come just now.
    private(set) var fieldBytes = 0
    private var fieldCount = 0
    /// Whether the fields were more than allowed; the rest of them are dropped.
    private(set) var hasTooManyFields = false
    /// Whether some of them are not what the peer has sent, as they were too long.
    private(set) var hasShortenedFields = false

    /// How a stream ended.
    enum End: Hashable {
        case orderly
        /// Either end broke it off, for a reason that HTTP/2 numbers.
        case brokenOff(UInt32)
        /// Its connection is gone, or took it not; in words.
        case lost(String)
    }

    init(of session: HTTP2Session) { self.session = session }

    // MARK: What comes, for the subclass

    /// A head begins, or trailers do.
    func fieldsBegin() {
        fieldBytes = 0
        fieldCount = 0
    }

    final func hasLostFields() { hasShortenedFields = true }

    func field(_ name: borrowing RawSpan, _ value: borrowing RawSpan, _ texts: FieldTexts) {
        fatalError("each kind of stream takes fields")
    }
    /// The head or the trailers are whole.
    func fieldsEnd() { fatalError("each kind of stream takes fields") }
    func body(_ bytes: borrowing RawSpan) { fatalError("each kind of stream takes a body") }
    func peerEnded() { fatalError("each kind of stream ends") }
    func closed(_ end: End) { fatalError("each kind of stream ends") }
    /// There is room again to write.
    func relieved() { fatalError("each kind of stream is written to") }
    /// This end is to be closed when all streams are.
    func drain() {}
    /// Looks, about once a second, whether the other end takes too long.
    func tick(at now: Int64) {
        if queue.count == 0 {
            stuckSince = nil
        } else if hasMoved || stuckSince == nil {
            stuckSince = now
        }
        hasMoved = false
        if let answeredSince, now - answeredSince >= Int64(HTTPTimes.lateBodySeconds) * 1_000 {
            breakOffRequest()
        }
    }

    /// Whether the other end has taken nothing of what waits for so long.
    final func isStuck(at now: Int64, milliseconds: Int64) -> Bool {
        guard let stuckSince, queue.count > 0, !hasMoved else { return false }
        return now - stuckSince > milliseconds
    }
    /// Adds the head to be sent; false where there is none yet.
    func head(into block: inout FieldBlock) -> Bool { fatalError("each kind of stream has a head") }

    /// Whether a field still fits; counts it.
    final func admits(byteCount: Int, _ limits: HTTPLimits) -> Bool {
        fieldBytes += byteCount
        fieldCount += 1
        if fieldBytes > limits.headBytesMax || fieldCount > limits.headFieldsMax {
            hasTooManyFields = true
        }
        return !hasTooManyFields
    }

    final func endOfPeer() {
        isPeerDone = true
        peerEnded()
    }

    final func take(_ bytes: borrowing RawSpan) {
        if isDiscarding {
            session?.consume(bytes.byteCount, of: id)
            if answeredSince == nil { return }
            lateBytes += bytes.byteCount
            if lateBytes > HTTPLimits.lateBodyBytesMax { breakOffRequest() }
        } else {
            unconsumed += bytes.byteCount
            body(bytes)
        }
    }

    /// Waits for the end of a request that was answered before it was whole. To break it off at once is allowed, but curl
    /// 7.88 then gives up the answer, which it has; a short body is on its way anyhow.
    final func letPeerEnd(since now: Int64) { answeredSince = now }

    private func breakOffRequest() {
        answeredSince = nil
        session?.reset(self, NGHTTP2_NO_ERROR)
    }

    final func consume(_ count: Int) {
        let count = min(count, unconsumed)
        if count <= 0 { return }
        unconsumed -= count
        session?.consume(count, of: id)
    }

    /// Whatever of the peer's body has come or will come, nobody wants it.
    final func discardBody() {
        isDiscarding = true
        consume(unconsumed)
    }

    // MARK: What is sent

    final func send(_ bytes: [UInt8]) {
        if bytes.isEmpty || trailers != nil || session == nil { return }
        queue.append(bytes)
        session?.waitingBytes += bytes.count
        if queue.count >= Exchange.waitingBytesMax { isPressed = true }
        touch()
    }

    /// Bytes that wait, for whoever decides whether to write more: where all of the connection is full, a stream is
    /// full earlier, and in the end before anything of its own waits.
    final var waitingBytes: Int {
        if session?.holdsUp(self) == true { return max(queue.count, Exchange.waitingBytesMax) }
        guard queue.count >= HTTPLimits.fullStreamWaitingBytesMax, session?.isFull == true else {
            return queue.count
        }
        isPressed = true
        return max(queue.count, Exchange.waitingBytesMax)
    }

    private var relievedBelow: Int {
        let most =
            session?.isFull == true
            ? HTTPLimits.fullStreamWaitingBytesMax : Exchange.waitingBytesMax
        return most / 2
    }

    final func touch() {
        if isTouched { return }
        isTouched = true
        session?.touch(self)
    }

    /// Says how much of the body may go now; nghttp2 then has it moved by `move`.
    final func offer(_ room: Int, _ flags: inout UInt32) -> Int {
        let count = min(room, queue.count)
        guard count == queue.count, let trailers else {
            if count == 0 {
                isDeferred = true
                return Int(NGHTTP2_ERR_DEFERRED.rawValue)
            }
            flags |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
            return count
        }
        flags |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        if !trailers.isEmpty {
            flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            session?.submitTrailers(trailers, of: id)
        }
        return count
    }

    final func move(_ count: Int, into out: inout ByteWriter) {
        queue.move(count, into: &out)
        hasMoved = true
        session?.noLongerWaiting(count)
        if isPressed && queue.count < relievedBelow {
            isPressed = false
            session?.relieve(self)
        }
    }

    /// Breaks the stream off.
    final func abandon() {
        if isSubmitted { session?.reset(self, NGHTTP2_CANCEL) } else { end(.orderly) }
    }

    /// The stream is over, whoever ended it.
    final func end(_ end: End) {
        if isHeldUp { session?.noLongerHeldUp(self) }
        session?.noLongerWaiting(queue.count)
        consumeRestOfConnection()
        session = nil
        queue.removeAll()
        closed(end)
    }

    /// The window of the stream goes with it, its part of the connection's does not.
    private func consumeRestOfConnection() {
        session?.consumeOfConnection(unconsumed)
        unconsumed = 0
    }
}
