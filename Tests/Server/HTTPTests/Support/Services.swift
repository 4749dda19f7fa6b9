import DaybookBytes
import DaybookHTTP

/// Keeps what comes of an exchange, and lets a test answer.
final class Visitor: ExchangeHandler {
    let exchange: Exchange
    var body: [UInt8] = []
    var hasEnded = false
    var hasFailed = false
    var relieved = 0
    var drained = 0
    var consumes = true
    private let whenEnded: (Visitor) -> Void

    init(_ exchange: Exchange, whenEnded: @escaping (Visitor) -> Void) {
        self.exchange = exchange
        self.whenEnded = whenEnded
    }

    func received(_ bytes: borrowing RawSpan) {
        body += bytes.copied()
        if consumes { exchange.consumed(bytes.byteCount) }
    }
    func ended() {
        hasEnded = true
        whenEnded(self)
    }
    func writable() { relieved += 1 }
    func failed() { hasFailed = true }
    func drain() { drained += 1 }
}

/// Answers with what it was sent.
struct EchoService: HTTPService {
    func begin(_ exchange: Exchange) {
        exchange.handler = Visitor(exchange) { visitor in
            let exchange = visitor.exchange
            exchange.respond(
                ResponseHead(status: 200, fields: ["content-type": "text/plain"]))
            exchange.write(Array("\(exchange.head.method) \(exchange.head.target) ".utf8))
            exchange.write(visitor.body)
            exchange.finish(trailers: ["x-check": "\(visitor.body.count)"])
        }
    }
}

/// Keeps the exchanges, for a test to answer. Of one loop.
final class OpenService: HTTPService, @unchecked Sendable {
    // Safe: a test uses it on one thread.
    var visitors: [Visitor] = []
    private let whenEnded: (Visitor) -> Void
    private let consumes: Bool

    init(consumes: Bool = true, whenEnded: @escaping (Visitor) -> Void = { _ in }) {
        self.consumes = consumes
        self.whenEnded = whenEnded
    }

    func begin(_ exchange: Exchange) {
        let visitor = Visitor(exchange, whenEnded: whenEnded)
        visitor.consumes = consumes
        visitors.append(visitor)
        exchange.handler = visitor
    }
}
