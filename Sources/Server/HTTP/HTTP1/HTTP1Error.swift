/// Why bytes are no message of HTTP/1.1 that is taken here, and the status to answer. The connection is closed after
/// it: where the next message begins is not known.
struct HTTP1Error: Error, Hashable {
    let status: Int
    /// One sentence for whoever sent it.
    let reason: String

    /// The request itself is wrong: status 400.
    init(_ reason: String) { self.init(400, reason) }

    /// The same for whoever looks after the server.
    var complaint: Complaint {
        let cause: Complaint.Cause =
            switch status {
            case 408: .tooSlow
            case 413, 414, 431, 503: .tooMuch
            default: .unreadable
            }
        return Complaint(cause, "HTTP/1.1: \(status): \(reason)")
    }

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}
