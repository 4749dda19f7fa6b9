public import Daybook
internal import DaybookJournal
internal import Synchronization

extension EmbeddedStore {
    /// Removes from the disk what is deleted, or gone by the metadata of its stream: `data` and `metadata` of those
    /// events. Their ids, places, types and tags stay, so that nothing is decided differently afterwards. Reads over all,
    /// categories and queries do not show them any more. There is no way back.
    ///
    /// It goes through the segments that are full, segment by segment, while appends and reads go on. Where it is
    /// cancelled or fails, what was done stays done, and the next compaction goes on from there.
    /// - Parameters:
    ///   - bytesPerSecond: bytes read and written a second; nil: as fast as it goes.
    ///   - takesAll: also segments of which less than a sixteenth would go, and the one that is not full yet.
    ///   - compresses: also compresses the segments in which events are not, where that saves a tenth. Each event can be
    ///     read by itself as before; from then on the store has to be opened with a compression.
    ///   - progress: told after every segment.
    /// - Throws: as `append`, and `invalid` where it is to compress and the store was opened without, `corrupt` where
    ///   something is damaged, once all the rest is done, `diskFull`, `inputOutput`.
    public func compact(
        bytesPerSecond: Int? = compactionBytesPerSecond, takesAll: Bool = false,
        compresses: Bool = false,
        progress: @escaping @Sendable (CompactionReport) -> Void = { _ in }
    ) async throws(StoreError) -> CompactionReport {
        let options = Compaction.Options(
            bytesPerSecond: bytesPerSecond, takesAll: takesAll, compresses: compresses)
        let journal = journal
        return try await cancellable { isCancelled throws(StoreError) in
            try journal.compact(options, isCancelled: isCancelled) {
                progress(CompactionReport($0))
            }
        }
    }

    /// What a compaction would remove now: nothing is removed, recorded or written, and a store that is open for reading
    /// will do. It reads as much as the compaction would. `bytesAfter` is estimated.
    /// - Parameters: as of `compact`.
    /// - Throws: `closed`, `corrupt` where what is to be read is damaged, `inputOutput`.
    public func previewCompaction(
        bytesPerSecond: Int? = compactionBytesPerSecond, takesAll: Bool = false,
        progress: @escaping @Sendable (CompactionReport) -> Void = { _ in }
    ) async throws(StoreError) -> CompactionReport {
        let options = Compaction.Options(bytesPerSecond: bytesPerSecond, takesAll: takesAll)
        let (journal, time) = (journal, environment.time)
        return try await cancellable { isCancelled throws(StoreError) in
            try journal.previewCompaction(options, time: time, isCancelled: isCancelled) {
                progress(CompactionReport($0))
            }
        }
    }

    private func cancellable(
        _ work:
            @escaping @Sendable (@escaping @Sendable () -> Bool) throws(StoreError) ->
            Compaction.Report
    ) async throws(StoreError) -> CompactionReport {
        try checkOpen()
        let cancelled = CancellationFlag()
        let result = await withTaskCancellationHandler {
            await Self.blocking {
                Result { () throws(StoreError) in try work { cancelled.isSet } }
            }
        } onCancel: {
            cancelled.set()
        }
        return CompactionReport(try result.get())
    }

    /// So many bytes a second are read and written by a compaction: a small part of what a disk can do.
    public static let compactionBytesPerSecond = 64 << 20
}

/// Whether a task was cancelled, for the thread that works for it.
private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}

/// What a compaction did so far, and in the end.
public struct CompactionReport: Hashable, Sendable {
    /// The last position that counted, and the instant by which ages counted.
    public var position: Position
    public var time: Timestamp
    /// An earlier compaction was gone on with.
    public var isResumed: Bool
    /// All was done.
    public var isComplete: Bool
    /// Segments to be looked through, looked through, and written again.
    public var segmentsTotal: Int
    public var segmentsRead: Int
    public var segmentsWritten: Int
    /// Of those written again, the ones that were compressed.
    public var segmentsCompressed: Int
    /// Bytes to be looked through, and looked through.
    public var bytesTotal: UInt64
    public var bytesRead: UInt64
    /// Events whose data and metadata were removed.
    public var eventsRemoved: UInt64
    /// Bytes on the device of the segments that were written again, before and after; after, also of one that was begun
    /// so that the segment that was not full could be compacted.
    public var bytesBefore: UInt64
    public var bytesAfter: UInt64
    /// Bytes of blocks behind the end of segments that were given back, and of how many segments, without those written
    /// again: each was sealed before it was full, by a crash or by an append that did not fit.
    public var bytesSpare: UInt64
    public var segmentsSpare: Int
    /// Segments that were left because little of them would go, and how many events that are.
    public var segmentsLeft: Int
    public var eventsLeft: UInt64
    /// Segments that were not looked through, because nothing was said since the last time by which something goes.
    public var segmentsSettled: Int

    init(_ report: Compaction.Report) {
        position = report.point.position
        time = report.point.time
        isResumed = report.isResumed
        isComplete = report.isComplete
        segmentsTotal = report.segmentsTotal
        segmentsRead = report.segmentsRead
        segmentsWritten = report.segmentsWritten
        segmentsCompressed = report.segmentsCompressed
        bytesTotal = UInt64(report.bytesTotal)
        bytesRead = UInt64(report.bytesRead)
        eventsRemoved = report.eventsRemoved
        bytesBefore = UInt64(report.bytesBefore)
        bytesAfter = UInt64(report.bytesAfter)
        bytesSpare = UInt64(report.bytesSpare)
        segmentsSpare = report.segmentsSpare
        segmentsLeft = report.segmentsLeft
        eventsLeft = report.eventsLeft
        segmentsSettled = report.segmentsSettled
    }
}
