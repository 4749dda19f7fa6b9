import Daybook
import DaybookCompression
import DaybookJournal
import DaybookPlatform
import DaybookStoreContract
import Synchronization

@testable import DaybookStore

/// A store that one opening writes and another reads, as another process does: what the contract asks is answered by
/// the reader.
final class BesideStore: EventStore {
    let disk: any Disk
    let writer: EmbeddedStore
    let reader: EmbeddedStore

    /// - Parameter reader: one that was opened earlier; nil for a new one.
    init(_ disk: any Disk, reader: EmbeddedStore? = nil) async throws(StoreError) {
        self.disk = disk
        writer = try await EmbeddedStore.open(
            on: disk, options: ContractEngine.tinyOptions, compression: .zstd)
        if let reader {
            self.reader = reader
        } else {
            var options = ContractEngine.tinyOptions
            // It also looks by itself, at any moment.
            options.pollNanoseconds = 1_000_000
            options.openFilesMax = 4
            self.reader = try await EmbeddedStore.open(
                on: disk, .readOnly, options: options, compression: .zstd)
        }
    }

    func append(_ append: Append) async throws(StoreError) -> Appended {
        try await writer.append(append)
    }

    func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position {
        try await writer.delete(stream, kind, expecting: condition)
    }

    func compact(_ asked: RandomCompaction) async throws -> CompactionAnswer {
        defer { look() }
        return try await ContractEngine.compact(writer, asked)
    }

    /// The reader, once it sees all that was acknowledged.
    private var seeing: EmbeddedStore {
        let head = writer.journal.view.watermark.position
        var looksLeft = 10_000
        while reader.journal.view.watermark.position < head, looksLeft > 0 {
            looksLeft -= 1
            look()
        }
        return reader
    }

    private func look() { reader.journal.refresh() }

    func cursor(_ read: Read) throws(StoreError) -> any EventCursor {
        try seeing.cursor(read)
    }

    func subscribe(
        _ subscription: Subscription
    ) async throws(StoreError) -> any SubscriptionCursor {
        try await seeing.subscribe(subscription)
    }

    func head() async throws(StoreError) -> Checkpoint { try await seeing.head() }

    func stream(_ name: String) async throws(StoreError) -> StreamInfo {
        try await seeing.stream(name)
    }

    func streams(
        prefix: String, after: String?, limit: Int
    ) async throws(StoreError) -> [StreamInfo] {
        try await seeing.streams(prefix: prefix, after: after, limit: limit)
    }

    func record(owner: String, key: String) async throws(StoreError) -> RecordValue? {
        try await seeing.record(owner: owner, key: key)
    }

    func records(
        owner: String, after: String?, limit: Int
    ) async throws(StoreError) -> [RecordValue] {
        try await seeing.records(owner: owner, after: after, limit: limit)
    }

    func tracking(_ consumer: String) async throws(StoreError) -> TrackingToken? {
        try await seeing.tracking(consumer)
    }

    /// Ends the writer; the reader stays.
    func close() async throws(StoreError) { try await writer.close() }
}

extension ContractEngine {
    /// - Parameter keepsReader: whether one reader outlives all writers.
    static func beside(keepsReader: Bool) -> ContractEngine {
        @Sendable func followed(_ store: any EventStore, losesIndex: Bool) async throws
            -> BesideStore
        {
            guard let store = store as? BesideStore else {
                preconditionFailure("it is one that was made here")
            }
            if losesIndex { try removeIndex(store.disk) }
            if !keepsReader { try await store.reader.close() }
            return try await BesideStore(store.disk, reader: keepsReader ? store.reader : nil)
        }
        return ContractEngine(conditionCandidatesMax: tinyOptions.conditionCandidatesMax) {
            try await BesideStore(MemoryDisk())
        } reopen: { store in
            try await followed(store, losesIndex: false)
        } reopenWithoutIndex: { store in
            try await followed(store, losesIndex: true)
        } compact: { store, asked in
            guard let store = store as? BesideStore else {
                preconditionFailure("it is one that was made here")
            }
            return try await store.compact(asked)
        }
    }
}
