internal import CNGHTTP2
internal import DaybookBytes

/// What nghttp2 calls: a thin shell over `HTTP2Session`.
enum HTTP2Callbacks {
    /// Answers to PING and SETTINGS that may wait to be sent: a peer that does not read them is ended.
    private static let waitingAnswersMax = 1_000
    /// CONTINUATION frames of one head: HeadGuard lets fewer pass.
    private static let continuationsMax = 16

    // Safe: made once and only read since.
    nonisolated(unsafe) static let options: OpaquePointer = {
        var options: OpaquePointer?
        precondition(unsafe nghttp2_option_new(&options) == 0, "nghttp2 has no memory")
        // Windows open when a service has consumed, and closed streams are forgotten at once.
        unsafe nghttp2_option_set_no_auto_window_update(options, 1)
        unsafe nghttp2_option_set_no_closed_streams(options, 1)
        unsafe nghttp2_option_set_max_outbound_ack(options, waitingAnswersMax)
        // FloodMeter counts these, by the clock that it is given.
        unsafe nghttp2_option_set_stream_reset_rate_limit(options, .max, .max)
        unsafe nghttp2_option_set_max_continuations(options, continuationsMax)
        return unsafe options!
    }()

    // Safe: as above.
    nonisolated(unsafe) static let all: OpaquePointer = {
        var all: OpaquePointer?
        precondition(unsafe nghttp2_session_callbacks_new(&all) == 0, "nghttp2 has no memory")
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(all, beginHeaders)
        unsafe nghttp2_session_callbacks_set_on_header_callback2(all, header)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(all, frameReceived)
        unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(all, frameRefused)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(all, dataReceived)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(all, streamClosed)
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(all, frameSent)
        unsafe nghttp2_session_callbacks_set_on_frame_not_send_callback(all, frameNotSent)
        unsafe nghttp2_session_callbacks_set_send_data_callback(all, sendData)
        return unsafe all!
    }()

    /// Asks a stream how much of its body may be sent.
    static let offer: nghttp2_data_source_read_callback = unsafe offerData
}

// Safe, all of these: the user data of a session is the HTTP2Session that owns it, and those of a stream are the
// HTTP2Stream that the session holds until nghttp2 has closed it.

private func owner(_ user: UnsafeMutableRawPointer?) -> HTTP2Session {
    unsafe Unmanaged<HTTP2Session>.fromOpaque(user!).takeUnretainedValue()
}

private func stream(_ session: OpaquePointer?, _ id: Int32) -> HTTP2Stream? {
    guard let data = unsafe nghttp2_session_get_stream_user_data(session, id) else { return nil }
    return unsafe Unmanaged<HTTP2Stream>.fromOpaque(data).takeUnretainedValue()
}

private nonisolated func beginHeaders(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    let owner = unsafe owner(user)
    let id = unsafe frame!.pointee.hd.stream_id
    let opens = unsafe frame!.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
    owner.beginFields(of: opens ? owner.open(id) : unsafe stream(session, id))
    return 0
}

private nonisolated func header(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ name: OpaquePointer?,
    _ value: OpaquePointer?, _ flags: UInt8, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    if let stream = unsafe stream(session, frame!.pointee.hd.stream_id) {
        unsafe owner(user).field(stream, name!, value!)
    }
    return 0
}

private nonisolated func frameReceived(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    let header = unsafe frame!.pointee.hd
    unsafe owner(user).frameEnds()
    let ends = UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue:
        if header.length == 0 && !ends { unsafe owner(user).count(.idle) }
        if ends { unsafe stream(session, header.stream_id)?.endOfPeer() }
    case NGHTTP2_HEADERS.rawValue:
        guard let stream = unsafe stream(session, header.stream_id) else { return 0 }
        stream.fieldsEnd()
        if ends { stream.endOfPeer() }
    case NGHTTP2_RST_STREAM.rawValue:
        unsafe owner(user).peerReset(stream(session, header.stream_id))
    case NGHTTP2_WINDOW_UPDATE.rawValue: break
    case NGHTTP2_PING.rawValue where UInt32(header.flags) & NGHTTP2_FLAG_ACK.rawValue != 0:
        unsafe owner(user).pingAnswered()
    default: unsafe owner(user).count(.idle)
    }
    return 0
}

