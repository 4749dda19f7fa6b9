internal import Daybook
internal import DaybookPlatform

// A merge goes in steps. Between two of them the parts that wait in memory are written, smaller merges behind it that are
// due go first, and beside appends it waits, so that it writes no more than so many bytes a second.
extension IndexKeeper {
    /// Merges some runs; whether there were any to merge.
    /// - Parameter count: as many runs of about the same size are merged into one.
    func merge(_ count: Int) throws(RunFailure) -> Bool {
        // What is damaged is made again first.
        if repairsAgain() || state.withLock({ !$0.damaged.isEmpty }) { return false }
        guard let runs = mergeable(count) else { return false }
        try merge(runs)
        return true
    }

    /// Has the runs made again that could not be, once it is time to try that anew; whether there are any.
    private func repairsAgain() -> Bool {
        let unmendable = state.withLock { $0.unmendable }
        if unmendable.isEmpty { return false }
        let paths = runs.map(\.file.path).filter { unmendable[$0] != nil }
        return paths.reduce(false) { repair($1) == .underWay || $0 }
    }

    /// How far a merge has come.
    private struct Progress {
        var throttle: Throttle
        /// How often it had been said that there may be something to do, when a part could not be written.
        var failedAt: Int?
    }

    private func merge(_ runs: [Run]) throws(RunFailure) {
        let extent = RunMerge(runs: runs).extent
        var progress = Progress(
            throttle: Throttle(bytesPerSecond: options.indexMergeBytesPerSecond, time: time))
        let run: Run
        do throws(RunFailure) {
            run = try write(extent.positions) { path, randomID throws(RunFailure) in
                try RunMerge(runs: runs, filterBytesMax: files.filterBytesMax).write(
                    to: path, on: files.disk, randomID: randomID,
                    stepBytes: options.indexMergeStepBytes
                ) { bytes throws(RunFailure) in try pause(runs, bytes, &progress) }
            }
        } catch {
            // Nothing is wrong with the disk that would keep parts from being written.
            if case .damaged(let path, _, _, _) = error, repair(path) == .underWay {
                throw .stopped
            }
            throw error
        }
        index.replace(extent, with: [run])
        files.syncNames()
        files.remove(runs.map(\.file.path))
    }

    /// Between two steps of a merge.
    private func pause(
        _ runs: [Run], _ bytes: Int, _ progress: inout Progress
    ) throws(RunFailure) {
        // What comes up from here on is heard by the wait below.
        let wakes = state.withLock { $0.wakes }
        // One of the runs may be damaged, and be made again in pieces.
        if state.withLock({ $0.isStopped || !$0.damaged.isEmpty }) { throw .stopped }
        // What cannot be written is tried again when there may be more of it.
        if progress.failedAt != wakes { progress.failedAt = writeWaiting() ? nil : wakes }
        // Of less than half the size: the merges within merges are few.
        let sizeMax = runs.reduce(0) { $0 + $1.size } / 2
        let end = runs[runs.count - 1].footer.extent.end.frame
        var behind = mergeable(options.indexMergeRuns, behind: end)
        while let smaller = behind, smaller.reduce(0, { $0 + $1.size }) < sizeMax {
            try merge(smaller)
            // The disk takes runs again.
            progress.failedAt = nil
            behind = mergeable(options.indexMergeRuns, behind: end)
        }
        let isLate = behind != nil || !isInTime
        if !isLate && isBesideAppends {
            progress.throttle.pay(bytes) { wait(nanoseconds: $0, since: wakes) }
        }
    }

    /// Whether something was taken in a moment ago.
    private var isBesideAppends: Bool {
        let frame = index.withLock { $0.frame }
        let now = time.bootNanoseconds()
        return state.withLock { state in
            if state.lastFrame.number != frame { state.lastFrame = (frame, now) }
            return now - state.lastFrame.seenAt < options.indexIdleNanoseconds
        }
    }

    /// Waits so long; false where something else came up since so many wakes, or there is no thread that may wait.
    private func wait(nanoseconds: Int64, since wakes: Int) -> Bool {
        state.wait(
            timeoutNanoseconds: nanoseconds,
            until: { !$0.isRunning || $0.isStopped || $0.wakes != wakes },
            then: { _, outcome in outcome == .timedOut })
    }

    private var runs: [Run] {
        index.parts.all.compactMap { part in
            if case .run(let run) = part { run } else { nil }
        }
    }

    /// The runs to merge next, of those behind a frame. One that could not be made again stays as it is, and those on
    /// both sides of it are merged without it.
    private func mergeable(_ count: Int, behind frame: UInt64 = 0) -> [Run]? {
        let unmendable = state.withLock { $0.unmendable }
        let behind = runs.filter { $0.footer.extent.frameBefore >= frame }
        for stretch in behind.split(whereSeparator: { unmendable[$0.file.path] != nil }) {
            let neighbours = Array(stretch)
            let range = Self.mergeable(
                neighbours.map(\.size), merging: count, least: options.indexRunEventsMin)
            if let range { return Array(neighbours[range]) }
        }
        return nil
    }

    /// Which neighbouring runs to merge, by their sizes, oldest first; nil where it can wait.
    ///
    /// Runs are of a tier by the logarithm of their size. As many neighbours of one tier as `count` become one of the
    /// next; so each event is written again once a tier, and there are fewer than that many runs of each. A
    /// smaller run before a larger one is left of a repair, and goes with it.
    /// - Parameter least: the size of a run that was not merged, at least.
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
    /// Events and system records that it covers.
    var size: Int { positions.count + Int(footer.extent.end.record - footer.extent.recordBefore) }
}
