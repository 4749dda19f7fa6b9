internal import Daybook
internal import DaybookPlatform
internal import Synchronization

/// Writes the parts of an index that are in memory as runs, and merges runs, away from everybody else.
final class IndexKeeper: Sendable {
    private struct State {
        /// A thread runs it.
        var isRunning = false
        /// There may be something to do.
        var isAwake = true
        /// There is nothing to do.
        var isIdle = false
        var isStopped = false
        /// Files of runs to be made again.
        var damaged: Set<String> = []
        /// Those of them that cannot be made again before the next opening.
        var unmendable: Set<String> = []
        /// The last run could not be written.
        var isFailing = false
    }

    private let index: JournalIndex
    private let files: IndexFiles
    private let randomness: any Randomness
    private let options: JournalOptions
    /// What it asks of the journal. In a struct: a closure by itself would be wrapped once more each time it is taken out
    /// of a mutex, and left there so.
    private struct Journal {
        /// Whether a segment is sealed for good.
        var isSealed: @Sendable (UInt64) -> Bool = { _ in true }
        /// The segments there are.
        var segments: (@Sendable () -> [Segment])?
    }
    private let journal = Mutex(Journal())
    private let state = Monitor(State())
    private let thread = Mutex<Thread?>(nil)

    init(
        _ index: JournalIndex, _ files: IndexFiles, randomness: any Randomness,
        options: JournalOptions
    ) {
        self.index = index
        self.files = files
        self.randomness = randomness
        self.options = options
    }

    /// Waits with every part until its last segment is sealed for good: what an opening would cut elsewhere is not
    /// to be relied on.
    func keep(_ view: JournalView, _ preparer: SegmentPreparer) {
        journal.withLock { journal in
            journal.segments = { [weak view] in view?.allSegments ?? [] }
            journal.isSealed = { [preparer] in preparer.isSealed($0) }
        }
        preparer.afterManifest { [weak self] in self?.wake() }
    }

    /// Starts a thread that works until `stop`.
    func start(_ start: JournalEnvironment.ThreadStart) throws(Errno) {
        state.withLock { $0.isRunning = true }
        do throws(Errno) {
            let started = try start("daybook-index") { self.run() }
            thread.withLock { $0 = started }
        } catch {
            state.withLock { $0.isRunning = false }
            throw error
        }
    }

    private func run() {
        var isTidy = false
        while true {
            let (outcome, stops) = state.wait(
                timeoutNanoseconds: isTidy ? nil : options.indexIdleNanoseconds,
                until: { $0.isAwake || $0.isStopped },
                then: { state, outcome in
                    state.isAwake = false
                    state.isIdle = false
                    return (outcome, state.isStopped)
                })
            if stops { return }
            isTidy = outcome == .timedOut
            // In a quiet moment more is merged than appends could bear: the fewer runs, the faster the answers.
            while work(merging: isTidy ? 2 : options.indexMergeRuns) {
                if isTidy && state.withLock({ $0.isAwake }) { break }
            }
            if isTidy {
                // What was written and merged has left much behind.
                Host.returnFreedMemory()
                state.withLock { $0.isIdle = !$0.isAwake }
                state.broadcast()
            }
        }
    }

    /// There may be something to do.
    func wake() {
        state.withLock { $0.isAwake = true }
        state.broadcast()
    }

    /// Writes the parts that can be written, once its thread has ended: for what was closed in order nothing has to be
    /// indexed again.
    func finish() {
        _ = writeWaiting()
    }

    /// Ends its thread, if it has one. Blocks.
    func stop() {
        state.withLock { $0.isStopped = true }
        state.broadcast()
        thread.withLock { $0.take() }?.join()
    }

    /// Waits until little enough is in memory only, or it is clear that it will not become less.
    func waitForRoom() {
        if isInTime { return }
        state.wait(
            until: { !$0.isRunning || $0.isStopped || $0.isFailing || isInTime },
            then: { _ in })
    }

    /// Has parts written until little enough is in memory only: by its thread, else on this one.
    func makeRoom() {
        if state.withLock({ $0.isRunning }) { return waitForRoom() }
        while !isInTime && work(merging: options.indexMergeRuns) {}
    }

    /// Waits until there is nothing to do, or nobody to do it.
    func waitUntilIdle() {
        state.wait(
            until: { !$0.isRunning || $0.isStopped || $0.isIdle && !$0.isAwake }, then: { _ in })
    }

    /// What cannot be written yet is not waited for: it may be waiting for the writer itself.
    private var isInTime: Bool {
        let unwritten = index.unwritten
        guard let oldest = unwritten.parts.first, unwritten.bytes > options.indexLagBytesMax else {
            return true
        }
        return !isWritable(oldest)
    }

    /// The oldest part in memory, if its segments are sealed for good.
    private var nextToWrite: FrozenIndex? {
        index.unwritten.parts.first.flatMap { isWritable($0) ? $0 : nil }
    }

    private func isWritable(_ frozen: FrozenIndex) -> Bool {
        journal.withLock { $0 }.isSealed(frozen.extent.end.serial)
    }

    /// One step: writes the oldest part in memory, or else merges some runs; whether there was one to do.
    /// - Parameter count: as many runs of about the same size are merged into one.
    func work(merging count: Int) -> Bool {
        if isStopped { return false }
        defer { state.broadcast() }
        let parts = index.parts.all
        do throws(RunFailure) {
            if let path = state.withLock({ $0.damaged.popFirst() }) {
                return try remake(path, parts)
            }
            if let frozen = nextToWrite {
                try write(frozen)
                return true
            }
            return try merge(parts, count)
        } catch {
            // It is tried again when the next segment is full. Until then the parts stay where they are.
            if case .stopped = error { return false }
            state.withLock { $0.isFailing = true }
            return false
        }
    }

