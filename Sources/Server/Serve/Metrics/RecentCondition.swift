internal import DaybookPlatform
internal import DaybookStore
internal import Synchronization

/// The condition of a journal, asked once for all rows of a page.
final class RecentCondition: Sendable {
    private let store: EmbeddedStore
    private let time: any TimeSource
    private let last = Mutex<(condition: JournalCondition, askedAt: Int64)?>(nil)
    /// What is younger is good enough.
    private static let nanosecondsMax: Int64 = 100_000_000

    init(_ store: EmbeddedStore, time: any TimeSource) {
        self.store = store
        self.time = time
    }

    func now() -> JournalCondition {
        let now = time.bootNanoseconds()
        let known = last.withLock { $0 }
        if let known, now - known.askedAt < Self.nanosecondsMax { return known.condition }
        let condition = store.condition()
        last.withLock { $0 = (condition, now) }
        return condition
    }
}
