internal import Daybook
internal import DaybookPlatform
internal import Synchronization

/// Writes the parts of an index that are in memory as runs, and merges runs, away from everybody else.
final class IndexKeeper: Sendable {
    struct State {
        /// A thread runs it.
        var isRunning = false
        /// There may be something to do.
        var isAwake = true
        /// There is nothing to do.
        var isIdle = false
        var isStopped = false
        /// Files of runs to be made again.
        var damaged: Set<String> = []
        /// Those that could not be made again.
        var unmendable: [String: FailedRemake] = [:]
        /// The last run could not be written.
        var isFailing = false
        /// How often it was said that there may be something to do.
        var wakes = 0
        /// The last frame that a merge saw taken in, and when it saw it first.
        var lastFrame: (number: UInt64, seenAt: Int64) = (0, 0)

        /// The next run to be made again, of those that are not in use.
        mutating func takeDamaged(except inUse: Set<String> = []) -> String? {
            let path = damaged.first { !inUse.contains($0) }
            return path.flatMap { damaged.remove($0) }
        }
    }

    let index: JournalIndex
    let files: IndexFiles
    private let randomness: any Randomness
    let time: any TimeSource
    let options: JournalOptions
    /// Hears how it goes with what is made again.
    let remaking: (@Sendable (IndexRemaking) -> Void)?
    /// What it asks of the journal. In a struct: a closure by itself would be wrapped once more each time it is taken out
    /// of a mutex, and left there so.
    struct Journal {
        /// Whether a segment is sealed for good.
        var isSealed: @Sendable (UInt64) -> Bool = { _ in true }
        /// Whether the segment in which something ends goes on behind it.
        var goesOn: @Sendable (SegmentEnd) -> Bool = { _ in false }
        /// The segments there are.
        var segments: (@Sendable () -> [Segment])?
    }
    let journal = Mutex(Journal())
    let state = Monitor(State())
    private let thread = Mutex<Thread?>(nil)

    init(
        _ index: JournalIndex, _ files: IndexFiles, randomness: any Randomness,
        time: any TimeSource, options: JournalOptions,
        isSealed: @escaping @Sendable (UInt64) -> Bool = { _ in true },
        remaking: (@Sendable (IndexRemaking) -> Void)? = nil
    ) {
        self.index = index
        self.files = files
        self.randomness = randomness
        self.time = time
        self.options = options
        self.remaking = remaking
        journal.withLock { $0.isSealed = isSealed }
    }

    /// Waits with every part until its last segment is sealed for good: what an opening would cut elsewhere is not
    /// to be relied on.
    func keep(_ view: JournalView, _ preparer: SegmentPreparer) {
        journal.withLock { journal in
            journal.segments = { [weak view] in view?.allSegments ?? [] }
            journal.isSealed = { [preparer] in preparer.isSealed($0) }
            journal.goesOn = { [preparer] in preparer.goesOn(behind: $0) }
        }
        preparer.afterManifest { [weak self] in self?.wake() }
        // Runs may have been found damaged while there was nothing to make them again from.
        wake()
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
            while work(merging: isTidy ? nil : options.indexMergeRuns) {
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
        state.withLock { state in
            state.isAwake = true
            state.wakes += 1
        }
        state.broadcast()
    }

    /// Writes all that is in memory, also of the segment that goes on, once its thread has ended: of what was closed in
    /// order no more than a few events have to be indexed again. All of it is durable, and nothing is cut. Runs that
    /// somebody removed are made again, as long as that takes.
    func finish() {
        index.freeze(eventsMin: options.indexClosingEventsMin)
        // What cannot be written is made again by the next opening.
        while let frozen = index.unwritten.parts.first {
            guard let run = try? write(frozen) else { return }
            index.replace(frozen.extent, with: [run])
        }
        remakeMissing()
    }

    /// Has whoever waits look again.
    ///
    /// What they look at changes outside the monitor. Who saw it as it was before holds the monitor until it sleeps: so
    /// that it hears this, the monitor is entered first.
    func tell() {
        state.withLock { _ in }
        state.broadcast()
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
    var isInTime: Bool {
        let unwritten = index.unwritten
        guard let oldest = unwritten.parts.first, unwritten.bytes > options.indexLagBytesMax else {
            return true
        }
        return !isWritable(oldest)
    }

    private func isWritable(_ frozen: FrozenIndex) -> Bool {
        journal.withLock { $0 }.isSealed(frozen.extent.end.serial)
    }

    /// One step: writes the oldest part in memory, or else merges some runs; whether there was one to do.
    /// - Parameter count: as many runs of about the same size are merged into one; nil: as many as pay in a quiet moment.
    func work(merging count: Int?) -> Bool {
        if isStopped { return false }
        defer { tell() }
        if let next = index.unwritten.parts.first, isWritable(next) {
            missing.forEach { repair($0) }
        }
        var hasWorked = false
        // Where it fails it is tried again when the next segment is full. Until then the parts stay where they are.
        attempt { () throws(RunFailure) in
            if canRemake, let path = state.withLock({ $0.takeDamaged() }) {
                try remake(path)
                hasWorked = true
            } else {
                hasWorked = try writeNext() ? true : merge(count)
            }
        }
        return hasWorked
    }

    /// Writes the oldest part in memory, if its segments are sealed for good; whether there was one.
    func writeNext() throws(RunFailure) -> Bool {
        guard let frozen = index.unwritten.parts.first, isWritable(frozen) else { return false }
        index.replace(frozen.extent, with: [try write(frozen)])
        // Appends may wait for it.
        tell()
        return true
    }

    /// Writes the parts that can be written; whether that went well.
    @discardableResult
    func writeWaiting() -> Bool {
        attempt { () throws(RunFailure) in while try writeNext() {} }
    }

    /// Does something that other work goes on without where it fails: whoever waits for room hears that there will be
    /// none. Whether it went well.
    @discardableResult
    func attempt(_ body: () throws(RunFailure) -> Void) -> Bool {
        do throws(RunFailure) {
            try body()
            return true
        } catch {
            if case .stopped = error { return false }
            state.withLock { $0.isFailing = true }
            state.broadcast()
            return false
        }
    }

    func write(_ frozen: FrozenIndex) throws(RunFailure) -> Run {
        try write(frozen.extent.positions) { path, randomID throws(RunFailure) in
            try frozen.write(
                to: path, on: files.disk, randomID: randomID, hash: index.hash,
                filterBytesMax: files.filterBytesMax)
        }
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    func write(
        _ span: PositionSpan, _ body: (String, UInt64) throws(RunFailure) -> Int
    ) throws(RunFailure) -> Run {
        let randomID = randomness.next()
        let aside = files.aside(span, randomID)
        let run: Run
        do throws(RunFailure) {
            try files.makeFolder()
            _ = try body(aside, randomID)
            run = try files.adopt(span, randomID)
        } catch {
            files.remove([aside])
            throw error
        }
        state.withLock { $0.isFailing = false }
        state.broadcast()
        return run
    }
}
