/// One end of a connection without its socket: what the peer sends goes in, what is to be sent comes out.
///
/// Where there is something to send, its outlet is told. Everything happens on one loop.
protocol Conversation: AnyObject {
    /// - Parameter now: milliseconds of the loop's clock.
    func received(_ bytes: borrowing RawSpan, at now: Int64)
    /// The peer sends nothing more.
    func peerEnded()
    /// Fills in what is to be sent, until it is full. Returns whether there is more.
    func produce(into out: SendBuffer) -> Bool
    /// Whether the connection is to be closed once all that was produced is sent.
    var isOver: Bool { get }
    /// Whether nothing more will be sent, though the peer may still send: the connection is closed when it has ended.
    var isDoneSending: Bool { get }
    /// Takes no new requests, and is over when those under way are finished.
    func drain()
    /// Looks whether the peer has taken too long; called about once a second.
    func tick(at now: Int64)
    /// Why this end has ended it, or is about to; nil where it has not, or the peer expects it.
    var complaint: Complaint? { get }
    /// Why the peer has ended it, where it has said so, in words of which there are few.
    var farewell: String? { get }
    /// Asks the peer whether it is there, who answers soon; false where the protocol has no such question.
    func ask() -> Bool
    /// Ends it, and says goodbye where the protocol has a word for that.
    func leave(_ complaint: Complaint)
    /// Ends the answers of which the peer has taken nothing for long: so much waits on all connections that their
    /// memory is needed.
    func endStuck(at now: Int64)
    /// The connection is gone: whoever waits for something of it is told.
    /// - Parameter reason: in words.
    func fail(_ reason: String)
}

extension Conversation {
    func fail() { fail("the connection ended before the answer did") }

    var isDoneSending: Bool { false }
    var complaint: Complaint? { nil }
    var farewell: String? { nil }
    func ask() -> Bool { false }
    func leave(_ complaint: Complaint) {}
    /// One answer at a time, whose socket has a time of its own.
    func endStuck(at now: Int64) {}
}
