internal import DaybookBytes

/// A new connection of a server: finds out by the first bytes which version of HTTP the client speaks.
final class ServerConversation: Conversation {
    private let service: any HTTPService
    private let loop: any EventLoop
    private let limits: HTTPLimits
    private let scheme: String
    private let texts: FieldTexts
    private let heads: HeldHeads
    private let waiting: WaitingBytes
    private let date: HTTPDate?
    private let times: HTTPTimes
    private let outlet: any Outlet
    private var now: Int64
    private var since: Int64
    private(set) var chosen: (any Conversation)?
    /// What came while it was not clear yet.
    private var first: [UInt8] = []
    private var hasEnded = false
    private var ownComplaint: Complaint?
    private var isDraining = false

    /// What a client of HTTP/2 says first begins so, and no request of HTTP/1.1 does.
    private static let preface = Array("PRI ".utf8)

    init(
        _ service: any HTTPService, loop: any EventLoop, limits: HTTPLimits, times: HTTPTimes,
        scheme: String = "http", texts: FieldTexts = FieldTexts(),
        heads: HeldHeads = HeldHeads(), waiting: WaitingBytes = WaitingBytes(),
        date: HTTPDate? = nil, outlet: any Outlet, at now: Int64
    ) {
        self.service = service
        self.loop = loop
        self.limits = limits
        self.times = times
        self.scheme = scheme
        self.texts = texts
        self.heads = heads
        self.waiting = waiting
        self.date = date
        self.outlet = outlet
        self.now = now
        since = now
    }

    func received(_ bytes: borrowing RawSpan, at now: Int64) {
        if let chosen { return chosen.received(bytes, at: now) }
        self.now = now
        if first.isEmpty { since = now }
        first += bytes.copied()
        let length = min(first.count, Self.preface.count)
        if first[..<length] != Self.preface[..<length] {
            choose(.http1)
        } else if length == Self.preface.count {
            choose(.http2)
        }
    }

    /// Goes on in a version of HTTP with what came before.
    func choose(_ version: HTTPVersion) {
        let chosen: any Conversation =
            switch version {
            case .http1:
                HTTP1ServerConnection(
                    service, loop: loop, limits: limits, times: times, scheme: scheme,
                    heads: heads, waiting: waiting, date: date, outlet: outlet, at: now)
            case .http2:
                HTTP2ServerSession(
                    service, loop: loop, limits: limits, times: times, scheme: scheme,
                    texts: texts, heads: heads, waiting: waiting, outlet: outlet, at: now)
            }
        self.chosen = chosen
        if !first.isEmpty { chosen.received(first.rawSpan, at: now) }
        first = []
        if isDraining { chosen.drain() }
    }

    func peerEnded() {
        if let chosen { chosen.peerEnded() } else { hasEnded = true }
    }

    func produce(into out: SendBuffer) -> Bool { chosen?.produce(into: out) ?? false }

    var isOver: Bool { chosen?.isOver ?? hasEnded }

    func drain() {
        isDraining = true
        if let chosen { chosen.drain() } else if first.isEmpty { hasEnded = true }
    }

    var isDoneSending: Bool { chosen?.isDoneSending ?? false }

    func tick(at now: Int64) {
        if let chosen { return chosen.tick(at: now) }
        let seconds = first.isEmpty ? times.idleSeconds : times.headSeconds
        guard now - since > Int64(seconds) * 1_000 else { return }
        hasEnded = true
        ownComplaint =
            first.isEmpty
            ? .idle(seconds: seconds) : .late("the beginning of a request", seconds: seconds)
    }

    var complaint: Complaint? { ownComplaint ?? chosen?.complaint }
    func ask() -> Bool { chosen?.ask() ?? false }
    func leave(_ complaint: Complaint) { chosen?.leave(complaint) }
    func endStuck(at now: Int64) { chosen?.endStuck(at: now) }
    func fail(_ reason: String) { chosen?.fail(reason) }
}

/// The versions of HTTP spoken here.
package enum HTTPVersion: Hashable, Sendable {
    case http1
    case http2
}
