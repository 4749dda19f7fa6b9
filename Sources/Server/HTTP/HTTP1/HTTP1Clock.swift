/// How long a client of HTTP/1.1 may take, and whether it has taken longer.
struct HTTP1Clock {
    enum Phase: Hashable {
        /// No request has begun.
        case idle
        case head
        case body
        /// The request is whole; the service may take its time.
        case answer
        /// All is sent, and the client is to close.
        case lingering
    }

    private(set) var phase = Phase.idle
    private var since: Int64
    private var bodyBytes = 0
    private let times: HTTPTimes

    init(_ times: HTTPTimes, at now: Int64) {
        self.times = times
        since = now
    }

    mutating func enter(_ phase: Phase, at now: Int64) {
        if phase == self.phase { return }
        self.phase = phase
        since = now
        bodyBytes = 0
    }

    var idleSeconds: Int { times.idleSeconds }

    mutating func received(body bytes: Int) { bodyBytes += bytes }

    /// The time in which nothing was read does not count against the client.
    mutating func resume(at now: Int64) {
        if phase == .body {
            since = now
            bodyBytes = 0
        }
    }

    func isOverdue(at now: Int64) -> Bool {
        let limit =
            switch phase {
            case .idle: times.idleSeconds * 1_000
            case .head: times.headSeconds * 1_000
            case .body:
                times.bodyGraceSeconds * 1_000 + bodyBytes * 1_000 / times.bodyBytesASecondMin
            case .answer: Int.max
            case .lingering: times.lingerSeconds * 1_000
            }
        return now - since > Int64(limit)
    }
}
