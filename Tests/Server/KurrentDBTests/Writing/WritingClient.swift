import Daybook
import DaybookDesk
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookPlatform
import DaybookProtobuf
import DaybookServerTesting
import DaybookStore
import Synchronization

/// A client of the writing methods without a socket, and the store behind them, in memory.
final class WritingClient {
    let store: EmbeddedStore
    /// What the methods tell of their work.
    let told = Told()
    private let router: GRPCRouter

    init(incomingBytesMax: Int = 1 << 20, disk: any Disk = MemoryDisk()) async throws {
        store = try await EmbeddedStore.open(on: disk)
        var router = GRPCRouter()
        var around = StoreDesk.Surroundings(
            time: FixedTime(), places: CountedPlaces(), incomingBytesMax: incomingBytesMax)
        around.appended = { [told] in told.count($0, $1) }
        around.note = { [told] in told.note($0) }
        WritingDesk(StoreDesk(store, around).appends).add(to: &router)
        NodeDesk(
            id: EventID(high: 1, low: 2), host: "localhost", port: 2113, version: "1.2.3",
            time: FixedTime()
        ).add(to: &router)
        self.router = router
    }

    /// Begins a call.
    func begin(_ path: String) -> HandCall { HandCall(to: path, router) }

    /// Makes a call with some messages, and waits for its end.
    func call(_ path: String, _ messages: [[UInt8]]) async -> Answer {
        let call = begin(path)
        call.send(all: messages)
        await call.finish()
        return Answer(call.answer)
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
    let messages: [[UInt8]]
    /// The fields that say how the call ended.
    let status: HTTPFields
    let code: GRPCStatus.Code?

    fileprivate init(_ answer: KeptAnswer) {
        messages = answer.messages
        status = answer.status ?? [:]
        code = answer.code
    }
}

/// What was counted and noted.
final class Told: Sendable {
    private let state = Mutex((events: [Int](), errors: [StoreError.Code]()))

    func count(_ events: Int, _ nanoseconds: Int64) {
        // Of a clock that stands still.
        precondition(nanoseconds == 0, "it is told how long the append took")
        state.withLock { $0.events.append(events) }
    }
    func note(_ error: StoreError) { state.withLock { $0.errors.append(error.code) } }

    /// Of each append the number of its events.
    var events: [Int] { state.withLock { $0.events } }
    var errors: [StoreError.Code] { state.withLock { $0.errors } }
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
    to stream: String = "account-1", isFinal: Bool = true, seconds: Int64? = nil
) -> [UInt8] {
    message { writer in
        writer.message(1) { $0.string(2, correlation.description) }
        if let expected {
            writer.message(2) { writer in
                write(stream, expected, into: &writer)
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

/// A clock that stands still, a second after 1970 began.
struct FixedTime: TimeSource {
    func wallMicroseconds() -> Int64 { 1_000_000 }
    func bootNanoseconds() -> Int64 { 5_000_000_000 }
}
