internal import Daybook
internal import Synchronization

/// The states that boundaries have read, kept in memory: the next decision reads what has come behind them.
///
/// All is forgotten when the store was restored, and when a compaction was begun, which removes events of deleted and of
/// truncated streams that queries found until then. It does so little by little: a state that is read meanwhile may know
/// some of them for as long as it is kept.
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
        /// Counts up when all is forgotten: what was read before is not kept any more.
        var generation = 0
        var epoch: JournalEpoch?
        /// Up to where no compaction was begun.
        var checked: Position = 0

        mutating func forget(at position: Position) {
            caches = [:]
            generation += 1
            checked = position
        }
    }

    private let shelves = Mutex(Shelves())
    private let countMax: Int

    /// - Parameter countMax: How many are kept of each type; 0: none.
    init(countMax: Int) { self.countMax = countMax }

    private static let compactions = Query([Query.Item(types: [SystemType.compactionPoint])])

    /// Forgets all where events may have been removed since the last look.
    /// - Parameter head: the last position, as it is now.
    /// - Returns: the generation in which states may be taken and kept.
    func look(upTo head: Checkpoint, in store: any EventStore) async throws -> Int {
        if countMax == 0 { return 0 }
        let epoch = JournalEpoch(journal: head.journal, epoch: head.epoch)
        let (checked, generation) = shelves.withLock { shelves in
            if shelves.epoch != epoch {
                shelves.epoch = epoch
                shelves.forget(at: head.position)
            }
            return (shelves.checked, shelves.generation)
        }
        // Others may have looked further already.
        if head.position <= checked { return generation }
        let cursor = try store.cursor(
            Read(
                .query(Self.compactions), from: .position(checked + 1), limit: 1,
                includesSystemStreams: true))
        let isForgotten = try await cursor.next() != nil
        return shelves.withLock { shelves in
            if shelves.generation == generation {
                if isForgotten { shelves.forget(at: head.position) }
                shelves.checked = max(shelves.checked, head.position)
            }
            return shelves.generation
        }
    }

    /// The state of a fold.
    func state<Part: QueriedFold>(of fold: Part) -> Kept<Part.State>? {
        countMax == 0 ? nil : cache(of: Part.self)[fold]
    }

    /// Keeps the state of a fold, unless all was forgotten since it was read.
    func keep<Part: QueriedFold>(_ kept: Kept<Part.State>, of fold: Part, in generation: Int) {
        if countMax == 0 { return }
        let cache = cache(of: Part.self)
        shelves.withLock { shelves in
            if shelves.generation == generation { cache.keep(kept, as: fold) }
        }
    }

    private func cache<Part: QueriedFold>(of part: Part.Type) -> StateCache<Part, Kept<Part.State>>
    {
        typealias Cache = StateCache<Part, Kept<Part.State>>
        return shelves.withLock { shelves in
            if let made = shelves.caches[ObjectIdentifier(part)] as? Cache { return made }
            let made = Cache(countMax: countMax)
            shelves.caches[ObjectIdentifier(part)] = made
            return made
        }
    }
}
