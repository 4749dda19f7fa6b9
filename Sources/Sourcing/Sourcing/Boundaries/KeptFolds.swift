internal import Daybook
internal import Synchronization

/// The states that boundaries have read, kept in memory: the next decision reads what has come behind them.
///
/// All is forgotten when the store was restored, and by whoever finds that a compaction has begun behind a state: it removes
/// events of deleted and of truncated streams that queries found until then. It does so little by little: what is read
/// meanwhile may know some of them for as long as it is kept.
final class KeptFolds: Sendable {
    /// A state, and up to which position all of its events are in it.
    struct Kept<State: Sendable>: Sendable {
        var state: State
        var reached: Position
    }

    /// What positions are of: another one where a store was restored.
    private struct JournalEpoch: Hashable {
        let journal: EventID
        let epoch: UInt64
    }

    private struct Shelves {
        /// By the type of the fold.
        var caches: [ObjectIdentifier: any AnyObject & Sendable] = [:]
        var epoch: JournalEpoch?
    }

    private let shelves = Mutex(Shelves())
    private let countMax: Int

    /// - Parameter countMax: How many are kept of each type; 0: none.
    init(countMax: Int) { self.countMax = countMax }

    /// What is recorded when a compaction begins.
    static let compactions = Query.Item(
        types: [SystemType.compactionPoint], stream: StreamName.journal)

    /// Forgets all where positions are not what they were.
    /// - Parameter head: the last position, as it is now.
    func look(at head: Checkpoint) {
        let epoch = JournalEpoch(journal: head.journal, epoch: head.epoch)
        shelves.withLock { shelves in
            if shelves.epoch == epoch { return }
            shelves.epoch = epoch
            shelves.caches = [:]
        }
    }

    /// Forgets all: events may have been removed.
    func forget() { shelves.withLock { $0.caches = [:] } }

    /// The states of folds of one type, by the fold; nil where none are kept.
    func cache<Part: QueriedFold>(of part: Part.Type) -> StateCache<Part, Kept<Part.State>>? {
        typealias Cache = StateCache<Part, Kept<Part.State>>
        if countMax == 0 { return nil }
        return shelves.withLock { shelves in
            if let made = shelves.caches[ObjectIdentifier(part)] as? Cache { return made }
            let made = Cache(countMax: countMax)
            shelves.caches[ObjectIdentifier(part)] = made
            return made
        }
    }
}
