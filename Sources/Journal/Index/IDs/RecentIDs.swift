internal import Daybook
internal import DaybookPlatform
internal import Synchronization

/// Where the last events stand, by their ids: how an append without another rule is recognised.
///
/// It says where an event may stand, the last such place among few others; whether it does is read there. Generations
/// of half as many events as have to be known, so that nothing is ever taken out one by one. Up to 18 bytes for each
/// that has to be known: 19 MB for the window of a million.
///
/// What was recorded before the journal was opened is owed: it is read when somebody asks, or beside, so that opening
/// does not wait for it.
final class RecentIDs: Sendable {
    /// Some events whose ids were not taken in.
    struct Owed: Sendable {
        var positions: PositionSpan
        /// Tells `IDHash` of each. Blocks.
        var read: @Sendable () throws(StoreError) -> [UInt64]
    }

    fileprivate struct State {
        /// Oldest first.
        var generations: [IDGeneration] = []
        /// The last event that was taken in, or is owed.
        var last: Position
        /// Oldest first.
        var owed: [Owed] = []
        /// Why the oldest of them cannot be known, where reading it again would say the same.
        var damage: StoreError?
    }

    /// Events at and before it were never taken in.
    let start: Position
    private let capacity: Int
    /// Events of a generation.
    private let countMax: Int
    private let state: Mutex<State>
    /// Held by whoever reads what is owed.
    private let reading = Mutex<Void>(())
    private let isStopped = Atomic(false)

    /// Events in a generation are numbered in 24 bits.
    static let capacityMax = 1 << 24 - 2

    /// - Parameter capacity: so many of the last events are known at least.
    init(capacity: Int, after position: Position = 0) {
        precondition(capacity > 0 && capacity <= Self.capacityMax, "events have 24 bits")
        self.capacity = capacity
        countMax = (capacity + 1) / 2
        start = position
        state = Mutex(State(last: position))
    }

    /// Bytes of memory it holds, about.
    var memoryBytes: Int { state.withLock { $0.generations.reduce(0) { $0 + $1.memoryBytes } } }

    /// Takes in the next events; those it has already, and those before its start, are passed over.
    /// - Parameter hashes: `IDHash` of each.
    func add(_ hashes: borrowing Span<UInt64>, from first: Position) {
        state.withLock { state in
            precondition(first <= state.last + 1, "no event is passed over")
            let known = Int(min(state.last + 1 - first, Position(hashes.count)))
            state.generations.add(hashes, known..<hashes.count, at: state.last + 1, countMax)
            state.last += Position(hashes.count - known)
            state.forget(capacity)
        }
    }

    /// Leaves the next events to be read later.
    func owe(_ owed: Owed) {
        state.withLock { state in
            precondition(owed.positions.first == state.last + 1, "no event is passed over")
            state.last = owed.positions.last
            state.owed.append(owed)
            state.forget(capacity)
        }
    }

    /// Where events with some hashes may stand, with the index of the hash. What is owed is read first, where that may
    /// block; it takes some tens of milliseconds, once.
    /// - Throws: `wouldBlock`, and what reading says: of ids that cannot be known nothing is said.
    func candidates(
        for hashes: [(index: Int, hash: UInt64)], _ mode: ReadMode
    ) throws(ReadFailure) -> [(index: Int, position: Position)] {
        if isOwed {
            if mode == .cachedOnly { throw .wouldBlock }
            do throws(StoreError) { try readOwed { false } } catch { throw .failed(error) }
        }
        return state.withLock { state in
            var found: [(index: Int, position: Position)] = []
            // By number: taken out of the array one would be counted as held twice.
            for number in state.generations.indices {
                state.generations[number].find(hashes) { found.append(($0, $1)) }
            }
            return found
        }
    }

    // MARK: What is owed

    /// Whether something has to be read before it can be asked.
    var isOwed: Bool { state.withLock { !$0.owed.isEmpty } }

    /// Reads what is owed, as long as nobody says `stop`. For a thread that has nothing else to do.
    func readOwedBeside() {
        // Whoever needs what cannot be read hears of it.
        try? readOwed { isStopped.load(ordering: .relaxed) }
    }

    /// Nobody asks any more.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func readOwed(until isOver: () -> Bool) throws(StoreError) {
        let failure = reading.withLock { _ -> StoreError? in
            if let damage = state.withLock({ $0.damage }) { return damage }
            var (read, upTo, failure) = ([IDGeneration](), start, StoreError?.none)
            var failed: PositionSpan?
            for owed in state.withLock({ $0.owed }) where failure == nil && !isOver() {
                do throws(StoreError) {
                    let hashes = try owed.read()
                    read.add(hashes.span, 0..<hashes.count, at: owed.positions.first, countMax)
                    upTo = owed.positions.last
                } catch {
                    (failure, failed) = (error, owed.positions)
                }
            }
            let (taken, end, found, place) = (read, upTo, failure, failed)
            state.withLock { state in
                state.owed.removeAll { $0.positions.last <= end }
                // Unless it became too old meanwhile.
                if found?.isDamage == true, place == state.owed.first?.positions {
                    state.damage = found
                }
                state.generations = (taken + state.generations).sorted { $0.first < $1.first }
                state.forget(capacity)
            }
            return failure
        }
        if let failure { throw failure }
    }
}

extension RecentIDs.State {
    /// Forgets what nobody has to know any more.
    fileprivate mutating func forget(_ capacity: Int) {
        let known = last - min(last, Position(capacity))
        while let oldest = generations.first, oldest.end <= known + 1 { generations.removeFirst() }
        while let oldest = owed.first, oldest.positions.last <= known {
            owed.removeFirst()
            damage = nil
        }
    }
}

extension [IDGeneration] {
    /// Takes in events from a position on, in the last generation if they follow what it has.
    fileprivate mutating func add(
        _ hashes: borrowing Span<UInt64>, _ range: Range<Int>, at position: Position,
        _ countMax: Int
    ) {
        var next = range.lowerBound
        while next < range.upperBound {
            let first = position + Position(next - range.lowerBound)
            if isEmpty || self[count - 1].end != first || self[count - 1].room == 0 {
                append(IDGeneration(first: first, countMax: countMax))
            }
            let end = Swift.min(range.upperBound, next + self[count - 1].room)
            self[count - 1].insert(hashes, next..<end)
            next = end
        }
    }
}
