internal import Daybook
internal import DaybookDesk
internal import DaybookHTTP
internal import DaybookStore

/// What becomes of the events of a read that ends.
protocol EventTaker: SendableMetatype {
    /// Steps in one go, before others get their turn: fewer where an event takes long.
    static var stepsMax: Int { get }
    /// Takes events, and may send some.
    /// - Returns: Whether it takes more.
    mutating func take(_ batch: EventBatch, into sink: WebSink) throws(Problem) -> Bool
    /// All is there that it is to get: says the rest.
    mutating func end(into sink: WebSink) throws(Problem)
    /// The store failed.
    /// - Throws: `Problem` where that is no answer.
    mutating func failed(_ error: StoreError, into sink: WebSink) throws(Problem)
}

extension EventTaker {
    static var stepsMax: Int { 16 }

    mutating func failed(_ error: StoreError, into sink: WebSink) throws(Problem) {
        throw Problem(error)
    }
}

/// A read that ends, and who takes its events.
struct TakenRead<Taker: EventTaker>: ReadConversation {
    typealias Source = EventSource

    private let read: Read
    private var taker: Taker
    private(set) var sent = 0

    init(_ read: Read, _ taker: Taker) {
        self.read = read
        self.taker = taker
    }

    static var stepsMax: Int { Taker.stepsMax }
    var beginning: Verdict { .begin(.read(read)) }
    var isEndless: Bool { false }
    var draining: Problem { .busy("the server is being ended") }

    mutating func took(
        _ step: StoreStep<EventBatch>, at place: Position, into sink: WebSink
    ) throws(Problem) -> Verdict {
        switch step {
        case .events(let batch):
            sent += batch.count
            if try taker.take(batch, into: sink) { return .goOn }
        case .end: break
        case .nothing, .progress, .caughtUp, .atHead, .waiting: return .goOn
        }
        try taker.end(into: sink)
        return .finish
    }

    mutating func failed(_ error: StoreError, into sink: WebSink) throws(Problem) -> Verdict {
        try taker.failed(error, into: sink)
        return .finish
    }
}

extension WebRequest {
    /// Reads, as fast as the client takes what it is sent.
    func read(_ read: Read, _ taker: some EventTaker) throws {
        try read.validate()
        let answer = ReadAnswer(try sink(), TakenRead(read, taker), desk.reading)
        exchange.handler = AnswerHandler(exchange, answer)
        answer.begin()
    }
}
