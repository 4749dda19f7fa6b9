import DaybookBytes

@testable import DaybookHTTP

/// Keeps the answer to a call.
final class Caller: HTTPCallHandler {
    var head: ResponseHead?
    var body: [UInt8] = []
    var trailers: HTTPFields?
    var failure: String?
    var isUnbegun = false
    var relieved = 0
    var consumes = true
    var call: HTTPCall?
    private let done: (Caller) -> Void

    init(done: @escaping (Caller) -> Void = { _ in }) { self.done = done }

    func responded(_ head: ResponseHead) { self.head = head }
    func received(_ bytes: borrowing RawSpan) {
        body += bytes.copied()
        if consumes { call?.consumed(bytes.byteCount) }
    }
    func ended(_ trailers: HTTPFields) {
        self.trailers = trailers
        done(self)
    }
    func writable() { relieved += 1 }
    func failed(_ failure: HTTPCallFailure) {
        self.failure = failure.reason
        isUnbegun = failure.isUnbegun
        done(self)
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}

extension HTTP2ClientSession {
    /// Sends a request with a body, whole.
    func ask(_ target: String, _ body: String = "", _ fields: HTTPFields = [:]) -> Caller {
        let caller = Caller()
        let head = RequestHead(method: "POST", authority: "h", target: target, fields: fields)
        let call = call(head, caller)
        caller.call = call
        call.write(Array(body.utf8))
        call.finish()
        return caller
    }
}
