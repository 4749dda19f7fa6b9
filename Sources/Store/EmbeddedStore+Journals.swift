public import Daybook
internal import DaybookJournal
package import DaybookPlatform

// The journals of a store, and checkpoints over several of them.

extension EmbeddedStore {
    /// The name of the journal that this is.
    public var journalName: String { journal.name }

    /// Another journal of the store, with an order of its own: the one that is open, or else opened as the store
    /// was, so made by a store that may be. It closes with the store, or by itself.
    ///
    /// A journal open for writing has six threads, and memory of its own for its index.
    /// - Throws: `invalid`, `notFound`, `locked`, `newerFormat`, `corrupt`, `diskFull`, `readOnly`,
    ///   `inputOutput`, `closed`.
    public func journal(_ name: String) async throws(StoreError) -> EmbeddedStore {
        try await opened(name, creates: true)
    }

    /// The same for a journal that is there; none is made.
    package func existingJournal(_ name: String) async throws(StoreError) -> EmbeddedStore {
        try await opened(name, creates: false)
    }

    /// The names of the journals of the store, in order, the damaged ones included.
    package func journalNames() async throws(StoreError) -> [String] {
        try checkOpen()
        let disk = environment.disk
        return try await Self.blocking { () throws(StoreError) in try JournalNames.list(disk) }
    }

    private func opened(_ name: String, creates: Bool) async throws(StoreError) -> EmbeddedStore {
        try JournalName.validate(name)
        let siblings = siblings
        let journal = try await Self.blocking { () throws(StoreError) in
            try siblings.open(name, creates: creates)
        }
        return EmbeddedStore(journal, siblings)
    }

    /// The journals of the store, by name. Those that are not open are read for a moment, each about as long as its
    /// opening takes; one that cannot be read says why.
    /// - Throws: `inputOutput`, `closed`.
    public func journals() async throws(StoreError) -> [JournalInfo] {
        let siblings = siblings
        return try await Self.blocking { () throws(StoreError) in try siblings.infos() }
    }

    /// The journals of the store in a folder, by name, also beside a process that writes.
    /// - Parameters:
    ///   - path: the folder of the store.
    ///   - compression: as at its opening.
    /// - Throws: `notFound` where there is none, `inputOutput`.
    public static func journals(
        at path: String, compression: StoreCompression? = nil
    ) async throws(StoreError) -> [JournalInfo] {
        try await journals(on: LinuxDisk(root: path), compression: compression)
    }

    package static func journals(
        on disk: any Disk, compression: StoreCompression? = nil
    ) async throws(StoreError) -> [JournalInfo] {
        let environment = environment(on: disk, compression)
        return try await blocking { () throws(StoreError) in
            let infos = try JournalInfo.list(environment, open: [:])
            if infos.isEmpty { throw .notFound("journals/\(JournalName.main)") }
            return infos
        }
    }

    /// The end of every journal of the store. They are looked at one after the other: it is no one instant.
    /// - Throws: as `journals`, and what a journal cannot be read for.
    public func checkpoints() async throws(StoreError) -> CheckpointSet {
        var set = CheckpointSet()
        for info in try await journals() {
            if info.head == nil, let failure = info.failure { throw failure }
            try set.set(info.head, of: info.name)
        }
        return set
    }

    /// Checks that a checkpoint belongs to the history of this journal.
    /// - Throws: `wrongCheckpoint`, `corrupt`, `inputOutput`, `closed`.
    public func check(_ checkpoint: Checkpoint) async throws(StoreError) {
        try await answer(.check(checkpoint))
    }

    /// Checks that each checkpoint belongs to the history of the journal it is noted for. Journals that are not
    /// open are opened; none is made.
    /// - Throws: `wrongCheckpoint` and `notFound`, whose place names the journal, and as `journal`.
    public func check(_ checkpoints: CheckpointSet) async throws(StoreError) {
        for name in checkpoints.journals {
            guard let checkpoint = checkpoints[name] else { continue }
            let store = try await existingJournal(name)
            do throws(StoreError) { try await store.check(checkpoint) } catch {
                throw error.code == .wrongCheckpoint ? error.inJournal(name) : error
            }
        }
    }
}
