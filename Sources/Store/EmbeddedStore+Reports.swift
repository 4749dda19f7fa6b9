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
        let sizes = try await reading { mode throws(ReadFailure) in
            try view.checkEnd()
            return try view.index.sizes(mode)
        }
        let space = view.sizes()
        var statistics = StoreStatistics(
            events: head, streams: sizes.streams, streamsByCategory: sizes.streamsByCategory,
            eventsByType: sizes.eventsByType, tags: sizes.tags, segments: space.segments,
            segmentsCompressed: space.compressed,
            usedBytes: UInt64(space.usedBytes), fileBytes: UInt64(space.fileBytes),
            indexBytes: UInt64(view.indexBytes),
            stubs: space.stubs, bytesGivenBack: UInt64(space.bytesGivenBack),
            hasWriter: journal.isWritable || journal.hasWriterElsewhere)
        if head > 0 {
            statistics.firstRecordedAt = try await answer(.event(at: 1)).recordedAt
            statistics.lastRecordedAt = try await answer(.event(at: head)).recordedAt
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
    /// - Parameters:
    ///   - path: the folder of the store.
    ///   - journal: the journal to check; nil: all of them, one after the other.
    ///   - compression: as at its opening.
    ///   - progress: bytes of a journal looked at so far and in total.
    /// - Throws: `invalid`, `notFound`, `newerFormat`, `needsCompression`, `inputOutput`; damage is a finding of the report.
    public static func verify(
        at path: String, journal: String? = nil, compression: StoreCompression? = nil,
        progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws(StoreError) -> VerifyReport {
        try await verify(
            on: LinuxDisk(root: path), journal: journal, compression: compression,
            progress: progress)
    }

    package static func verify(
        on disk: any Disk, journal: String? = nil, compression: StoreCompression? = nil,
        progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws(StoreError) -> VerifyReport {
        let environment = environment(on: disk, compression)
        if let journal { try JournalName.validate(journal) }
        return try await blocking { () throws(StoreError) in
            var names = [journal ?? JournalName.main]
            if journal == nil {
                let all = try JournalNames.list(disk)
                // Where there is none, looking for the first one says so.
                if !all.isEmpty { names = all }
            }
            var report = VerifyReport(journals: names)
            for name in names {
                let found = try Verifier.verify(environment, name: name, progress: progress)
                report.add(found, of: name)
            }
            return report
        }
    }
}
