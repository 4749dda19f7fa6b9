package import Daybook
internal import DaybookGRPC
internal import DaybookProtobuf
internal import DaybookProtocol
internal import Synchronization

/// Appends to a journal of a server, decided in the order in which they are handed over, without waiting for the answer of
/// one before the next is sent.
package final class RemoteAppender: Sendable {
    /// Told what came of an append, on the thread of the connections: it may not wait.
    package typealias Done = @Sendable (Result<Appended, StoreError>) -> Void

    private let store: RemoteStore
    private let pipeline: Box
    private let room: AppendRoom
    private let numbers = Atomic<UInt64>(0)

    /// Appends that may be under way, and bytes of them.
    private static let appendsMax = 1_024
    private static let bytesMax = 32 << 20

    // Safe: the pipeline is only used on the loop of the channel.
    private final class Box: @unchecked Sendable {
        let pipeline: Pipeline
        init(_ pipeline: Pipeline) { self.pipeline = pipeline }
    }

    init(_ store: RemoteStore) {
        self.store = store
        room = AppendRoom(appends: Self.appendsMax, bytes: Self.bytesMax)
        pipeline = Box(Pipeline(store.caller, journal: store.journal))
    }

    deinit {
        store.caller.channel.post { [pipeline] _ in pipeline.pipeline.finish() }
    }

    /// Hands an append over, and returns when there is room for the next; `done` is called once. A refusal of one does not
    /// hold up those behind it.
    /// - Throws: `invalid`, `tooLarge`, `closed`: then `done` is not called.
    package func submit(_ append: Append, done: @escaping Done) async throws(StoreError) {
        try append.validate()
        try store.gate.enter()
        let number = numbers.wrappingAdd(1, ordering: .relaxed).newValue
        var writer = ProtobufWriter(capacity: 1_024)
        V1.encode(append, journal: store.journal, number: number, into: &writer)
        let message = writer.array
        await room.enter(message.count)
        let entry = Pipeline.Entry(
            number: number, message: message, rule: RepeatRule(append), before: store.knownPosition,
            end: Patience(store.caller).end
        ) { [store, room] result in
            if case .success(let appended) = result { store.note(appended.lastPosition) }
            room.leave(message.count)
            done(result)
            store.gate.leave()
        }
        store.caller.channel.post { [pipeline] room in pipeline.pipeline.add(entry, in: room) }
    }
}

extension RemoteStore {
    /// Begins to append without waiting for each answer.
    package func appender() -> RemoteAppender { RemoteAppender(self) }
}
