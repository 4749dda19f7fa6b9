import Daybook
import DaybookDesk
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookPlatform
import DaybookServerTesting
import DaybookStore
import Synchronization

/// A store in memory whose streams are read by the protocol, without a socket.
final class ReadingServer {
    let store: EmbeddedStore
    let places = CountedPlaces()
    private let router: GRPCRouter
    private let loop = HandLoop()

    init(patternBytesMax: Int = 64 << 20) async throws {
        store = try await EmbeddedStore.open(on: MemoryDisk())
        var router = GRPCRouter()
        let desk = ReadingDesk(
            store, time: SystemTime(), places: places, count: { [places] in places.count($0) },
            woke: { [places] in places.woke($0) }, note: { _ in })
        ReadingService(desk, patternBytesMax: patternBytesMax).add(to: &router)
        self.router = router
    }

    /// Appends one event for each type, one by one.
    func append(_ types: String..., to stream: String) async throws {
        for type in types { try await store.append([Event(type: type)], to: stream) }
    }

    /// Makes a call and lets it go on as far as it does.
    func read(_ request: ReadOptions, isStuck: Bool = false) -> ReadCall {
        let call = HandCall(to: Streams.read, router, on: loop)
        call.answer.isStuck = isStuck
        call.send(request.message)
        call.end()
        loop.turn()
        return ReadCall(call)
    }
}

/// A call from the client's side.
struct ReadCall {
    private let call: HandCall

    fileprivate init(_ call: HandCall) { self.call = call }

    /// Bytes sent that the test has not looked at.
    var byteCount: Int { call.answer.body.count }

    /// What was told since the last time, each message in short; the loop goes on first.
    func told() throws -> [String] {
        call.loop.turn()
        return try call.answer.takeMessages().map { try ReadMessage($0).text }
    }

    /// Whether the client takes nothing.
    var isStuck: Bool {
        get { call.answer.isStuck }
        nonmutating set { call.answer.isStuck = newValue }
    }

    /// How the call ended; nil where it goes on.
    var status: HTTPFields? { call.status }
    var code: GRPCStatus.Code? { call.answer.code }

    /// The client takes what was kept, and more.
    func take() {
        isStuck = false
        call.exchange.handler?.writable()
    }

    /// The server is to end.
    func drain() { call.exchange.handler?.drain() }

    /// Whether the time it takes is not measured.
    var isEndless: Bool { call.exchange.isEndless }

    /// The client goes.
    func leave() { call.exchange.fail() }
}

/// Counts the subscriptions that are under way.
final class CountedPlaces: SubscriberPlaces {
    private let state = Mutex((taken: 0, most: 2, events: 0, wakes: 0))
    var taken: Int { state.withLock { $0.taken } }
    /// How many events were sent.
    var events: Int { state.withLock { $0.events } }
    func count(_ events: Int) { state.withLock { $0.events += events } }
    /// How many subscriptions at the head went on.
    var wakes: Int { state.withLock { $0.wakes } }
    func woke(_ count: Int) { state.withLock { $0.wakes += count } }
    func allow(_ most: Int) { state.withLock { $0.most = most } }
    func take() -> Bool {
        state.withLock { state in
            if state.taken == state.most { return false }
            state.taken += 1
            return true
        }
    }
    func leave() { state.withLock { $0.taken -= 1 } }
}
