/// Why this end ends a connection that its peer would have kept.
package struct Complaint: Hashable, Sendable {
    /// What it is about, for whoever counts; `rawValue` is what they call it.
    package enum Cause: String, CaseIterable, Sendable {
        /// The peer asks so much that others would have less.
        case tooMuch = "too-much"
        /// What it sends is no HTTP, or no TLS.
        case unreadable
        /// It takes too long over what it sends, or over taking what it is sent.
        case tooSlow = "too-slow"
        /// It gives no sign of life any more.
        case silent
        /// It has made no request for long, and a connection of HTTP/1.1 is soon made anew.
        case idle
        /// It is no fault of the peer's: this end cannot go on.
        case failure
    }

    package var cause: Cause
    /// The reason in words, of which there are few: nothing that the peer chooses stands in them.
    package var words: String

    package init(_ cause: Cause, _ words: String) {
        self.cause = cause
        self.words = words
    }

    /// Not whole in time, as something of a request: `the head of a request`.
    static func late(_ what: String, seconds: Int) -> Complaint {
        Complaint(.tooSlow, "\(what) was not whole after \(seconds) s")
    }

    /// A connection of HTTP/1.1, or of no version yet.
    static func idle(seconds: Int) -> Complaint {
        Complaint(.idle, "no request came for \(seconds) s")
    }
}
