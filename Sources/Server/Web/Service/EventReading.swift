internal import Daybook
internal import DaybookBytes
internal import DaybookHTTP
internal import DaybookStore

/// What becomes of the events of a read.
protocol EventTaker: SendableMetatype {
    /// Takes events, and may send some.
    /// - Returns: Whether it takes more.
    mutating func take(_ batch: EventBatch, _ request: WebRequest) throws -> Bool
    /// All is there that it is to get: ends the answer.
    mutating func end(_ request: WebRequest) throws
    /// The read failed before anything was sent.
    /// - Returns: Whether that is answered; else it is told as it is.
    mutating func failed(_ error: StoreError, _ request: WebRequest) -> Bool
    /// Whether something of the answer was sent.
    var hasBegun: Bool { get }
}

extension EventTaker {
    mutating func failed(_ error: StoreError, _ request: WebRequest) -> Bool { false }
}

/// Makes the steps of a read on the loop of its request, as fast as the client takes what it is sent.
final class EventReading<Taker: EventTaker>: ExchangeHandler {
    private let request: WebRequest
    private var source: SteppedRead
    private var taker: Taker
    private var state = State.ready

    private enum State {
        case ready
        /// The loop comes back, after others had their turn.
        case isPosted
        /// Another thread waits for the device.
        case isAway
        case isOver
    }

    /// Steps in one go, before others get their turn.
    private static var stepsMax: Int { 16 }

    private init(_ request: WebRequest, _ source: SteppedRead, _ taker: Taker) {
        self.request = request
        self.source = source
        self.taker = taker
    }

    static func begin(_ read: Read, of request: WebRequest, _ taker: Taker) throws {
        let reading = EventReading(request, try request.store.stepped(read), taker)
        request.exchange.handler = reading
        reading.goOn()
    }

    func received(_ bytes: borrowing RawSpan) { request.exchange.consumed(bytes.byteCount) }
    func ended() {}
    func writable() { if state == .ready { goOn() } }
    func failed() { state = .isOver }

    private func goOn() {
        var steps = 0
        while state == .ready && request.exchange.isWritable {
            if steps == Self.stepsMax { return goOnLater() }
            steps += 1
            do { try took(try source.step()) } catch { fail(error) }
        }
    }

    private func goOnLater() {
        state = .isPosted
        LoopBound(self, on: request.exchange.loop).post { reading in
            guard reading.state == .isPosted else { return }
            reading.state = .ready
            reading.goOn()
        }
    }

    private func took(_ step: StoreStep<EventBatch>) throws {
        switch step {
        case .events(let batch):
            request.desk.countRead(batch.count)
            if try !taker.take(batch, request) { try finish() }
        case .end: try finish()
        case .waiting: stepAway()
        case .nothing, .progress, .caughtUp, .atHead: break
        }
    }

    private func stepAway() {
        state = .isAway
        let bound = LoopBound(self, on: request.exchange.loop)
        source.stepWaiting { result in bound.post { $0.cameBack(result) } }
    }

    private func cameBack(
        _ result: Result<(next: SteppedRead, step: StoreStep<EventBatch>), StoreError>
    ) {
        guard state == .isAway else { return }
        state = .ready
        do {
            let made = try result.get()
            source = made.next
            try took(made.step)
        } catch {
            fail(error)
        }
        goOn()
    }

    private func finish() throws {
        state = .isOver
        try taker.end(request)
    }

    /// An answer that has begun is broken off: its client sees that it is not whole.
    private func fail(_ error: any Error) {
        state = .isOver
        guard taker.hasBegun else {
            if let error = error as? StoreError, taker.failed(error, request) { return }
            return request.refuse(error)
        }
        if let error = error as? StoreError { request.desk.note(error) }
        request.exchange.abort()
    }
}
