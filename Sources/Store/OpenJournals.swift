internal import Daybook
internal import DaybookJournal
internal import Synchronization

/// The journals of a store that this process has opened together. For writing they share the store's lock; all of
/// them close with the first.
final class OpenJournals: Sendable {
    private struct State {
        /// By name, those that were not closed.
        var journals: [String: Journal] = [:]
        /// The journal that the store was opened with; nil when it is closed.
        var first: Journal?
    }

    let environment: JournalEnvironment
    private let mode: EmbeddedStore.Mode
    private let options: JournalOptions
    /// Held also while a journal is opened or closed: who asks for it meanwhile waits, on a thread that may.
    private let state = Mutex(State())

    init(
        _ environment: JournalEnvironment, _ mode: EmbeddedStore.Mode, _ options: JournalOptions
    ) {
        self.environment = environment
        self.mode = mode
        self.options = options
    }

    /// Opens the journal with which all others close. Blocks.
    func openFirst(_ name: String) throws(StoreError) -> Journal {
        try state.withLock { state throws(StoreError) in
            let journal = try open(name, creates: true, beside: nil)
            state.first = journal
            state.journals[name] = journal
            return journal
        }
    }

    /// Opens a journal, where it is not open. Blocks.
    /// - Parameter creates: whether it may be made where there is none, and the store was opened so.
    func open(_ name: String, creates: Bool) throws(StoreError) -> Journal {
        try state.withLock { state throws(StoreError) in
            guard let first = state.first else { throw .closed() }
            if let journal = state.journals[name] { return journal }
            let journal = try open(name, creates: creates, beside: first)
            state.journals[name] = journal
            return journal
        }
    }

    private func open(
        _ name: String, creates: Bool, beside first: Journal?
    ) throws(StoreError) -> Journal {
        if mode == .readOnly {
            return try Journal.openReadOnly(environment, name: name, options: options)
        }
        return try Journal.open(
            environment, name: name, createIfMissing: creates && mode == .createIfMissing,
            options: options, beside: first)
    }

    /// Closes a journal; with the first one all of them. Blocks.
    func close(_ journal: Journal) {
        state.withLock { state in
            if state.first === journal {
                for other in state.journals.values where other !== journal { other.close() }
                state.journals = [:]
                state.first = nil
            } else if state.journals[journal.name] === journal {
                state.journals[journal.name] = nil
            }
            // The lock of the store goes last.
            journal.close()
        }
    }

    /// What there is of each journal of the store. Blocks.
    func infos() throws(StoreError) -> [JournalInfo] {
        let open = try state.withLock { state throws(StoreError) in
            if state.first == nil { throw .closed() }
            return state.journals
        }
        return try JournalInfo.list(environment, open: open)
    }
}
