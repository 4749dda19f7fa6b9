package import Daybook
internal import DaybookJournal
internal import DaybookPlatform

/// A store read append by append, with all that tells one recording from another.
package struct ExactExport: Sendable {
    package let journal: EventID
    package let createdAt: Timestamp
    package let lastPosition: Position

    /// Reads all appends with events of the store in a folder as it stands, also beside a process that writes. `begin`
    /// is called first, then `body` with the events of each. Both are called on a thread that may block.
    /// - Throws: `notFound`, `corrupt`, `newerFormat`, `inputOutput`, and what the two throw.
    package static func run(
        _ path: String, begin: @escaping @Sendable (ExactExport) throws(StoreError) -> Void,
        _ body: @escaping @Sendable (EventBatch) throws(StoreError) -> Void
    ) async throws(StoreError) {
        let environment = EmbeddedStore.environment(at: path)
        try await EmbeddedStore.blocking { () throws(StoreError) in
            let reader = try ExactReader(of: environment)
            try begin(
                ExactExport(
                    journal: reader.journal, createdAt: reader.createdAt,
                    lastPosition: reader.lastPosition))
            try reader.forEachAppend(body)
        }
    }
}

/// A store made of appends as they were recorded elsewhere: nobody sees it before it is finished. All its calls block.
package final class ExactStore {
    private var writer: ExactWriter

    /// Begins one in a folder that is empty or absent.
    /// - Throws: `invalid` where it is not empty; `locked`, `diskFull`, `readOnly`, `inputOutput`.
    package static func begin(
        at path: String, journal: EventID, createdAt: Timestamp
    ) throws(StoreError) -> ExactStore {
        let disk = try EmbeddedStore.made(path)
        return ExactStore(
            writer: try ExactWriter.begin(
                in: EmbeddedStore.environment(at: disk.root), journal: journal,
                createdAt: createdAt))
    }

    package var lastPosition: Position { writer.lastPosition }

    /// Adds the events of one append.
    /// - Throws: `invalid` where one cannot follow what is there, with its position; `diskFull`, `inputOutput`.
    package func add(_ append: [RecordedEvent]) throws(StoreError) {
        try writer.add(append)
    }

    /// Makes the store whole.
    /// - Throws: `diskFull`, `readOnly`, `inputOutput`.
    package func finish() throws(StoreError) { try writer.finish() }

    /// Gives up, and leaves no store.
    package func discard() { writer.discard() }

    private init(writer: consuming ExactWriter) { self.writer = writer }
}
