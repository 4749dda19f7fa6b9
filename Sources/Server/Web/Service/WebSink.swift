internal import DaybookBytes
internal import DaybookDesk
internal import DaybookGzip
internal import DaybookHTTP

/// Where an answer goes that is made bit by bit: a reply at its end, or bytes as they come.
///
/// It begins with the first bytes: what fails before is answered by its status.
final class WebSink: ReadSink {
    let exchange: Exchange
    /// What such an answer ends with where it fails; nil: it is broken off.
    private let ending: ((Problem) -> [UInt8])?
    /// A whole answer, sent at the end.
    var reply: Reply?
    private var hasBegun = false
    /// Packs what is sent.
    private var encoder: GzipEncoder?
    var body = ByteWriter(capacity: 0)

    init(_ request: WebRequest, ending: ((Problem) -> [UInt8])? = nil) {
        exchange = request.exchange
        self.ending = ending
    }

    var loop: any EventLoop { exchange.loop }
    var isWritable: Bool { exchange.isWritable }
    var byteCount: Int { body.count }
    func open(roomBytes: Int) { body = ByteWriter(capacity: roomBytes) }
    func close() { body = ByteWriter(capacity: 0) }

    /// Sends the head; what follows is sent as it comes.
    /// - Parameter packs: whether it is packed where the client takes that.
    func begin(_ head: ResponseHead, packs: Bool = false) {
        if hasBegun { return }
        hasBegun = true
        var head = head
        if packs && Encoding.takesGzip(exchange.fields) {
            encoder = GzipEncoder()
            head.fields.add("content-encoding", "gzip")
            head.fields.add("vary", "accept-encoding")
        }
        exchange.respond(head)
    }

    func send() {
        if body.count == 0 { return }
        precondition(hasBegun, "a body comes behind its head")
        let bytes = body.bytes.copied()
        if let encoder {
            exchange.write(encoder.encode(bytes.rawSpan, isLast: false))
        } else {
            exchange.write(bytes)
        }
        body.removeAll()
    }

    func finish(_ failure: Problem?) {
        guard hasBegun else {
            let reply = failure?.reply ?? reply ?? Reply(status: 204)
            return reply.packed(for: exchange.fields).send(to: exchange)
        }
        guard let failure else {
            if let encoder {
                let nothing: [UInt8] = []
                exchange.write(encoder.encode(nothing.rawSpan, isLast: true))
            }
            return exchange.finish()
        }
        guard let ending else { return exchange.abort() }
        exchange.write(ending(failure))
        exchange.finish()
    }
}
