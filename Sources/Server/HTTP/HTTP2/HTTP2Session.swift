internal import CNGHTTP2
internal import DaybookBytes

/// A connection of HTTP/2, either end of it, over nghttp2 without a socket.
///
/// nghttp2 frames, compresses, counts windows and checks what the peer does; this holds the streams and has them
/// fill in what is sent.
@safe class HTTP2Session: Conversation {
    // Safe: made in init, freed in deinit, used only on the connection's loop.
    final let session: OpaquePointer
    let limits: HTTPLimits
    let times: HTTPTimes
    final let outlet: any Outlet
    /// Those that are open, in no order.
    private(set) final var streams: [HTTP2Stream] = []
    final let texts: FieldTexts
    /// Streams with something new to send, and those with room again.
    private var touched: [HTTP2Stream] = []
    final var relieved: [HTTP2Stream] = []
    /// Streams that may not be written to until others of the connection were read.
    final var heldUp: [HTTP2Stream] = []
    /// Memory kept from turn to turn.
    private var spare: [HTTP2Stream] = []
    /// Filled while `produce` runs.
    private var out: SendBuffer?
    private var flood = FloodMeter()
    final var now: Int64
    /// Since when nghttp2 waits for the rest of a head: at first, of what the peer has to say before anything else.
    final var headSince: Int64?
    /// The same of a head that is kept from it.
    final var heldSince: Int64?
    private var draining = Drain.no
    final var isBroken = false
    /// Why the peer is not served any more.
    final var complaint: Complaint?
    final var isUnwelcome: Bool { complaint != nil }
    private var doneSince: Int64?
    /// Whether nothing is said any more, and whoever waited for an answer was told.
    private var isMute = false
    /// Looks at what comes before nghttp2 does; nil at the client's end, which chose its server.
    final var headGuard: HeadGuard?
    final let heldHead: HeldHead
    /// The stream of a head that is given on with shorter fields than it had.
    final var shortened: Int32?

    final let end: End

    /// Streams that are open now.
    final var openStreams: Int { streams.count }
    /// Bytes of all streams that wait to be sent.
    final var waitingBytes = 0 { didSet { waiting.add(waitingBytes - oldValue) } }
    /// Those of all connections of the loop.
    final let waiting: WaitingBytes
    final var isFull: Bool {
        waitingBytes >= limits.connectionWaitingBytesMax || waiting.isFull
    }
    /// Bytes of bodies that were sent so far.
    private(set) final var sentBytes = 0
    private var stall = StallClock()
    /// Whether bodies wait for the window of the connection, and for long none of them could go on.
    private(set) final var isStalled = false

    enum End {
        case client
        case server
    }

