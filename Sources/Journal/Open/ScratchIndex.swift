internal import Daybook
internal import DaybookPlatform
internal import Synchronization

/// Lays what a journal that is only read indexes itself on a disk beside the store, so that it does not grow in memory
/// with the history where the runs of the writer are not there.
///
/// Where there is no such disk, or no room on it, all of it stays in memory.
final class ScratchIndex: Sendable {
    private struct State {
        var keeper: IndexKeeper?
        /// The last frame of what was there when it was tried last.
        var triedAt: UInt64 = 0
    }

    private let index: JournalIndex
    private let environment: JournalEnvironment
    private let options: JournalOptions
    private let state = Mutex(State())

    init(_ index: JournalIndex, _ environment: JournalEnvironment, _ options: JournalOptions) {
        self.index = index
        self.environment = environment
        self.options = options
    }

    /// Writes all parts that are in memory, and merges them, where they take more than `indexLagBytesMax` together. Blocks.
    func makeRoom() {
        guard let makeDisk = environment.scratch,
            index.unwritten.bytes > options.indexLagBytesMax
        else { return }
        let end = index.withLock { $0.partsFrame }
        state.withLock { state in
            // What fails is tried again when there is more of it.
            if state.triedAt == end { return }
            state.triedAt = end
            if state.keeper == nil, let disk = try? makeDisk() {
                let files = IndexFiles(scratch: disk, filterBytesMax: options.indexFilterBytesMax)
                state.keeper = IndexKeeper(
                    index, files, randomness: environment.randomness, time: environment.time,
                    options: options)
            }
            while state.keeper?.work(merging: options.indexMergeRuns) == true {}
        }
    }

    /// Gives the disk back. Its files have no names any more.
    func close() {
        state.withLock { state in
            state.keeper?.files.removeFolder()
            state.keeper = nil
        }
    }
}
