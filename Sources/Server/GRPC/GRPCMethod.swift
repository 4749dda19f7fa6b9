/// What goes on with an answer that takes its time. Everything is called on the loop of the call.
package protocol GRPCAnswer: AnyObject {
    /// There is room to send again, after `isWritable` of the call was false.
    func writable()
    /// The call has ended, and not by `finish`: the client is gone or has cancelled, or the time is up. Nothing more
    /// can be sent; what is under way for it is to be let go.
    func cancelled()
    /// The server is to end: an answer that would go on for ever is to be ended now, others soon.
    func drain()
    /// Bytes of the request that it keeps as long as it goes on, in memory.
    var keptBytes: Int { get }
}

/// One call, as the server sees it: whatever the method takes and answers, one message or many.
///
/// It answers by the ``GRPCCall`` it was made with, at once or later.
package protocol GRPCMethod: GRPCAnswer {
    /// A message of the client; the span is valid during the call. Never called while the call is held.
    /// - Throws: The status with which the call ends; `cancelled` is then called too.
    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus)
    /// Whether it keeps a part of something and waits for the rest: a client that does not go on loses the call.
    var awaitsRest: Bool { get }
    /// The client has sent all its messages.
    /// - Throws: As `message`.
    func end() throws(GRPCStatus)
}

extension GRPCMethod {
    package var awaitsRest: Bool { false }
}

extension GRPCAnswer {
    package func writable() {}
    package func cancelled() {}
    package func drain() {}
    package var keptBytes: Int { 0 }
}
