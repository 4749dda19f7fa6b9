/// One request of a client and its answer. Everything in it happens on its loop; after the answer has ended or
/// failed, calls do nothing.
package final class HTTPCall {
    private var carrier: (any CallCarrier)?
    private var handler: (any HTTPCallHandler)?

    init(_ carrier: any CallCarrier, _ handler: any HTTPCallHandler) {
        self.carrier = carrier
        self.handler = handler
    }

    /// Bytes written that the server has not taken yet.
    package var waitingBytes: Int { carrier?.waitingBytes ?? 0 }
    package var isOver: Bool { handler == nil }

    /// Sends a piece of the body.
    package func write(_ bytes: [UInt8]) {
        if !bytes.isEmpty { carrier?.write(bytes) }
    }
    /// Ends the body.
    package func finish() { carrier?.finish() }
    /// Breaks the call off; the handler hears nothing more.
    package func cancel() {
        let carrier = carrier
        end()
        carrier?.cancel()
    }
    /// Says that so many bytes of the answer's body are done with: the server may send as many more.
    package func consumed(_ count: Int) { carrier?.consumed(count) }

    func responded(_ head: ResponseHead) { handler?.responded(head) }
    func received(_ bytes: borrowing RawSpan) { handler?.received(bytes) }
    func writable() { handler?.writable() }

    func complete(_ trailers: HTTPFields) {
        let handler = handler
        end()
        handler?.ended(trailers)
    }

    func fail(_ failure: HTTPCallFailure) {
        let handler = handler
        end()
        handler?.failed(failure)
    }

    private func end() {
        handler = nil
        carrier = nil
    }
}

/// Gets the answer to a call. Called on the loop, never from within a call to the call.
package protocol HTTPCallHandler: AnyObject {
    func responded(_ head: ResponseHead)
    /// A piece of the body; the span is valid during the call. To be acknowledged by `consumed`.
    func received(_ bytes: borrowing RawSpan)
    /// The answer is whole.
    func ended(_ trailers: HTTPFields)
    /// There is room to write again.
    func writable()
    /// There will be no answer, or no more of it.
    func failed(_ failure: HTTPCallFailure)
}

/// Why there is no answer to a call, or no more of it.
package struct HTTPCallFailure: Hashable, Sendable {
    /// In words.
    package var reason: String
    /// Whether the server is known not to have begun with it: whatever it asks for, it may be asked again.
    package var isUnbegun: Bool

    package init(_ reason: String, isUnbegun: Bool) {
        self.reason = reason
        self.isUnbegun = isUnbegun
    }
}

/// A client's end of a connection without its socket.
protocol ClientConversation: Conversation {
    /// Whether the server speaks something else.
    var isForeign: Bool { get }
    /// Whether the server has spoken as one that understands this end.
    var isProven: Bool { get }
    /// Whether a new call can be made.
    var takesCalls: Bool { get }
    func call(_ head: RequestHead, _ handler: any HTTPCallHandler) -> HTTPCall
    func ping(_ done: @escaping () -> Void)
}

/// Carries calls by one version of HTTP.
protocol CallCarrier: AnyObject {
    var waitingBytes: Int { get }
    func write(_ bytes: [UInt8])
    func finish()
    func cancel()
    func consumed(_ count: Int)
}
