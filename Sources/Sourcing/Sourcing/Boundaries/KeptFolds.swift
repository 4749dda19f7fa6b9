internal import Daybook
internal import Synchronization

/// The states that boundaries have read, kept in memory: the next decision reads what has come behind them.
///
/// All is forgotten when the store was restored, and by whoever finds that a compaction has begun behind a state: it removes
/// events of deleted and of truncated streams that queries found until then. It does so little by little: what is read
/// meanwhile may know some of them for as long as it is kept.
final class KeptFolds: Sendable {
    /// What positions are of: another one where a store was restored.
    private struct JournalEpoch: Hashable {
        let journal: EventID
        let epoch: UInt64
    }

    private struct Current {
        var epoch: JournalEpoch?
        var shelf: FoldShelf
    }

    private let current: Mutex<Current>
    private let countMax: Int

    /// - Parameter countMax: How many are kept of each type; 0: none.
    init(countMax: Int) {
        self.countMax = countMax
        current = Mutex(Current(shelf: FoldShelf(countMax: countMax)))
    }

    /// What is recorded when a compaction begins.
    static let compactions = Query.Item(
        types: [SystemType.compactionPoint], stream: StreamName.journal)

    /// Where states are kept by now: an empty one where positions are not what they were.
    /// - Parameter head: the last position, as it is now.
    func shelf(at head: Checkpoint) -> FoldShelf {
        let epoch = JournalEpoch(journal: head.journal, epoch: head.epoch)
        return current.withLock { current in
            if current.epoch != epoch {
                current = Current(epoch: epoch, shelf: FoldShelf(countMax: countMax))
            }
            return current.shelf
        }
    }

    /// Forgets all that is on a shelf, as events may have been removed; what is kept on it from now on is not found.
    func forget(_ shelf: FoldShelf) {
        current.withLock { current in
            if current.shelf === shelf { current.shelf = FoldShelf(countMax: countMax) }
        }
    }
}

/// States that are kept together, until all of them are forgotten.
final class FoldShelf: Sendable {
    /// A state, and up to which position all of its events are in it.
    struct Kept<State: Sendable>: Sendable {
        var state: State
        var reached: Position
    }

    /// By the type of the fold.
    private let caches = Mutex<[ObjectIdentifier: any AnyObject & Sendable]>([:])
    private let countMax: Int

    fileprivate init(countMax: Int) { self.countMax = countMax }

    /// The states of folds of one type, by the fold; nil where none are kept.
    func cache<Part: QueriedFold>(of part: Part.Type) -> StateCache<Part, Kept<Part.State>>? {
        typealias Cache = StateCache<Part, Kept<Part.State>>
        if countMax == 0 { return nil }
        return caches.withLock { caches in
            if let made = caches[ObjectIdentifier(part)] as? Cache { return made }
            let made = Cache(countMax: countMax)
            caches[ObjectIdentifier(part)] = made
            return made
        }
    }
}