    init(
        _ end: End, limits: HTTPLimits, times: HTTPTimes, texts: FieldTexts,
        heads: HeldHeads, waiting: WaitingBytes = WaitingBytes(), outlet: any Outlet, at now: Int64
    ) {
        self.limits = limits
        self.end = end
        heldHead = HeldHead(among: heads)
        self.waiting = waiting
        self.times = times
        self.texts = texts
        self.now = now
        headSince = now
        self.outlet = outlet
        headGuard = end == .server ? HeadGuard(prefaceBytes: HTTP2Wire.prefaceBytes) : nil
        var made: OpaquePointer?
        // Safe: nghttp2 copies callbacks and options. The pointer back to self is set below.
        let answer =
            switch end {
            case .server:
                unsafe nghttp2_session_server_new2(
                    &made, HTTP2Callbacks.all, nil, HTTP2Callbacks.options)
            case .client:
                unsafe nghttp2_session_client_new2(
                    &made, HTTP2Callbacks.all, nil, HTTP2Callbacks.options)
            }
        precondition(answer == 0, "nghttp2 has no memory for a session")
        unsafe session = made!
        unsafe nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
        var settings = [
            setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streamsMax),
            setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindowBytes),
            setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.headBytesMax),
        ]
        if end == .client { settings.append(setting(NGHTTP2_SETTINGS_ENABLE_PUSH, 0)) }
        unsafe nghttp2_submit_settings(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
        unsafe nghttp2_session_set_local_window_size(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(limits.connectionWindowBytes))
    }

    deinit {
        waiting.add(-waitingBytes)
        unsafe nghttp2_session_del(session)
    }

    // MARK: Conversation

    func received(_ bytes: borrowing RawSpan, at now: Int64) {
        if isBroken || isUnwelcome { return }
        self.now = now
        take(bytes)
        if isBroken || wantsWrite { outlet.hasOutput() }
    }

    func peerEnded() { isBroken = true }

    func produce(into out: SendBuffer) -> Bool {
        if isBroken || isMute { return false }
        self.out = out
        defer { self.out = nil }
        submitTouched(out)
        while !out.isFull {
            var bytes: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(session, &bytes)
            if count < 0 { breakDown(count) }
            if count <= 0 { break }
            // Safe: nghttp2 keeps the bytes until the next call.
            unsafe out.bytes.append(
                RawSpan(_unsafeStart: UnsafeRawPointer(bytes!), byteCount: count))
        }
        tellRelieved()
        if isUnwelcome && isDoneSending {
            isMute = true
            loseStreams("the connection was ended: " + (complaint?.words ?? ""))
        }
        return out.isFull || !touched.isEmpty
    }

    /// A client ends the connection when all is said. A server waits for it to do so: what a client has sent meanwhile
    /// would make the system take back answers that it has not read yet, and the goodbye.
    var isOver: Bool { isBroken || (isDoneSending && end == .client) }
    var isDoneSending: Bool { !isBroken && !wantsRead && !wantsWrite }

    private var wantsRead: Bool { unsafe nghttp2_session_want_read(session) != 0 }
    private var wantsWrite: Bool { unsafe nghttp2_session_want_write(session) != 0 }

    private enum Drain: Hashable {
        case no
        /// The peer was told that an end is near; what it has sent meanwhile is still taken.
        case noticed(Int64)
        /// What comes now is refused.
        case last
    }

    /// Milliseconds for requests that were sent before the peer knew of the end.
    static let noticeMilliseconds: Int64 = 500

    func drain() {
        guard draining == .no, !isBroken, !isUnwelcome else { return }
        draining = .noticed(now)
        unsafe nghttp2_submit_shutdown_notice(session)
        outlet.hasOutput()
    }

    func tick(at now: Int64) {
        self.now = now
        if let since = headSince ?? heldSince, now - since > Int64(times.headSeconds) * 1_000 {
            leave(.late("the beginning of a connection or request", seconds: times.headSeconds))
        }
        if isDoneSending {
            let since = doneSince ?? now
            doneSince = since
            if now - since > Int64(times.lingerSeconds) * 1_000 { isBroken = true }
        }
        if isBroken || isUnwelcome { return }
        if case .noticed(let since) = draining, now - since >= Self.noticeMilliseconds {
            draining = .last
            let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
            unsafe nghttp2_submit_goaway(
                session, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, NGHTTP2_NO_ERROR.rawValue, nil, 0)
            // No others will come.
            for stream in streams.sorted(by: { $0.id < $1.id }) { stream.drain() }
            outlet.hasOutput()
        }
        for stream in streams { stream.tick(at: now) }
        isStalled = stall.isOverdue(
            taken: isWindowShut ? sentBytes : nil, at: now, seconds: times.stallSeconds)
        // Those that nobody reads are not to hold up others for ever.
        if !heldUp.isEmpty { endRefused(at: now) }
    }

    func fail(_ reason: String) {
        isBroken = true
        forgetHead()
        loseStreams(reason)
    }

    private func loseStreams(_ reason: String) {
        let streams = streams.sorted { $0.id < $1.id } + touched
        self.streams = []
        touched = []
        for stream in streams where stream.session != nil {
            // This may be called by nghttp2, which goes on with what it was given: it is not to find who is gone.
            unsafe nghttp2_session_set_stream_user_data(session, stream.id, nil)
            stream.end(.lost(reason))
        }
    }

    // MARK: For streams

    func touch(_ stream: HTTP2Stream) {
        touched.append(stream)
        if out == nil { outlet.hasOutput() }
    }

    func relieve(_ stream: HTTP2Stream) { relieved.append(stream) }

    func consume(_ count: Int, of id: Int32) {
        unsafe nghttp2_session_consume(session, id, count)
        if wantsWrite { outlet.hasOutput() }
    }

    func consumeOfConnection(_ count: Int) {
        if count > 0 { unsafe nghttp2_session_consume_connection(session, count) }
    }

    func reset(_ stream: HTTP2Stream, _ code: nghttp2_error_code) {
        stream.isBrokenOff = true
        unsafe nghttp2_submit_rst_stream(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, code.rawValue)
        outlet.hasOutput()
    }

    func submitTrailers(_ trailers: HTTPFields, of id: Int32) {
        guard let out else { return }
        out.block.removeAll()
        out.block.add(trailers)
        let session = unsafe session
        unsafe out.block.withEntries { entries, count in
            _ = unsafe nghttp2_submit_trailer(session, id, entries, count)
        }
    }

    // MARK: Sending

    private func submitTouched(_ out: SendBuffer) {
        while !touched.isEmpty {
            var streams = spare
            spare = []
            swap(&streams, &touched)
            defer {
                streams.removeAll(keepingCapacity: true)
                spare = streams
            }
            for stream in streams {
                stream.isTouched = false
                if stream.session == nil { continue }
                if !stream.isSubmitted {
                    submit(stream, &out.block)
                } else if stream.isDeferred {
                    stream.isDeferred = false
                    unsafe nghttp2_session_resume_data(session, stream.id)
                }
            }
        }
    }

    private func submit(_ stream: HTTP2Stream, _ block: inout FieldBlock) {
        block.removeAll()
        guard stream.head(into: &block) else { return }
        stream.isSubmitted = true
        let hasBody = stream.queue.count > 0 || stream.trailers?.isEmpty != true
        let session = unsafe session
        let end = end
        // Safe: nghttp2 copies the fields and the provider; the stream is held by `streams` until it is closed.
        let answer = unsafe block.withEntries { entries, count -> Int32 in
            let itself = unsafe Unmanaged.passUnretained(stream).toOpaque()
            var provider = unsafe nghttp2_data_provider(
                source: nghttp2_data_source(ptr: itself), read_callback: HTTP2Callbacks.offer)
            return unsafe withUnsafePointer(to: &provider) { provider in
                let provider = unsafe hasBody ? provider : nil
                switch end {
                case .server:
                    return unsafe nghttp2_submit_response(
                        session, stream.id, entries, count, provider)
                case .client:
                    return unsafe nghttp2_submit_request(
                        session, nil, entries, count, provider, itself)
                }
            }
        }
        if end == .server { return }
        if answer < 0 {
            // The other end takes no more requests on this connection.
            stream.end(.lost("the server takes no more calls on this connection"))
        } else {
            stream.id = answer
            hold(stream)
        }
    }

    private func tellRelieved() {
        if relieved.isEmpty { return }
        let streams = relieved
        relieved.removeAll(keepingCapacity: true)
        for stream in streams where stream.session != nil { stream.relieved() }
    }

    // MARK: Callbacks of nghttp2

    /// Makes the stream that a peer has opened; nil where this end takes none.
    func opened() -> HTTP2Stream? { nil }

    final func beginFields(of stream: HTTP2Stream?) {
        headSince = now
        guard let stream else { return }
        stream.fieldsBegin()
        if shortened == stream.id { stream.hasLostFields() }
    }

    /// The peer opens a stream; nil where this end takes none.
    final func open(_ id: Int32) -> HTTP2Stream? {
        guard let stream = opened() else { return nil }
        stream.id = id
        hold(stream)
        // Safe: the stream is held by `streams` until nghttp2 has closed it.
        unsafe nghttp2_session_set_stream_user_data(
            session, id, Unmanaged.passUnretained(stream).toOpaque())
        return stream
    }

    private func hold(_ stream: HTTP2Stream) {
        stream.place = streams.count
        streams.append(stream)
    }

    private func letGo(of stream: HTTP2Stream) {
        let last = streams.removeLast()
        if last === stream { return }
        last.place = stream.place
        streams[stream.place] = last
    }

    final func field(_ stream: HTTP2Stream, _ name: OpaquePointer, _ value: OpaquePointer) {
        // Safe: nghttp2 keeps both during the call.
        let (name, value) = unsafe (nghttp2_rcbuf_get_buf(name), nghttp2_rcbuf_get_buf(value))
        let byteCount = unsafe name.len + value.len
        if !stream.admits(byteCount: byteCount, limits) { return }
        unsafe stream.field(
            RawSpan(_unsafeStart: UnsafeRawPointer(name.base!), byteCount: name.len),
            RawSpan(_unsafeStart: UnsafeRawPointer(value.base!), byteCount: value.len), texts)
    }

    /// The peer has answered a PING of this end.
    func pingAnswered() {}

    final func submitPing() {
        unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
        outlet.hasOutput()
    }

    /// A whole frame came.
    final func frameEnds() { headSince = nil }

    final func count(_ kind: FloodMeter.Kind) {
        if isUnwelcome || flood.admits(kind, at: now) { return }
        turnAway(Complaint(.tooMuch, "too many " + kind.words))
    }

    final func closed(_ stream: HTTP2Stream, _ code: UInt32) {
        letGo(of: stream)
        // What the peer did wrong makes this end break off: as cheap for the peer as breaking off itself.
        if code != NGHTTP2_NO_ERROR.rawValue && !stream.isBrokenOff { count(.reset) }
        stream.end(code == NGHTTP2_NO_ERROR.rawValue ? .orderly : .brokenOff(code))
    }

    final func peerReset(_ stream: HTTP2Stream?) {
        guard let stream else { return count(.idle) }
        stream.isBrokenOff = true
        if !stream.isSubmitted { count(.reset) }
    }

    /// The last frame of this end was sent: behind an answer, the rest of the request is of no use.
    final func sentEnd(_ stream: HTTP2Stream) {
        stream.hasSentEnd = true
        if end == .server && !stream.isPeerDone { stream.letPeerEnd(since: now) }
    }

    /// The head or the trailers of an answer could not be sent, as those with too many bytes: whoever waits for them
    /// is told. A request that could not be sent is closed anyhow.
    final func lostFields(_ stream: HTTP2Stream) {
        if end == .server && !stream.isBrokenOff { reset(stream, NGHTTP2_INTERNAL_ERROR) }
    }

    /// Moves a part of a body out, behind the header of its frame; false where there is no room any more.
    final func sendData(
        _ stream: HTTP2Stream, header: borrowing RawSpan, count: Int
    ) -> Bool {
        guard let out, !out.isFull else { return false }
        out.bytes.append(header)
        sentBytes += count
        stream.move(count, into: &out.bytes)
        return true
    }
}

private func setting(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
    nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(value))
}
