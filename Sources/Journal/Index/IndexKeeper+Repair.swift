internal import Daybook
internal import DaybookPlatform
internal import Synchronization

/// What becomes of a run that is damaged.
enum Remaking: Hashable, Sendable {
    /// It is made again from the events, by a thread.
    case underWay
    /// It could not be, for this reason; it is tried again when it is asked for later.
    case failed(String)
}

/// A run that could not be made again.
struct FailedRemake: Sendable {
    private(set) var why = ""
    private var tries = 0
    /// On the boot-time clock.
    private(set) var notBefore: Int64 = 0

    private static let delayNanoseconds: Int64 = 1_000_000_000
    private static let delayNanosecondsMax: Int64 = 600_000_000_000

    /// Tried again and again, ever less often: what it takes may be in the way for a moment, or for good.
    mutating func fail(_ why: String, at now: Int64) {
        self.why = why
        notBefore =
            now + min(Self.delayNanoseconds << Int64(min(tries, 20)), Self.delayNanosecondsMax)
        tries += 1
    }
}

extension IndexKeeper {
    /// Has a run made again that is damaged, unless that failed a moment ago.
    @discardableResult
    func repair(_ path: String) -> Remaking {
        let now = time.bootNanoseconds()
        let remaking = state.withLock { state -> Remaking in
            if let failed = state.unmendable[path], now < failed.notBefore {
                return .failed(failed.why)
            }
            state.damaged.insert(path)
            return .underWay
        }
        if remaking == .underWay { wake() }
        return remaking
    }

    /// Whether it is known of what runs are to be made again: not while the journal is being opened.
    var canRemake: Bool { journal.withLock { $0 }.segments != nil }

    /// Files of runs that are gone, one by one or with their folder: this process does without, and no other does.
    var missing: [String] {
        if !canRemake { return [] }
        return runs.map(\.file.path).filter { (try? files.disk.exists($0)) == false }
    }

    /// Makes those again, once its thread has ended; what cannot be made, the next opening makes.
    func remakeMissing() {
        do throws(RunFailure) {
            for path in missing { try remake(path, untilStopped: false) }
        } catch {
            return
        }
    }

    /// Makes the runs of a stretch again from its segments, in pieces as small as they were at first.
    func remake(_ path: String, untilStopped: Bool = true) throws(RunFailure) {
        let parts = index.parts.all
        let place = parts.firstIndex { part in
            if case .run(let run) = part { run.file.path == path } else { false }
        }
        let journal = journal.withLock { $0 }
        guard let place, let segments = journal.segments else { return }
        let extent = parts[place].extent
        let before = place == 0 ? SegmentEnd() : parts[place - 1].extent.end
        let pieces = RunRemaker(
            extent: extent, before: before, beginsWithin: journal.goesOn(before),
            hash: index.hash, countMin: options.indexRunEventsMin)
        var runs: [Run] = []
        let count = UInt64(extent.positions.count)
        remaking?(.underWay(done: 0, of: count))
        do throws(RunFailure) {
            try pieces.forEach(in: segments()) { frozen throws(RunFailure) in
                if untilStopped && isStopped { throw .stopped }
                runs.append(try write(frozen))
                let done = frozen.extent.positions.last + 1 - extent.positions.first
                remaking?(.underWay(done: done, of: count))
                // Appends may wait for what is in memory only.
                writeWaiting()
            }
        } catch {
            files.remove(runs.map(\.file.path))
            // Nothing failed: the journal is closed.
            if case .stopped = error { throw error }
            let (why, now) = (error.why, time.bootNanoseconds())
            state.withLock { state in
                state.unmendable[path, default: FailedRemake()].fail(why, at: now)
                // Whoever met it meanwhile asked for what was under way.
                state.damaged.remove(path)
            }
            remaking?(.failed(why))
            throw error
        }
        state.withLock { state in
            state.unmendable[path] = nil
            state.damaged.remove(path)
        }
        index.replace(extent, with: runs)
        files.syncNames()
        files.remove([path])
        remaking?(.done(count))
    }
}