    /// Writes a part, and puts the run in its place.
    private func write(_ frozen: FrozenIndex) throws(RunFailure) {
        index.replace(frozen.extent.positions, with: [try run(of: frozen)])
        state.broadcast()
    }

    /// Writes the parts that can be written, in the middle of something longer: appends may wait for it. Whether none
    /// failed.
    private func writeWaiting() -> Bool {
        do throws(RunFailure) {
            while let frozen = nextToWrite { try write(frozen) }
            return true
        } catch {
            state.withLock { $0.isFailing = true }
            state.broadcast()
            return false
        }
    }

    private func run(of frozen: FrozenIndex) throws(RunFailure) -> Run {
        try write(frozen.extent.positions) { path, randomID throws(RunFailure) in
            try frozen.write(
                to: path, on: files.disk, randomID: randomID, hash: index.hash,
                filterBytesMax: files.filterBytesMax)
        }
    }

    private func merge(_ parts: [IndexPart], _ count: Int) throws(RunFailure) -> Bool {
        let runs = parts.compactMap { part in
            if case .run(let run) = part { run } else { nil }
        }
        let range = Self.mergeable(
            runs.map(\.eventCount), merging: count, least: options.indexRunEventsMin)
        guard let range else { return false }
        let merged = Array(runs[range])
        let unmendable = state.withLock { $0.unmendable }
        if merged.contains(where: { unmendable.contains($0.file.path) }) { return false }
        // What is done in a quiet moment is called off when it is over.
        let isQuiet = count < options.indexMergeRuns
        let first = merged[0].positions.lowerBound
        let last = merged[merged.count - 1].positions.upperBound
        let run: Run
        var isWriting = true
        do throws(RunFailure) {
            run = try write(first...last) { path, randomID throws(RunFailure) in
                try RunMerge(runs: merged, filterBytesMax: files.filterBytesMax).write(
                    to: path, on: files.disk, randomID: randomID,
                    isStopped: {
                        if isWriting { isWriting = writeWaiting() }
                        return isStopped || isQuiet && isAwake
                    })
            }
        } catch {
            if case .damaged(let path, _, _) = error { repair(path) }
            throw error
        }
        index.replace(first...last, with: [run])
        files.syncNames()
        files.remove(merged.map(\.file.path))
        return true
    }

    // MARK: Repairing

    /// Has a run made again that is damaged.
    func repair(_ path: String) {
        state.withLock { state in
            if state.unmendable.contains(path) { return }
            state.damaged.insert(path)
            state.isAwake = true
        }
        state.broadcast()
    }

    /// Makes the runs of a stretch again from its segments, in pieces as small as they were at first.
    private func remake(_ path: String, _ parts: [IndexPart]) throws(RunFailure) -> Bool {
        let place = parts.firstIndex { part in
            if case .run(let run) = part { run.file.path == path } else { false }
        }
        guard let place, let segments = journal.withLock({ $0 }).segments else { return true }
        let extent = parts[place].extent
        let pieces = RunRemaker(
            extent: extent, before: place == 0 ? SegmentEnd() : parts[place - 1].extent.end,
            hash: index.hash, countMin: options.indexRunEventsMin)
        var runs: [Run] = []
        var isWriting = true
        do throws(RunFailure) {
            try pieces.forEach(in: segments()) { frozen throws(RunFailure) in
                if isStopped { throw .stopped }
                runs.append(try run(of: frozen))
                if isWriting { isWriting = writeWaiting() }
            }
        } catch {
            files.remove(runs.map(\.file.path))
            state.withLock { _ = $0.unmendable.insert(path) }
            throw error
        }
        index.replace(extent.positions, with: runs)
        files.syncNames()
        files.remove([path])
        return true
    }

    private var isAwake: Bool { state.withLock { $0.isAwake } }
    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func write(
        _ range: ClosedRange<Position>, _ body: (String, UInt64) throws(RunFailure) -> Int
    ) throws(RunFailure) -> Run {
        let randomID = randomness.next()
        let aside = files.aside(range, randomID)
        let run: Run
        do throws(RunFailure) {
            try files.makeFolder()
            _ = try body(aside, randomID)
            run = try files.adopt(range, randomID)
        } catch {
            files.remove([aside])
            throw error
        }
        state.withLock { $0.isFailing = false }
        state.broadcast()
        return run
    }

    /// Which neighbouring runs to merge, by their events, oldest first; nil where it can wait.
    ///
    /// Runs are of a tier by the logarithm of their size. As many neighbours of one tier as `count` become one of the
    /// next; so each event is written again once a tier, and there are fewer than that many runs of each. A
    /// smaller run before a larger one is left of a repair, and goes with it.
    /// - Parameter least: the events of a run that was not merged, at least.
    static func mergeable(_ sizes: [Int], merging count: Int, least: Int) -> Range<Int>? {
        let tiers = sizes.map { size in
            var tier = 0
            var most = least * count
            while size >= most {
                tier += 1
                most *= count
            }
            return tier
        }
        var first = 0
        for at in tiers.indices {
            if at > 0 && tiers[at] > tiers[at - 1] { return at - 1..<at + 1 }
            if at > 0 && tiers[at] != tiers[at - 1] { first = at }
            if at - first + 1 == count { return first..<at + 1 }
        }
        return nil
    }
}

extension Run {
    var eventCount: Int { Int(positions.upperBound - positions.lowerBound) + 1 }
}
