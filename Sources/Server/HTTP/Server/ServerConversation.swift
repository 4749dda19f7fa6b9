internal import DaybookBytes

/// A new connection of a server: finds out by the first bytes which version of HTTP the client speaks.
final class ServerConversation: Conversation {
    private let service: any HTTPService
    private let loop: any EventLoop
    private let limits: HTTPLimits
    private let outlet: any Outlet
    private var chosen: (any Conversation)?
    /// What came while it was not clear yet.
    private var first: [UInt8] = []
    private var hasEnded = false
    private var isDraining = false

    /// What a client of HTTP/2 says first begins so, and no request of HTTP/1.1 does.
    private static let preface = Array("PRI ".utf8)

    init(
        _ service: any HTTPService, loop: any EventLoop, limits: HTTPLimits, outlet: any Outlet
    ) {
        self.service = service
        self.loop = loop
        self.limits = limits
        self.outlet = outlet
    }

    func received(_ bytes: borrowing RawSpan, at now: Int64) {
        if let chosen { return chosen.received(bytes, at: now) }
        first += bytes.copied()
        guard first.starts(with: Self.preface) else {
            if !Self.preface.starts(with: first) { hasEnded = true }
            return
        }
        let chosen = HTTP2ServerSession(
            service, loop: loop, limits: limits, scheme: "http", outlet: outlet)
        self.chosen = chosen
        chosen.received(first.rawSpan, at: now)
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

    func tick(at now: Int64) { chosen?.tick(at: now) }
    func fail() { chosen?.fail() }
}
