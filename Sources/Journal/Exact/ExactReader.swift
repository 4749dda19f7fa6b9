package import Daybook
internal import DaybookPlatform

/// Reads a journal append by append, as it was recorded: what an exact export is made of.
package struct ExactReader {
    private let pinned: PinnedJournal
    private let decoders: SegmentDecoders

    /// Pins the journal as it stands now, also beside a process that writes.
    /// - Throws: `notFound`, `corrupt`, `newerFormat`, `inputOutput`.
    package init(of environment: JournalEnvironment, name: String = JournalName.main)
        throws(StoreError)
    {
        pinned = try PinnedJournal.pin(environment.disk, JournalPaths(name: name))
        // One segment is read after the other.
        decoders = SegmentDecoders(environment.codec, countMax: 1)
    }

    package var journal: EventID { pinned.manifest.journal }
    package var createdAt: Timestamp { Timestamp(microseconds: pinned.manifest.createdAt) }
    package var lastPosition: Position { pinned.manifest.end.position - 1 }

    /// Calls `body` with the events of each append that has some, in order. Each was verified.
    /// - Throws: `corrupt` with the position, `newerFormat`, `needsCompression`, `inputOutput`, and what `body` throws.
    package func forEachAppend(
        _ body: (EventBatch) throws(StoreError) -> Void
    ) throws(StoreError) {
        var next = JournalEnd.start
        for segment in pinned.segments {
            var scanner = FrameScanner(
                segment.file, randomID: segment.header.randomID, to: segment.extent.end,
                records: .plain(decoders.dictionary(segment.header, segment.file)))
            while let frame = try segment.step(&scanner, &next) {
                let count = frame.frame.header.eventCount
                if count == 0 { continue }
                let first = frame.frame.header.firstPosition
                let (range, starts) = frame.records
                let ends = starts.dropFirst() + [range.count]
                try body(
                    EventBatch(
                        block: frame.block,
                        entries: zip(starts, ends).enumerated().map { event, place in
                            EventBatch.Entry(
                                position: first + Position(event),
                                offset: range.lowerBound + place.0, length: place.1 - place.0)
                        }))
            }
        }
    }
}
