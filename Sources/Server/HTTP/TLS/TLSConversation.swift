internal import DaybookBytes

/// A conversation under TLS: joins the engine to what is said inside.
final class TLSConversation: Conversation {
    private let engine: TLSEngine
    private let inner: ServerConversation
    private let times: HTTPTimes
    private let since: Int64
    private var isLate = false
    private var hasBegun = false
    private var hasSaidEnd = false

    init(
        _ engine: TLSEngine, _ inner: ServerConversation, times: HTTPTimes, at now: Int64
    ) {
        self.engine = engine
        self.inner = inner
        self.times = times
        since = now
    }

    func received(_ bytes: borrowing RawSpan, at now: Int64) {
        engine.received(bytes) { plain in
            begin()
            inner.received(plain, at: now)
        }
        if engine.isEstablished { begin() }
        if engine.hasPeerEnded { inner.peerEnded() }
    }

    /// Once the handshake is done, the version of HTTP is known by it, or else by the first bytes.
    private func begin() {
        if hasBegun { return }
        hasBegun = true
        if let version = engine.version { inner.choose(version) }
    }

    func peerEnded() { inner.peerEnded() }

    func produce(into out: SendBuffer) -> Bool {
        let plain = out.plain
        plain.bytes.removeAll()
        let hasMore = hasBegun ? inner.produce(into: plain) : false
        engine.send(plain.bytes.bytes)
        if !hasMore && (inner.isOver || inner.isDoneSending) && !hasSaidEnd {
            hasSaidEnd = true
            engine.end()
        }
        engine.produce(into: &out.bytes)
        return hasMore
    }

    var isOver: Bool { isLate || engine.failure != nil || inner.isOver }
    var isDoneSending: Bool { inner.isDoneSending }
    func drain() { inner.drain() }

    func tick(at now: Int64) {
        if hasBegun { return inner.tick(at: now) }
        if now - since > Int64(times.headSeconds) * 1_000 { isLate = true }
    }

    func fail() { inner.fail() }
}
