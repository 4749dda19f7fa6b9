internal import DaybookBytes
internal import DaybookDesk
internal import DaybookGzip
internal import DaybookHTTP

/// Where an answer goes that is made bit by bit: a reply at its end, or bytes as they come.
///
/// It begins with the first bytes: what fails before is answered by its status.
final class WebSink: ReadSink {
    let exchange: Exchange
    private let wishes: AnswerWishes
    /// What it keeps as long as it goes on.
    private let held: HeldBody
    /// What was read and is not sent.
    private var readBytes = 0
    /// What such an answer ends with where it fails; nil: it is broken off.
    private let ending: ((Problem) -> [UInt8])?
    /// A whole answer, sent at the end.
    var reply: Reply?
    private var hasBegun = false
    /// Packs what is sent.
    private var encoder: GzipEncoder?
    var body = ByteWriter(capacity: 0)

    /// What an answer takes that goes on, beside its request: what reads for it, and where it waits.
    static let ownBytes = 4 << 10
    /// What packing takes as long as it goes on.
    private static let packingBytes = 264 << 10

    init(
        _ exchange: Exchange, _ wishes: AnswerWishes, _ held: HeldBody,
        ending: ((Problem) -> [UInt8])? = nil
    ) {
        self.exchange = exchange
        self.wishes = wishes
        self.held = held
        self.ending = ending
    }

    /// Counts bytes that are kept as long as the answer goes on.
    /// - Throws: `Problem` where there is no room for them.
    func keep(_ count: Int) throws(Problem) {
        guard let excess = held.add(count) else { return }
        _ = held.add(-count)
        throw .busy(answers: excess)
    }

    /// Says how many bytes were read for the answer and not sent.
    /// - Throws: `Problem` where there is no room for them.
    func hasRead(_ count: Int) throws(Problem) {
        let change = count - readBytes
        readBytes = count
        if let excess = held.add(change) { throw .busy(answers: excess) }
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
        if packs { head.fields.add("vary", "accept-encoding") }
        if packs && wishes.takesGzip, (try? keep(Self.packingBytes)) != nil {
            encoder = GzipEncoder()
            head.fields.add("content-encoding", "gzip")
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

    /// Sends bytes that others are sent, too, behind what was added.
    func send(shared bytes: [UInt8]) {
        send()
        exchange.write(bytes)
    }

    func finish(_ failure: Problem?) {
        guard hasBegun else {
            let reply = failure?.reply ?? reply ?? Reply(status: 204)
            self.reply = nil
            return reply.send(to: exchange, wishes)
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
