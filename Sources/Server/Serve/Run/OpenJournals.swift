internal import Daybook
internal import DaybookStore
internal import Synchronization

/// The journals that a server has open: the one it was started with, and each other once a client has named it.
final class OpenJournals: Sendable {
    private let stores: Mutex<[EmbeddedStore]>

    init(_ first: EmbeddedStore) { stores = Mutex([first]) }

    var all: [EmbeddedStore] { stores.withLock { $0 } }

    func add(_ store: EmbeddedStore) { stores.withLock { $0.append(store) } }

    /// Why some of them take no more appends, in words; nil: all do.
    var reasonAgainst: String? {
        let reasons = all.compactMap { store in
            store.failure.map {
                "Journal '\(store.journalName)' takes no more appends: \($0.why). \($0.remedy)"
            }
        }
        return reasons.isEmpty ? nil : reasons.joined(separator: " ")
    }
}
