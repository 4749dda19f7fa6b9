import Daybook
import DaybookBytes
import DaybookDesk
import DaybookGRPC
import DaybookHTTP
import DaybookPlatform
import DaybookProtobuf
import DaybookProtocol
import DaybookProtocolService
import DaybookServerTesting
import DaybookStore
import Synchronization

/// A client of the service without a socket, and the store behind it, in memory.
final class ServiceClient {
    let store: EmbeddedStore
    let places: FewPlaces
    let told = Told()
    let loop = HandLoop()
    private let router: GRPCRouter

    init(
        on disk: any Disk = MemoryDisk(), subscribersMax: Int = 2, incomingBytesMax: Int = 1 << 20
    ) async throws {
        store = try await EmbeddedStore.open(on: disk)
        places = FewPlaces(subscribersMax)
        var around = StoreDesk.Surroundings(
            time: SystemTime(), places: places, incomingBytesMax: incomingBytesMax)
        around.appended = { [told] events, _ in told.appended(events) }
        around.read = { [told] in told.read($0) }
        around.note = { [told] in told.note($0) }
        var router = GRPCRouter()
        ProtocolService(JournalDesks(store, around)).add(to: &router)
        self.router = router
    }

    func begin(_ path: String) -> HandCall { HandCall(to: path, router, on: loop) }

    /// Makes a call with one message, and waits for its end.
    func call(_ path: String, _ body: (inout ProtobufWriter) -> Void) async -> KeptAnswer {
        let call = begin(path)
        call.send(all: [message(body)])
        await call.finish()
        return call.answer
    }

    func append(_ append: Append) async -> KeptAnswer {
        await call(V1.append) { append.encode(journal: "", into: &$0) }
    }

    /// Begins to follow, and goes on as far as it goes.
    func follow(_ subscription: Subscription, isStuck: Bool = false) -> HandCall {
        let call = begin(V1.subscribe)
        call.answer.isStuck = isStuck
        call.send(all: [message { subscription.encode(V1.Place(), into: &$0) }])
        loop.turn()
        return call
    }
}

func message(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    body(&writer)
    return writer.array
}

extension KeptAnswer {
    /// What a call failed with.
    var error: StoreError? {
        guard let values = status?.binary("grpc-status-details-bin"), let bytes = values.first
        else { return nil }
        return V1.error(inDetails: bytes.rawSpan)
    }

    /// The only message of an answer.
    func first<Message: ProtobufDecodable>(_ type: Message.Type) throws -> Message {
        let bytes = messages.first ?? [0xFF]
        return try Message.decoded(from: bytes.rawSpan)
    }

    /// The answers of a subscription since the last time, in short.
    func takeSignals() throws -> [String] {
        try takeMessages().map { bytes in
            switch try V1.SentSignal(bytes.rawSpan) {
            case .started(let position, _): "started \(position)"
            case .signal(.events(let batch)):
                batch.events.map { "\($0.position) \($0.type)" }.joined(separator: ", ")
            case .signal(.progress(let position)): "progress \(position)"
            case .signal(.caughtUp): "caught up"
            case .unknown: "unknown"
            }
        }
    }
}

/// Places for so many subscribers.
final class FewPlaces: SubscriberPlaces {
    private let state: Mutex<(taken: Int, most: Int)>
    var taken: Int { state.withLock { $0.taken } }
    init(_ most: Int) { state = Mutex((0, most)) }
    func take() -> Bool {
        state.withLock { state in
            if state.taken == state.most { return false }
            state.taken += 1
            return true
        }
    }
    func leave() { state.withLock { $0.taken -= 1 } }
}

/// What was counted and noted.
final class Told: Sendable {
    private let state = Mutex((appended: [Int](), read: 0, errors: [StoreError.Code]()))
    func appended(_ events: Int) { state.withLock { $0.appended.append(events) } }
    func read(_ events: Int) { state.withLock { $0.read += events } }
    func note(_ error: StoreError) { state.withLock { $0.errors.append(error.code) } }
    var appended: [Int] { state.withLock { $0.appended } }
    var read: Int { state.withLock { $0.read } }
    var errors: [StoreError.Code] { state.withLock { $0.errors } }
}
