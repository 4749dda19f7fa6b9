/// How long a peer may take. Looked at once a second, so each may last a second longer.
package struct HTTPTimes: Hashable, Sendable {
    /// From the first byte of a connection to the end of its TLS handshake and the first bytes of HTTP, and from the
    /// first byte of a head to its end: a client sends it in one go.
    package var headSeconds = 10
    /// A body of HTTP/1.1 has this long, and beyond it a second for each `bodyBytesASecondMin` bytes that came.
    package var bodyGraceSeconds = 30
    /// A request of HTTP/2 that is not whole when its answer is: for the client to end it.
    package static let lateBodySeconds = 1
    /// Slower than any line that is still in use.
    package var bodyBytesASecondMin = 1_000
    /// A connection of HTTP/1.1 without a request. Those of HTTP/2 stay: clients keep one for days.
    package var idleSeconds = 75
    /// What was sent and the peer does not take: nothing at all for so long.
    package var stallSeconds = 120
    /// A connection of HTTP/2 from which nothing came for so long is asked whether its client is still there, by PING. It
    /// ends where for `stallSeconds` no answer comes, and nothing more is taken. Nil: it is never asked.
    package var silentSeconds: Int? = 60
    /// After the last answer of a connection, for the client to read it and to close.
    package var lingerSeconds = 2

    package init() {}
}
