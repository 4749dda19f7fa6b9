internal import DaybookBytes
internal import DaybookGRPC
internal import DaybookHTTP

/// Bytes of a body that are counted among those of all clients, until nobody has it any more.
final class HeldBody {
    private let all: ClientBytes
    private let connection: ConnectionBytes
    private var count = 0

    init(_ all: ClientBytes, _ connection: ConnectionBytes) {
        self.all = all
        self.connection = connection
    }

    deinit { _ = all.add(-count, by: connection) }

    func add(_ bytes: Int) -> ClientBytes.Excess? {
        count += bytes
        return all.add(bytes, by: connection)
    }
}

/// Takes the body of a request in, up to a limit, and hands it on when it is whole.
final class BodyReader: ExchangeHandler {
    private let exchange: Exchange
    private let desk: WebDesk
    private let take: ([UInt8], HeldBody) -> Void
    private var body: [UInt8] = []
    private var held: HeldBody?
    private var progress = RequestProgress()
    private var isOver = false

    init(
        _ exchange: Exchange, _ desk: WebDesk, _ take: @escaping ([UInt8], HeldBody) -> Void
    ) {
        self.exchange = exchange
        self.desk = desk
        self.take = take
        held = HeldBody(desk.held, exchange.connection)
    }

    func received(_ bytes: borrowing RawSpan) {
        if isOver { return }
        if body.count + bytes.byteCount > desk.bodyBytesMax {
            return refuse(.tooLarge(bodyBytesMax: desk.bodyBytesMax))
        }
        if let excess = held?.add(bytes.byteCount) {
            return refuse(.busy("the bodies that are coming in take more than \(excess.words)"))
        }
        progress.received(bytes.byteCount)
        if body.isEmpty { body = bytes.copied() } else { body += bytes.copied() }
        exchange.consumed(bytes.byteCount)
    }

    func ended() {
        if isOver { return }
        isOver = true
        let body = body
        self.body = []
        guard let held = held.take() else { return }
        take(body, held)
    }

    func writable() {}

    func failed() { end() }

    func tick(at now: Int64) {
        if isOver { return }
        if progress.isOverdue(at: now, isAwaited: true, desk.pace) {
            refuse(.slow(seconds: desk.pace.progressSeconds))
        }
    }

    private func refuse(_ problem: Problem) {
        end()
        problem.reply.send(to: exchange)
    }

    private func end() {
        isOver = true
        body = []
        held = nil
    }
}

/// Passes over what a client sends with a request that takes no body.
final class BodyIgnorer: ExchangeHandler {
    private let exchange: Exchange
    init(_ exchange: Exchange) { self.exchange = exchange }
    func received(_ bytes: borrowing RawSpan) { exchange.consumed(bytes.byteCount) }
    func ended() {}
    func writable() {}
    func failed() {}
}