/// nghttp2 passes over the rest of a frame that is none, such as a head with a field that cannot be, and has broken its
/// stream off.
private nonisolated func frameRefused(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ error: Int32,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe owner(user).frameEnds()
    return 0
}

private nonisolated func dataReceived(
    _ session: OpaquePointer?, _ flags: UInt8, _ id: Int32, _ bytes: UnsafePointer<UInt8>?,
    _ count: Int, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    if let stream = unsafe stream(session, id) {
        stream.take(unsafe RawSpan(_unsafeStart: UnsafeRawPointer(bytes!), byteCount: count))
    } else {
        unsafe owner(user).consume(count, of: id)
    }
    return 0
}

private nonisolated func streamClosed(
    _ session: OpaquePointer?, _ id: Int32, _ code: UInt32, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    if let stream = unsafe stream(session, id) { unsafe owner(user).closed(stream, code) }
    return 0
}

private nonisolated func frameSent(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    let header = unsafe frame!.pointee.hd
    if UInt32(header.type) == NGHTTP2_GOAWAY.rawValue {
        let goodbye = unsafe frame!.pointee.goaway
        if unsafe goodbye.error_code != NGHTTP2_NO_ERROR.rawValue {
            unsafe owner(user).hasRefused(because: reason(goodbye))
        }
    }
    let isHead = UInt32(header.type) == NGHTTP2_HEADERS.rawValue
    let isEnd =
        UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
        && (isHead || UInt32(header.type) == NGHTTP2_DATA.rawValue)
    let owner = unsafe owner(user)
    guard isEnd || isHead && owner.end == .client,
        let stream = unsafe stream(session, header.stream_id)
    else { return 0 }
    if isHead { stream.hasSentHead = true }
    if isEnd { owner.sentEnd(stream) }
    return 0
}

/// What nghttp2 puts into a goodbye of its own: a text that is constant, or only the number of the error.
private func reason(_ goodbye: nghttp2_goaway) -> String {
    // Safe: nghttp2 keeps the text during the call.
    let text = unsafe UnsafeBufferPointer(
        start: goodbye.opaque_data, count: goodbye.opaque_data_len)
    if text.isEmpty { return unsafe "error \(goodbye.error_code)" }
    return unsafe String(decoding: text, as: UTF8.self)
}

private nonisolated func frameNotSent(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ error: Int32,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    let header = unsafe frame!.pointee.hd
    if UInt32(header.type) == NGHTTP2_HEADERS.rawValue,
        let stream = unsafe stream(session, header.stream_id)
    {
        unsafe owner(user).lostFields(stream)
    }
    return 0
}

private nonisolated func offerData(
    _ session: OpaquePointer?, _ id: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ room: Int,
    _ flags: UnsafeMutablePointer<UInt32>?, _ source: UnsafeMutablePointer<nghttp2_data_source>?,
    _ user: UnsafeMutableRawPointer?
) -> Int {
    let stream = unsafe Unmanaged<HTTP2Stream>.fromOpaque(source!.pointee.ptr)
        .takeUnretainedValue()
    return unsafe stream.offer(room, &flags!.pointee)
}

private nonisolated func sendData(
    _ session: OpaquePointer?, _ frame: UnsafeMutablePointer<nghttp2_frame>?,
    _ header: UnsafePointer<UInt8>?, _ count: Int,
    _ source: UnsafeMutablePointer<nghttp2_data_source>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    let stream = unsafe Unmanaged<HTTP2Stream>.fromOpaque(source!.pointee.ptr)
        .takeUnretainedValue()
    let header = unsafe RawSpan(
        _unsafeStart: UnsafeRawPointer(header!), byteCount: FrameHeader.bytes)
    return unsafe owner(user).sendData(stream, header: header, count: count)
        ? 0 : NGHTTP2_ERR_WOULDBLOCK.rawValue
}

enum HTTP2Wire {
    /// What a client says before its first frame: `PRI * HTTP/2.0`, and two empty lines with `SM` between.
    static let prefaceBytes = 24
}
