internal import Daybook
internal import DaybookPlatform
internal import Synchronization

// A merge goes in steps. Between two of them the parts that wait in memory are written, damaged runs are made again, and
// smaller merges behind it that are due go first. Beside appends it waits, so that it writes no more than so many bytes a
// second. What fails in the middle of it does not end it, unless it is one of its own runs that is damaged.
extension IndexKeeper {
    /// Merges some runs; whether there were any to merge.
    /// - Parameter count: as many runs of about the same size are merged into one; nil: as many as pay in a quiet moment.
    func merge(_ count: Int?) throws(RunFailure) -> Bool {
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

    /// A merge under way.
    private struct Merging {
        let runs: [Run]
        /// The files that it reads, and those of the merges around it.
        let files: Set<String>
        var throttle: Throttle
        /// How often it had been said that there may be something to do, when what was to be done beside it failed.
        var failedAt: Int?

        var sizeSum: Int { runs.reduce(0) { $0 + $1.size } }
        /// The last frame that it covers.
        var end: UInt64 { runs[runs.count - 1].footer.extent.end.frame }
    }

    /// - Parameter around: the files of the merges in the middle of which it is made.
    private func merge(_ runs: [Run], around: Set<String> = []) throws(RunFailure) {
        let merge = RunMerge(runs: runs, filterBytesMax: files.filterBytesMax)
        let paths = runs.map(\.file.path)
        var merging = Merging(
            runs: runs, files: around.union(paths),
            throttle: Throttle(bytesPerSecond: options.indexMergeBytesPerSecond, time: time))
        let run: Run
        do throws(RunFailure) {
            run = try write(merge.extent.positions) { path, randomID throws(RunFailure) in
                try merge.write(
                    to: path, on: files.disk, randomID: randomID,
                    stepBytes: options.indexMergeStepBytes
                ) { bytes throws(RunFailure) in try pause(bytes, &merging) }
            }
        } catch {
            // Nothing is wrong with the disk that would keep parts from being written.
            if case .damaged(let path, _, _, _) = error, repair(path) == .underWay {
                throw .stopped
            }
            throw error
        }
        index.replace(merge.extent, with: [run])
        files.syncNames()
        files.remove(paths)
    }

    /// Between two steps of a merge.
    private func pause(_ bytes: Int, _ merging: inout Merging) throws(RunFailure) {
        // What comes up from here on is heard by the wait below.
        let wakes = state.withLock { $0.wakes }
        // What it reads may be damaged, and be made again in pieces.
        if state.withLock({ $0.isStopped || !$0.damaged.isDisjoint(with: merging.files) }) {
            throw .stopped
        }
        // What fails is tried again when there may be more to do.
        if merging.failedAt != wakes { merging.failedAt = workBeside(merging) ? nil : wakes }
        let holdsUp = merging.failedAt == nil && mergeable(behind: merging) != nil
        if !holdsUp && isInTime && isBesideAppends {
            merging.throttle.pay(bytes) { wait(nanoseconds: $0, since: wakes) }
        }
    }

    /// Does what is due in the middle of a merge, which goes on whatever becomes of that; whether it went well.
    private func workBeside(_ merging: Merging) -> Bool {
        var isWell = writeWaiting()
        while canRemake, let path = state.withLock({ $0.takeDamaged(except: merging.files) }) {
            isWell = attempt { () throws(RunFailure) in try remake(path) } && isWell
        }
        // Of less than half the size: the merges within merges are few.
        while isWell, let smaller = mergeable(behind: merging),
            smaller.reduce(0, { $0 + $1.size }) < merging.sizeSum / 2
        {
            isWell = attempt { () throws(RunFailure) in
                try merge(smaller, around: merging.files)
            }
        }
        return isWell
    }

    private func mergeable(behind merging: Merging) -> [Run]? {
        mergeable(options.indexMergeRuns, behind: merging.end)
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

    /// The runs in its folder: of a journal that is only read, those that it has written itself.
    var runs: [Run] {
        let own = files.folder + "/"
        return index.parts.all.compactMap { part in
            if case .run(let run) = part, run.file.path.hasPrefix(own) { run } else { nil }
        }
    }

    /// The runs to merge next, of those behind a frame. One that could not be made again stays as it is, and those on
    /// both sides of it are merged without it. One that ends where a journal was closed, in a segment that goes on, waits:
    /// it is left out where a crash takes that end away, and no more than it.
    private func mergeable(_ count: Int?, behind frame: UInt64 = 0) -> [Run]? {
        let unmendable = state.withLock { $0.unmendable }
        let isSealed = journal.withLock { $0.isSealed }
        let behind = runs.filter {
            $0.footer.extent.frameBefore >= frame && isSealed($0.footer.extent.end.serial)
        }
        for stretch in behind.split(whereSeparator: { unmendable[$0.file.path] != nil }) {
            let neighbours = Array(stretch)
            let sizes = neighbours.map(\.size)
            let range =
                count.map {
                    Self.mergeable(sizes, merging: $0, least: options.indexRunEventsMin)
                } ?? Self.mergeableAtRest(sizes)
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

    /// Which neighbouring runs to merge where nobody appends, by their sizes, oldest first; nil where it is not worth
    /// it: the oldest of which those behind it have at least a quarter, and all of these.
    ///
    /// Each run has all the names of its events in full. So few runs take up to half the room of many, and a look-up
    /// reads in fewer of them. An event is written again only when what it lies in grows by a quarter.
    static func mergeableAtRest(_ sizes: [Int]) -> Range<Int>? {
        var behind = sizes.reduce(0, +)
        for (at, size) in sizes.enumerated().dropLast() {
            behind -= size
            if behind >= size / 4 { return at..<sizes.count }
        }
        return nil
    }
}

extension Run {
    /// Events and system records that it covers.
    var size: Int { positions.count + Int(footer.extent.end.record - footer.extent.recordBefore) }
}
