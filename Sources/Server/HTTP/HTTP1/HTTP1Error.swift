/// Why bytes are no message of HTTP/1.1 that is taken here, and the status to answer. The connection is closed after
/// it: where the next message begins is not known.
struct HTTP1Error: Error, Hashable {
    let status: Int
    /// One sentence for whoever sent it.
    let reason: String

    /// The request itself is wrong: status 400.
    init(_ reason: String) { self.init(400, reason) }

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}
