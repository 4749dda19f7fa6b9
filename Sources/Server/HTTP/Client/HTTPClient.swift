package import DaybookPlatform

/// A client's connection, of HTTP/2 or of HTTP/1.1, plain with prior knowledge or under TLS. Only used on its loop.
package final class HTTPClient: SocketOwner {
    private let socket: Socket
    private let session: any ClientConversation
    /// The session, or TLS around it.
    private let conversation: any Conversation
    private let engine: TLSEngine?
    private let version: HTTPVersion
    private let loop: Loop
    private var whenConnected: ((Errno?) -> Void)?
    /// Called once, when the server has spoken as one that understands this end.
    package var whenProven: (() -> Void)?
    /// Called once, when the connection is gone: after the calls on it were told.
    package var whenClosed: (() -> Void)?
    private let times: HTTPTimes
    private var silence: SilenceClock
    private var timer: (any LoopTimer)?

    /// How often it is looked whether the server takes too long.
    private static let tickMilliseconds = 1_000

    /// Connects to an address in numbers; `done` hears nil when there is a connection, or why there is none.
    package init(
        on loop: Loop, address: String, port: Int, version: HTTPVersion = .http2,
        trust: TLSTrust? = nil, limits: HTTPLimits = HTTPLimits(),
        times: HTTPTimes = HTTPTimes(), _ done: @escaping (Errno?) -> Void
    ) {
        self.loop = loop
        self.version = version
        self.times = times
        silence = SilenceClock(at: loop.now)
        whenConnected = done
        socket = Socket(on: loop)
        session =
            switch version {
            case .http1: HTTP1ClientConnection(limits: limits, outlet: socket)
            case .http2:
                HTTP2ClientSession(limits: limits, times: times, outlet: socket, at: loop.now)
            }
        engine = trust.map { TLSEngine($0.context, host: $0.host) }
        conversation =
            if let engine {
                Self.secure(session, version, engine, times, loop.now)
            } else {
                session
            }
        do throws(Errno) {
            try socket.connect(address, port) { answer in self.connected(answer) }
        } catch {
            let failure = error
            _ = loop.after(milliseconds: 0) { self.connected(failure) }
        }
    }

    private static func secure(
        _ session: any ClientConversation, _ version: HTTPVersion, _ engine: TLSEngine,
        _ times: HTTPTimes, _ now: Int64
    ) -> any Conversation {
        engine.begin()
        return TLSConversation(engine, session, times: times, at: now) {
            [unowned session] agreed in
            if agreed != version { session.fail("the server speaks another version of HTTP") }
        }
    }

    /// Why the two do not understand each other.
    package enum Misfit: Hashable, Sendable {
        /// The server's certificate is not to be trusted, in words.
        case certificate(String)
        /// There is no TLS between them, in words.
        case tls(String)
        /// The server speaks another version of HTTP, or none.
        case version
    }

    /// Nil while they do, as far as is known.
    package var misfit: Misfit? {
        if let engine {
            if let fault = engine.certificateFault { return .certificate(fault) }
            if let failure = engine.failure { return .tls(failure) }
            if engine.isEstablished && engine.version != version { return .version }
        }
        return session.isForeign ? .version : nil
    }

    private func connected(_ failure: Errno?) {
        // It was closed before.
        guard let done = whenConnected else { return }
        whenConnected = nil
        if failure == nil {
            socket.start(self)
            // What was asked meanwhile, and what HTTP/2 begins with.
            socket.hasOutput()
            watch()
        } else {
            socket.discard()
            conversation.fail()
        }
        done(failure)
    }

    private func watch() {
        timer = loop.after(milliseconds: Self.tickMilliseconds) { [weak self] in
            guard let self else { return }
            tick(at: loop.now)
        }
    }

    private func tick(at now: Int64) {
        watch()
        conversation.tick(at: now)
        if let silentSeconds = times.silentSeconds {
            let step = silence.step(
                taken: socket.takenSoFar, at: now, silentSeconds: silentSeconds,
                lostSeconds: times.stallSeconds)
            switch step {
            case .none: break
            case .ask: if !conversation.ask() { silence.heard(at: now) }
            case .end:
                conversation.fail(
                    "the server gave no sign of life for \(silentSeconds + times.stallSeconds) s")
                return socket.close()
            }
        }
        if conversation.isOver { socket.hasOutput() }
    }

    /// Whether a new call can be made on it: not before there is a connection, and not after a goodbye.
    package var takesCalls: Bool { whenConnected == nil && session.takesCalls }

    /// Sends a request, of HTTP/1.1 only when the one before is answered; its body follows by the call.
    package func call(_ head: RequestHead, _ handler: any HTTPCallHandler) -> HTTPCall {
        session.call(head, handler)
    }

    /// Asks whether the server is there; `done` is called when it has answered.
    package func ping(_ done: @escaping () -> Void) { session.ping(done) }

    /// Ends the connection with a goodbye; calls under way are lost.
    package func leave() {
        if whenConnected != nil { return close() }
        conversation.leave(Complaint(.idle, "this end has closed"))
    }

    /// Ends the connection, also one that is not there yet: of that nobody hears any more.
    package func close() {
        if whenConnected == nil { return socket.close() }
        whenConnected = nil
        socket.discard()
        conversation.fail()
    }

    // MARK: SocketOwner

    func received(_ bytes: borrowing RawSpan) {
        silence.heard(at: loop.now)
        conversation.received(bytes, at: loop.now)
        if session.isProven, let whenProven {
            self.whenProven = nil
            whenProven()
        }
        // Also what the conversation does not tell of: the answers of a handshake, an end.
        socket.hasOutput()
    }

    func peerEnded() { conversation.peerEnded() }
    func produce(into out: SendBuffer) -> Bool { conversation.produce(into: out) }
    var isOver: Bool { conversation.isOver }
    var isDoneSending: Bool { false }

    func closed() {
        timer?.cancel()
        timer = nil
        whenProven = nil
        conversation.fail()
        let whenClosed = whenClosed
        self.whenClosed = nil
        whenClosed?()
    }
}
