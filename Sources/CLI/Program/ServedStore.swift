internal import Daybook
internal import DaybookClient
internal import DaybookStore
internal import Synchronization

/// A journal that a server has open, as commands use it.
final class ServedStore: OpenedStore {
    private let remote: RemoteStore
    private let appender: RemoteAppender
    /// The append that was submitted last: the next one is handed over behind it.
    private let last = Mutex<Task<Void, Never>?>(nil)

    /// Whoever waits at a terminal hears soon that there is no server.
    private static let connectPatience = Duration.seconds(2)

    /// - Parameter journal: nil: the one that the server was started with.
    static func connect(
        to server: ServerAddress, journal: String?
    ) async throws(StoreError) -> ServedStore {
        var options = RemoteStoreOptions()
        options.connectPatience = connectPatience
        return ServedStore(
            try await RemoteStore.connect(to: server, journal: journal, options: options))
    }

    private init(_ remote: RemoteStore) {
        self.remote = remote
        appender = remote.appender()
    }

    /// Whatever opening found, the server's log tells it.
    var openingNotes: [String] { [] }

    /// The journals of the server, each with its end; or the one that was named.
    func journals(_ named: String?) async throws(StoreError) -> [(name: String, head: Checkpoint)] {
        if let named { return [(named, try await remote.head())] }
        var found: [(name: String, head: Checkpoint)] = []
        for name in try await remote.journals() {
            found.append((name, try await remote.journal(name).head()))
        }
        return found
    }

    func submit(
        _ append: Append, from submitter: StoreSubmitter,
        done: @escaping @Sendable (Result<Appended, StoreError>) -> Void
    ) throws(StoreError) {
        last.withLock { last in
            let before = last
            last = Task { [appender] in
                await before?.value
                do throws(StoreError) {
                    try await appender.submit(append, done: done)
                } catch {
                    done(.failure(error))
                }
            }
        }
    }

    func append(_ append: Append) async throws(StoreError) -> Appended {
        try await remote.append(append)
    }
    func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position {
        try await remote.delete(stream, kind, expecting: condition)
    }
    func cursor(_ read: Read) throws(StoreError) -> any EventCursor { try remote.cursor(read) }
    func subscribe(
        _ subscription: Subscription
    ) async throws(StoreError) -> any SubscriptionCursor {
        try await remote.subscribe(subscription)
    }
    func head() async throws(StoreError) -> Checkpoint { try await remote.head() }
    func stream(_ name: String) async throws(StoreError) -> StreamInfo {
        try await remote.stream(name)
    }
    func streams(
        prefix: String, after: String?, limit: Int
    ) async throws(StoreError) -> [StreamInfo] {
        try await remote.streams(prefix: prefix, after: after, limit: limit)
    }
    func record(owner: String, key: String) async throws(StoreError) -> RecordValue? {
        try await remote.record(owner: owner, key: key)
    }
    func records(
        owner: String, after: String?, limit: Int
    ) async throws(StoreError) -> [RecordValue] {
        try await remote.records(owner: owner, after: after, limit: limit)
    }
    func tracking(_ consumer: String) async throws(StoreError) -> TrackingToken? {
        try await remote.tracking(consumer)
    }
    func close() async throws(StoreError) { try await remote.close() }
}
