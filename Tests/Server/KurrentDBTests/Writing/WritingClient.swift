import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookPlatform
import DaybookProtobuf
import DaybookStore

/// A client of the writing methods without a socket, and the store behind them, in memory.
final class WritingClient {
    let store: EmbeddedStore
    private let router: GRPCRouter

    init(incomingBytesMax: Int = 1 << 20) async throws {
        store = try await EmbeddedStore.open(on: MemoryDisk())
        var router = GRPCRouter(fallback: Nowhere())
        WritingDesk(store, time: FixedTime(), incomingBytesMax: incomingBytesMax)
            .add(to: &router)
        NodeDesk(
            id: EventID(high: 1, low: 2), host: "localhost", port: 2113, version: "1.2.3",
            time: FixedTime()
        ).add(to: &router)
        self.router = router
    }

    /// Makes a call with some messages, and waits for its end.
    func call(_ path: String, _ messages: [[UInt8]]) async -> Answer {
        let loop = AwaitedLoop()
        let carrier = KeepingCarrier()
        let head = RequestHead(
            method: "POST", target: path,
            fields: ["content-type": "application/grpc", "te": "trailers"])
        let exchange = Exchange(head, loop: loop, carrier: carrier)
        router.begin(exchange)
        for message in messages {
            let bytes = [0] + (0..<4).map { UInt8(message.count >> (24 - 8 * $0) & 255) } + message
            exchange.handler?.received(bytes.rawSpan)
        }
        exchange.handler?.ended()
        var bodies = loop.bodies.makeAsyncIterator()
        while carrier.trailers == nil, let body = await bodies.next() { body() }
        return Answer(carrier)
    }

    func append(
        _ expected: ExpectedRevision, _ events: [[UInt8]], to stream: String = "account-1"
    ) async -> Answer {
        await call(Streams.append, [options(stream, expected)] + events.map { event($0) })
    }

    /// The events of a stream.
    func events(_ stream: String = "account-1") async throws -> [RecordedEvent] {
        try await store.events(Read(.stream(stream)))
    }
}

/// What a call was answered.
struct Answer {
    var messages: [[UInt8]] = []
    /// The fields that say how the call ended.
    let status: HTTPFields

    fileprivate init(_ carrier: KeepingCarrier) {
        let trailers = carrier.trailers ?? [:]
        status = trailers.isEmpty ? carrier.response?.fields ?? [:] : trailers
        var rest = carrier.body[...]
        while rest.count >= 5 {
            let count = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
            messages.append(Array(rest.dropFirst(5).prefix(count)))
            rest = rest.dropFirst(5 + count)
        }
    }

    var code: GRPCStatus.Code? {
        status["grpc-status"].flatMap { Int($0) }.flatMap(GRPCStatus.Code.init)
    }
}

// MARK: Messages

/// The first message of an `Append`, and the one of a `Delete`.
func options(_ stream: String, _ expected: ExpectedRevision?) -> [UInt8] {
    message { writer in
        writer.message(1) { write(stream, expected, into: &$0) }
    }
}

/// A further message of an `Append`.
func event(_ proposed: [UInt8]) -> [UInt8] { message { $0.array(2, proposed) } }

/// An event to be proposed.
func proposed(
    _ id: EventID = EventID(), type: String? = "deposited", data: String = "{}",
    metadata: String = ""
) -> [UInt8] {
    message { writer in
        writer.message(1) { $0.string(2, id.description) }
        for (key, value) in [("type", type), ("content-type", "application/json")] {
            guard let value else { continue }
            writer.message(2) { writer in
                writer.string(1, key)
                writer.string(2, value)
            }
        }
        writer.string(3, metadata)
        writer.string(4, data)
    }
}

/// A message of a `BatchAppend`.
func batch(
    _ correlation: EventID, _ expected: ExpectedRevision?, _ events: [[UInt8]],
    isFinal: Bool = true, seconds: Int64? = nil
) -> [UInt8] {
    message { writer in
        writer.message(1) { $0.string(2, correlation.description) }
        if let expected {
            writer.message(2) { writer in
                write("account-1", expected, into: &writer)
                if let seconds { writer.message(7) { $0.int64(1, seconds) } }
            }
        }
        for event in events { writer.array(3, event) }
        writer.bool(4, isFinal)
    }
}

private func write(
    _ stream: String, _ expected: ExpectedRevision?, into writer: inout ProtobufWriter
) {
    writer.message(1) { $0.string(3, stream) }
    switch expected {
    case .revision(let revision): writer.uint64(2, always: revision)
    case .noStream: writer.empty(3)
    case .any: writer.empty(4)
    case .streamExists: writer.empty(5)
    case nil: break
    }
}

func message(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    body(&writer)
    return writer.array
}

// MARK: What stands in for a connection

private final class KeepingCarrier: ExchangeCarrier {
    var response: ResponseHead?
    var body: [UInt8] = []
    var trailers: HTTPFields?

    var waitingBytes: Int { 0 }
    func respond(_ head: ResponseHead) { response = head }
    func write(_ bytes: [UInt8]) { body += bytes }
    func finish(_ trailers: HTTPFields) { self.trailers = trailers }
    func abort() { trailers = [:] }
    func consumed(_ count: Int) {}
}

/// A loop whose turns a test waits for.
private final class AwaitedLoop: EventLoop {
    private final class NoTimer: LoopTimer {
        func cancel() {}
    }

    let bodies: AsyncStream<@Sendable () -> Void>
    private let posted: AsyncStream<@Sendable () -> Void>.Continuation

    init() { (bodies, posted) = AsyncStream.makeStream() }

    var isCurrent: Bool { true }
    func post(_ body: @escaping @Sendable () -> Void) { posted.yield(body) }
    func after(milliseconds: Int, _ body: @escaping () -> Void) -> any LoopTimer { NoTimer() }
}

/// A clock that stands still, a second after 1970 began.
struct FixedTime: TimeSource {
    func wallMicroseconds() -> Int64 { 1_000_000 }
    func bootNanoseconds() -> Int64 { 5_000_000_000 }
}

private struct Nowhere: HTTPService {
    func begin(_ exchange: Exchange) {
        exchange.respond(ResponseHead(status: 404))
        exchange.finish()
    }
}
