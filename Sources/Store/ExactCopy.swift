package import Daybook
internal import DaybookJournal
internal import DaybookPlatform

/// A store read append by append, with all that tells one recording from another.
package struct ExactExport: Sendable {
    package let journal: EventID
    /// The name of the journal.
    package let name: String
    package let createdAt: Timestamp
    package let lastPosition: Position

    /// Reads all appends with events of a journal of the store in a folder as it stands, also beside a process that writes. `begin`
    /// is called first, then `body` with the events of each. Both are called on a thread that may block.
    /// - Parameter journal: its name; nil: `main`, where the store has no other.
    /// - Throws: `invalid` where the store has several journals and none is named; `notFound`, `corrupt`, `newerFormat`,
    ///   `inputOutput`, and what the two throw.
    package static func run(
        _ path: String, journal: String? = nil, compression: StoreCompression? = nil,
        begin: @escaping @Sendable (ExactExport) throws(StoreError) -> Void,
        _ body: @escaping @Sendable (EventBatch) throws(StoreError) -> Void
    ) async throws(StoreError) {
        let environment = EmbeddedStore.environment(at: path, compression)
        try await EmbeddedStore.blocking { () throws(StoreError) in
            let name = try JournalNames.only(journal, environment.disk)
            let reader = try ExactReader(of: environment, name: name)
            try begin(
                ExactExport(
                    journal: reader.journal, name: name, createdAt: reader.createdAt,
                    lastPosition: reader.lastPosition))
            try reader.forEachAppend(body)
        }
    }
}

/// A journal made of appends as they were recorded elsewhere: nobody sees it before it is finished. All its calls block.
package final class ExactStore {
    private var writer: ExactWriter
    /// Removes the folder of the store, where it was made for this.
    private let unmake: () -> Void

    /// Begins one in a store that has no journal of the name; a folder that is empty or absent becomes a store.
    /// - Throws: `invalid` where it has, or the folder holds anything else; `locked`, `diskFull`, `readOnly`,
    ///   `inputOutput`.
    package static func begin(
        at path: String, name: String, journal: EventID, createdAt: Timestamp
    ) throws(StoreError) -> ExactStore {
        try JournalName.validate(name)
        let disk = LinuxDisk(root: path)
        let unmake = try EmbeddedStore.make(disk)
        do throws(StoreError) {
            let writer = try ExactWriter.begin(
                in: EmbeddedStore.environment(at: disk.root), name: name, journal: journal,
                createdAt: createdAt)
            return ExactStore(writer, unmake)
        } catch {
            unmake()
            throw error
        }
    }

    package var lastPosition: Position { writer.lastPosition }

    /// Adds the events of one append.
    /// - Throws: `invalid` where one cannot follow what is there, with its position; `diskFull`, `inputOutput`.
    package func add(_ append: [ExactEvent]) throws(StoreError) {
        try writer.add(append)
    }

    /// Makes the journal whole.
    /// - Throws: `diskFull`, `readOnly`, `inputOutput`.
    package func finish() throws(StoreError) { try writer.finish() }

    /// Gives up, and leaves the folder as it was found.
    package func discard() {
        writer.discard()
        unmake()
    }

    private init(_ writer: consuming ExactWriter, _ unmake: @escaping () -> Void) {
        self.writer = writer
        self.unmake = unmake
    }
}
