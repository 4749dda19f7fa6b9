internal import DaybookBytes

/// A conversation under TLS: joins the engine to what is said inside.
final class TLSConversation: Conversation {
    private let engine: TLSEngine
    private let inner: any Conversation
    /// Told the version of HTTP agreed on, once; nil where the client offered none.
    private let agreed: (HTTPVersion?) -> Void
    private let times: HTTPTimes
    private let since: Int64
    private var lateness: Complaint?
    private var hasBegun = false
    private var hasSaidEnd = false

    init(
        _ engine: TLSEngine, _ inner: any Conversation, times: HTTPTimes, at now: Int64,
        agreed: @escaping (HTTPVersion?) -> Void
    ) {
        self.engine = engine
        self.inner = inner
        self.agreed = agreed
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

    private func begin() {
        if hasBegun { return }
        hasBegun = true
        agreed(engine.version)
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

    var isOver: Bool { lateness != nil || engine.failure != nil || inner.isOver }
    var isDoneSending: Bool { inner.isDoneSending }
    func drain() { inner.drain() }

    func tick(at now: Int64) {
        if hasBegun { return inner.tick(at: now) }
        if now - since > Int64(times.headSeconds) * 1_000 {
            lateness = .late("the handshake of TLS", seconds: times.headSeconds)
        }
    }

    var complaint: Complaint? {
        if let complaint = inner.complaint ?? lateness { return complaint }
        if engine.isRefusedByPeer { return nil }
        return engine.failure.map { Complaint(.unreadable, "TLS: \($0)") }
    }
    var farewell: String? {
        engine.isRefusedByPeer ? engine.failure.map { "TLS: \($0)" } : nil
    }
    func ask() -> Bool { inner.ask() }
    func leave(_ complaint: Complaint) { inner.leave(complaint) }
    func endStuck(at now: Int64) { inner.endStuck(at: now) }
    func fail(_ reason: String) { inner.fail(engine.failure.map { "TLS: \($0)" } ?? reason) }
}
