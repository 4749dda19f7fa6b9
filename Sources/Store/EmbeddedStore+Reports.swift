public import Daybook
internal import DaybookJournal
package import DaybookPlatform

extension EmbeddedStore {
    /// The size of the store. O(n) in the number of streams.
    /// - Throws: `closed`, `corrupt`, `inputOutput`.
    public func statistics() async throws(StoreError) -> StoreStatistics {
        try checkOpen()
        let view = journal.view
        let head = view.watermark.position
        let sizes = try await reading { mode throws(ReadFailure) in try view.index.sizes(mode) }
        let space = view.sizes()
        var statistics = StoreStatistics(
            events: head, streams: sizes.streams, streamsByCategory: sizes.streamsByCategory,
            eventsByType: sizes.eventsByType, tags: sizes.tags, segments: space.segments,
            usedBytes: UInt64(space.usedBytes), fileBytes: UInt64(space.fileBytes),
            indexBytes: UInt64(view.index.runBytes),
            hasWriter: journal.isWritable || journal.hasWriterElsewhere)
        if head > 0 {
            statistics.firstRecordedAt = try await event(at: 1).recordedAt
            statistics.lastRecordedAt = try await event(at: head).recordedAt
        }
        return statistics
    }

    /// Waits until all of the index that can be is on the disk and merged.
    package func settleIndex() async {
        let journal = journal
        await Self.blocking { journal.settleIndex() }
    }

    /// Reads everything in the folder and checks it, without changing anything.
    ///
    /// Beside a process that writes, it checks what was durable when it began.
    /// - Parameter progress: bytes looked at so far and in total.
    /// - Throws: `notFound`, `newerFormat`, `inputOutput`; damage is a finding of the report.
    public static func verify(
        at path: String, progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws(StoreError) -> VerifyReport {
        try await verify(on: LinuxDisk(root: path), progress: progress)
    }

    package static func verify(
        on disk: any Disk, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws(StoreError) -> VerifyReport {
        let environment = JournalEnvironment(
            disk: disk, time: SystemTime(), randomness: SystemRandomness(),
            process: UInt32(Host.processID))
        let found = try await blocking { () throws(StoreError) in
            try Verifier.verify(environment, progress: progress)
        }
        return VerifyReport(found)
    }
}
