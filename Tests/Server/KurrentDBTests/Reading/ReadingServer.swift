import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookPlatform
import DaybookStore
import Synchronization

/// A store in memory whose streams are read by the protocol, without a socket.
final class ReadingServer {
    let store: EmbeddedStore
    let places = CountedPlaces()
    private let router: GRPCRouter
    private let loop = TurnedLoop()

    init() async throws {
        store = try await EmbeddedStore.open(on: MemoryDisk())
        var router = GRPCRouter(fallback: NoPages())
        ReadingService(
            store, time: SystemTime(), places: places, count: { [places] in places.count($0) },
            note: { _ in }
        ).add(to: &router)
        self.router = router
    }

    /// Appends one event for each type, one by one.
    func append(_ types: String..., to stream: String) async throws {
        for type in types { try await store.append([Event(type: type)], to: stream) }
    }

    /// Makes a call and lets it go on as far as it does.
    func read(_ request: ReadOptions, isStuck: Bool = false) -> ReadCall {
        let carrier = ReadCall(loop)
        carrier.isStuck = isStuck
        let exchange = Exchange(
            RequestHead(
                method: "POST", target: Streams.read,
                fields: ["content-type": "application/grpc", "te": "trailers"]),
            loop: loop, carrier: carrier)
        carrier.exchange = exchange
        router.begin(exchange)
        exchange.handler?.received(request.message.rawSpan)
        exchange.handler?.ended()
        loop.turn()
        return carrier
    }
}

/// A call from the client's side.
final class ReadCall: ExchangeCarrier {
    private let loop: TurnedLoop
    fileprivate var exchange: Exchange?
    private var response: ResponseHead?
    private var trailers: HTTPFields?
    private var body: [UInt8] = []
    /// Whether the client takes nothing.
    var isStuck = false

    fileprivate init(_ loop: TurnedLoop) { self.loop = loop }

    var waitingBytes: Int { isStuck ? body.count : 0 }
    func respond(_ head: ResponseHead) { response = head }
    func write(_ bytes: [UInt8]) { body += bytes }
    func finish(_ trailers: HTTPFields) { self.trailers = trailers }
    func abort() {}
    func consumed(_ count: Int) {}

    /// Bytes sent that the test has not looked at.
    var byteCount: Int { body.count }

    /// What was told since the last time, each message in short; the loop goes on first.
    func told() throws -> [String] {
        loop.turn()
        var lines: [String] = []
        while body.count >= 5 {
            let count = body[1..<5].reduce(0) { $0 << 8 | Int($1) }
            lines.append(try ReadMessage(Array(body[5..<5 + count])).text)
            body.removeFirst(5 + count)
        }
        return lines
    }

    /// How the call ended; nil where it goes on.
    var status: HTTPFields? {
        trailers.flatMap { $0.isEmpty ? response?.fields : $0 }
    }
    var code: GRPCStatus.Code? {
        status?["grpc-status"].flatMap { Int($0) }.flatMap(GRPCStatus.Code.init)
    }

    /// The client takes what was kept, and more.
    func take() {
        isStuck = false
        exchange?.handler?.writable()
    }

    /// The client goes.
    func leave() { exchange?.fail() }
}

/// Counts the subscriptions that are under way.
final class CountedPlaces: SubscriberPlaces {
    private let state = Mutex((taken: 0, most: 2, events: 0))
    var taken: Int { state.withLock { $0.taken } }
    /// How many events were sent.
    var events: Int { state.withLock { $0.events } }
    func count(_ events: Int) { state.withLock { $0.events += events } }
    func take() -> Bool {
        state.withLock { state in
            if state.taken == state.most { return false }
            state.taken += 1
            return true
        }
    }
    func leave() { state.withLock { $0.taken -= 1 } }
}

/// A loop that is turned by hand.
private final class TurnedLoop: EventLoop {
    private final class NoTimer: LoopTimer {
        func cancel() {}
    }
    private let posted = Mutex<[@Sendable () -> Void]>([])

    var isCurrent: Bool { true }
    func post(_ body: @escaping @Sendable () -> Void) { posted.withLock { $0.append(body) } }
    func after(milliseconds: Int, _ body: @escaping () -> Void) -> any LoopTimer { NoTimer() }

    /// Runs what was posted, until there is nothing.
    func turn() {
        while true {
            let bodies = posted.withLock { posted in
                defer { posted = [] }
                return posted
            }
            if bodies.isEmpty { return }
            for body in bodies { body() }
        }
    }
}

private struct NoPages: HTTPService {
    func begin(_ exchange: Exchange) { exchange.finish() }
}
