internal import CNGHTTP2

/// What waits on a connection because its peer does not take it.
extension HTTP2Session {
    /// Whether so much waits on the connection that the stream gets no more; it is told when less does.
    func holdsUp(_ stream: HTTP2Stream) -> Bool {
        if waitingBytes < limits.connectionWaitingBytesEnd { return false }
        if !stream.isHeldUp {
            stream.isHeldUp = true
            heldUp.append(stream)
        }
        return true
    }

    func noLongerHeldUp(_ stream: HTTP2Stream) {
        stream.isHeldUp = false
        heldUp.removeAll { $0 === stream }
    }

    /// Bytes of a stream were sent, or never will be.
    func noLongerWaiting(_ count: Int) {
        waitingBytes -= count
        if heldUp.isEmpty || waitingBytes >= limits.connectionWaitingBytesEnd { return }
        for stream in heldUp { stream.isHeldUp = false }
        relieved += heldUp
        heldUp = []
    }

    /// Whether bodies wait that the peer's window of the connection does not let through.
    var isWindowShut: Bool {
        unsafe waitingBytes > 0 && nghttp2_session_get_remote_window_size(session) <= 0
    }

    /// Whether the peer's window of a stream lets nothing of it through, however much the connection's does.
    private func isWindowShut(of stream: HTTP2Stream) -> Bool {
        unsafe nghttp2_session_get_stream_remote_window_size(session, stream.id) <= 0
    }

    func ask() -> Bool {
        // Behind the end of what it sends nothing may follow.
        if !isBroken && !isDoneSending { submitPing() }
        return true
    }

    /// Ends the answers of which nothing was taken for long.
    func endStuck(at now: Int64) { endStuck(at: now) { _ in true } }

    /// The same of those of which that is by the will of the peer. One whose own window is open waits for its turn behind
    /// others of the connection: it stays as long as any of them goes on.
    func endRefused(at now: Int64) {
        endStuck(at: now) { stream in isStalled || isWindowShut(of: stream) }
    }

    private func endStuck(at now: Int64, where isToEnd: (HTTP2Stream) -> Bool) {
        let most = Int64(times.stallSeconds) * 1_000
        for stream in streams
        where !stream.isBrokenOff && stream.isStuck(at: now, milliseconds: most) && isToEnd(stream)
        {
            reset(stream, NGHTTP2_ENHANCE_YOUR_CALM)
        }
    }
}
