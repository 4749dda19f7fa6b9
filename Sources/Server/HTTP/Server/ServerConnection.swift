internal import DaybookBytes

/// A connection: joins a socket to its conversation.
final class ServerConnection: SocketOwner {
    let socket: Socket
    /// Where it stands among the connections of its room.
    var place: Int
    private let room: ServerRoom
    private let conversation: any Conversation
    private var stall = StallClock()
    private var silence: SilenceClock
    /// Whether it was told why it ends.
    private var hasComplained = false
    /// When it was first looked at after that.
    private var goodbyeSince: Int64?

    init(_ socket: Socket, in room: ServerRoom, at place: Int) {
        self.socket = socket
        self.place = place
        self.room = room
        let now = room.loop.now
        silence = SilenceClock(at: now)
        let http = ServerConversation(
            room.service, loop: room.loop, limits: room.limits, times: room.times,
            scheme: room.credentials == nil ? "http" : "https", texts: room.texts,
            heads: room.heads, waiting: room.waiting, date: room.date, outlet: socket, at: now)
        guard let credentials = room.credentials else {
            conversation = http
            return
        }
        let engine = TLSEngine(credentials.current, host: nil)
        conversation = TLSConversation(engine, http, times: room.times, at: now) { version in
            // Else the first bytes tell it.
            if let version { http.choose(version) }
        }
    }

    func received(_ bytes: borrowing RawSpan) {
        room.counts.observer?.received(bytes.byteCount)
        silence.heard(at: room.loop.now)
        conversation.received(bytes, at: room.loop.now)
        tellComplaint()
        // Also what the conversation does not tell of: the answers of a handshake, an end.
        socket.hasOutput()
    }

    func peerEnded() { conversation.peerEnded() }
    func produce(into out: SendBuffer) -> Bool {
        let before = out.bytes.count
        let hasMore = conversation.produce(into: out)
        room.counts.observer?.sent(out.bytes.count - before)
        tellComplaint()
        return hasMore
    }
    var isOver: Bool { conversation.isOver }
    var isDoneSending: Bool { conversation.isDoneSending }

    func closed() {
        tellComplaint()
        room.left(self)
        conversation.fail()
    }

    /// Tells why the connection is ended, once: as long as it is known who stands at its other end.
    private func tellComplaint() {
        if let complaint = conversation.complaint { return tell(complaint) }
        guard let words = conversation.farewell, !hasComplained else { return }
        hasComplained = true
        room.counts.observer?.left(peer, because: words)
    }

    private var peer: String { socket.peer ?? "a peer that has gone" }

    private func tell(_ complaint: Complaint) {
        if hasComplained { return }
        hasComplained = true
        room.counts.observer?.ended(peer, complaint)
    }

    func drain() {
        conversation.drain()
        socket.hasOutput()
    }

    func endStuck(at now: Int64) {
        conversation.endStuck(at: now)
        socket.hasOutput()
    }

    /// Whether the client gives no sign of life any more, though it was asked for one.
    private func isLost(at now: Int64) -> Bool {
        guard let silentSeconds = room.times.silentSeconds else { return false }
        let step = silence.step(
            taken: socket.takenSoFar, at: now, silentSeconds: silentSeconds,
            lostSeconds: room.times.stallSeconds)
        switch step {
        case .none: return false
        case .ask:
            // One of HTTP/1.1 has times of its own.
            if !conversation.ask() { silence.heard(at: now) }
            return false
        case .end: return true
        }
    }

    /// Whether whoever is sent away has had its time to read why, however slowly it reads, and whatever it still sends.
    private func isGoodbyeOver(at now: Int64) -> Bool {
        if !hasComplained { return false }
        let since = goodbyeSince ?? now
        goodbyeSince = since
        return now - since > Int64(room.times.lingerSeconds) * 1_000
    }

    func tick(at now: Int64) {
        if isGoodbyeOver(at: now) { return socket.close() }
        let patience = room.times.stallSeconds
        if stall.isOverdue(taken: socket.taken, at: now, seconds: patience) {
            tell(Complaint(.tooSlow, "nothing of what was sent was taken for \(patience) s"))
            return socket.close()
        }
        if isLost(at: now) {
            let seconds = room.times.stallSeconds
            conversation.leave(
                Complaint(
                    .silent, "the question whether it is there had no answer for \(seconds) s"))
        }
        conversation.tick(at: now)
        tellComplaint()
        if conversation.isOver { socket.hasOutput() }
    }
}
