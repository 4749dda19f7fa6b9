import Daybook
import DaybookStoreContract
import Synchronization

/// A store in which somebody is quicker each time: something is done right before each append.
struct MeddlingStore: ForwardingStore {
    let inner: ModelStore
    let meddle: @Sendable (ModelStore, Append) async throws(StoreError) -> Void

    init(
        _ inner: ModelStore,
        _ meddle: @escaping @Sendable (ModelStore, Append) async throws(StoreError) -> Void
    ) {
        self.inner = inner
        self.meddle = meddle
    }

    func append(_ append: Append) async throws(StoreError) -> Appended {
        try await meddle(inner, append)
        return try await inner.append(append)
    }
}

/// A store in which something happens right behind each look at its head.
struct BusyStore: ForwardingStore {
    let inner: ModelStore
    let meddle: @Sendable (ModelStore) async throws(StoreError) -> Void

    init(
        _ inner: ModelStore,
        _ meddle: @escaping @Sendable (ModelStore) async throws(StoreError) -> Void
    ) {
        self.inner = inner
        self.meddle = meddle
    }

    func head() async throws(StoreError) -> Checkpoint {
        let head = try await inner.head()
        try await meddle(inner)
        return head
    }
}

/// A store that another one takes the place of, as on a server that is restored from a backup.
final class RestoredStore: ForwardingStore {
    private let store: Mutex<ModelStore>
    var inner: ModelStore { store.withLock { $0 } }

    init(_ store: ModelStore) { self.store = Mutex(store) }

    func restore(_ backup: ModelStore) { store.withLock { $0 = backup } }
}

extension ModelStore {
    /// Records what a store records when a compaction begins.
    func beginCompaction() async throws(StoreError) {
        let event = RecordedEvent(
            stream: StreamName.journal, revision: try await stream(StreamName.journal).state.next,
            position: try await head().position + 1, recordedAt: Timestamp(microseconds: 0),
            event: Event(type: SystemType.compactionPoint, data: "{}"))
        try adopt([event])
    }
}
