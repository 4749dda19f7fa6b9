/// One request and its answer, as a service sees them. Everything in it happens on its loop.
///
/// The answer is `respond`, any number of `write`, and `finish`, or `abort` at any time before that. Afterwards, and
/// after `ended(.failed)`, calls do nothing, so nobody needs to ask first.
package final class Exchange {
    package private(set) var head: RequestHead
    package let loop: any EventLoop
    /// What the requests of its connection hold.
    package let connection: ConnectionBytes
    /// Told what the client sends; set by the service when it is given the exchange.
    package var handler: (any ExchangeHandler)?
    /// Told once how the exchange ended; set by whoever counts.
    package var observer: (any ExchangeObserver)?
    /// What it asks for, for the observer; said by whoever finds it out.
    package var kind = Kind.other
    /// When it began, for the observer; nanoseconds by its clock.
    package var beganAt: Int64 = 0
    /// Fields that the answer has beside its own, whatever it is; said by whoever hands the request on.
    package var answerFields: HTTPFields = [:]
    /// How the answer begins; nil while there is none.
    package private(set) var response: ResponseHead?
    /// Carries the answer to the client; nil once it is over.
    private var carrier: (any ExchangeCarrier)?

    package init(
        _ head: consuming RequestHead, loop: any EventLoop,
        connection: ConnectionBytes = ConnectionBytes(),
        carrier: any ExchangeCarrier
    ) {
        self.head = head
        self.loop = loop
        self.connection = connection
        self.carrier = carrier
    }

    /// Bytes that may wait to be sent before a service is to stop: what it writes beyond it is kept all the same.
    package static let waitingBytesMax = 256 * 1024

    /// Bytes written that the client has not taken yet.
    package var waitingBytes: Int { carrier?.waitingBytes ?? 0 }
    /// Whether to go on writing; where not, the handler is told `writable` later.
    package var isWritable: Bool { waitingBytes < Self.waitingBytesMax }
    package var isOver: Bool { carrier == nil }
    /// Whether so much waits for all clients of the loop together that nothing large is to be begun.
    package var isCrowded: Bool { carrier?.isCrowded ?? false }

    /// What an exchange asks for.
    package enum Kind: Hashable, Sendable {
        case other
        /// A call by gRPC, with the place of its method among those that are served; nil: none of them, or not yet known.
        case call(Int?)
    }

    // Parts of the head, without a copy of the rest.
    package var method: String { head.method }
    package var target: String { head.target }
    package var fields: HTTPFields { head.fields }

    /// Forgets the fields of the head: a call may last, and a client may send 64 KiB of them.
    package func dropFields() { head.fields = HTTPFields() }

    package func respond(_ head: ResponseHead) {
        guard let carrier else { return }
        var head = head
        for field in answerFields.all { head.fields.add(field.name, field.value) }
        response = head
        carrier.respond(head)
    }
    /// Sends a piece of the body.
    package func write(_ bytes: [UInt8]) {
        if !bytes.isEmpty { carrier?.write(bytes) }
    }
    /// Ends the answer, with trailers where the protocol has them.
    package func finish(trailers: HTTPFields = [:]) {
        carrier?.finish(trailers)
        end(.finished(trailers))
    }
    /// Breaks the answer off: the client sees that it is not whole.
    package func abort() {
        carrier?.abort()
        end(.brokenOff)
    }
    /// Says that so many bytes of the request's body are done with: the client may send as many more.
    package func consumed(_ count: Int) { carrier?.consumed(count) }

    /// Whether it goes on until somebody ends it: how long it takes says nothing of the server.
    package var isEndless = false

    /// How an exchange ended.
    package enum End: Hashable, Sendable {
        /// The answer is whole; with its trailers.
        case finished(HTTPFields)
        /// The client does not want the rest, and has said so.
        case cancelled
        /// The connection is gone, or this end could not go on.
        case brokenOff
    }

    /// Tells the service that the client is gone; called by the carrier.
    package func fail() { lose(.brokenOff) }
    /// Tells the service that the client does not want the answer any more; called by the carrier.
    package func cancel() { lose(.cancelled) }

    private func lose(_ end: End) {
        guard carrier != nil else { return }
        let handler = handler
        self.end(end)
        handler?.failed()
    }

    private func end(_ end: End) {
        if carrier == nil { return }
        carrier = nil
        handler = nil
        let observer = observer
        self.observer = nil
        observer?.ended(self, end)
    }
}

/// Counts exchanges. Called on their loops.
package protocol ExchangeObserver: AnyObject, Sendable {
    /// An exchange is over.
    func ended(_ exchange: Exchange, _ end: Exchange.End)
}

/// Gets what the client of an exchange sends. Called on the loop, never from within a call to the exchange.
package protocol ExchangeHandler: AnyObject {
    /// A piece of the request's body; the span is valid during the call. To be acknowledged by `consumed`.
    func received(_ bytes: borrowing RawSpan)
    /// The request is whole.
    func ended()
    /// So much was sent that there is room to write again.
    func writable()
    /// The client has gone, reset the request, or took too long: nothing can be answered any more.
    func failed()
    /// The server is to end: an answer that would go on for ever is to be ended now, others soon.
    func drain()
    /// About once a second: to look whether the client takes too long with its request.
    /// - Parameter now: milliseconds of the loop's clock.
    func tick(at now: Int64)
}

extension ExchangeHandler {
    package func tick(at now: Int64) {}
    package func drain() {}
}

/// Carries answers by one version of HTTP.
package protocol ExchangeCarrier: AnyObject {
    var waitingBytes: Int { get }
    /// Whether more waits on the connections of its loop than is to.
    var isCrowded: Bool { get }
    func respond(_ head: ResponseHead)
    func write(_ bytes: [UInt8])
    func finish(_ trailers: HTTPFields)
    func abort()
    func consumed(_ count: Int)
}

extension ExchangeCarrier {
    package var isCrowded: Bool { false }
}

/// What a server does with requests.
package protocol HTTPService: Sendable {
    /// Takes a request: sets the handler of the exchange, or answers at once. Called on the exchange's loop.
    func begin(_ exchange: Exchange)
    /// What is answered, and nothing behind it, where the fields of a request are more than the server takes.
    /// - Parameter head: What of the request was taken.
    func answer(toTooManyFieldsOf head: RequestHead) -> ResponseHead
}

extension HTTPService {
    package func answer(toTooManyFieldsOf head: RequestHead) -> ResponseHead {
        ResponseHead(status: 431)
    }
}
