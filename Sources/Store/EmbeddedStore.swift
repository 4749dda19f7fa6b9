public import Daybook

/// The store in your process: a folder, one writer, any number of readers.
public final class EmbeddedStore: EventStore {
    /// How a folder is opened.
    public enum Mode: Sendable {
        /// For writing; made where there is none.
        case createIfMissing
        /// For writing; `notFound` where there is none.
        case existing
        /// For reading only, also beside a process that writes: follows what it makes durable.
        case readOnly
    }

    /// Opens the store in a folder.
    /// - Throws: `notFound`, `locked`, `newerFormat`, `corrupt`, `diskFull`, `readOnly`, `inputOutput`.
    public static func open(
        at path: String, _ mode: Mode = .createIfMissing
    ) async throws(StoreError) -> EmbeddedStore { fatalError() }

    /// What opening found and did, in words for a person; empty after a clean stop.
    public var openingNotes: [String] { [] }

    public func statistics() async throws(StoreError) -> StoreStatistics { fatalError() }

    /// Reads everything in the folder and checks it, without changing anything.
    /// - Parameter progress: bytes looked at so far and in total.
    public static func verify(
        at path: String, progress: (Int, Int) -> Void
    ) async throws(StoreError) -> VerifyReport { fatalError() }

    public func append(_ append: Append) async throws(StoreError) -> Appended { fatalError() }
    public func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position { fatalError() }
    public func cursor(_ read: Read) throws(StoreError) -> any EventCursor { fatalError() }
    public func subscribe(
        _ subscription: Subscription
    ) async throws(StoreError) -> any SubscriptionCursor { fatalError() }
    public func head() async throws(StoreError) -> Checkpoint { fatalError() }
    public func stream(_ name: String) async throws(StoreError) -> StreamInfo { fatalError() }
    public func streams(
        prefix: String, after: String?, limit: Int
    ) async throws(StoreError) -> [StreamInfo] { fatalError() }
    public func record(
        owner: String, key: String
    ) async throws(StoreError) -> RecordValue? { fatalError() }
    public func records(
        owner: String, after: String?, limit: Int
    ) async throws(StoreError) -> [RecordValue] { fatalError() }
    public func tracking(_ consumer: String) async throws(StoreError) -> TrackingToken? {
        fatalError()
    }
    public func close() async throws(StoreError) { fatalError() }
}
