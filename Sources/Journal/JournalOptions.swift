internal import Daybook

/// The settings and named limits of a journal. Tests scale all of them down; how they relate is checked when a
/// journal is opened.
package struct JournalOptions: Sendable {
    /// The first segment's size; sizes double from there.
    package var segmentBytesFirst = 1 << 20
    /// The largest size of a segment, unless one append needs more: 2 × `Limits.appendBytesMax`, so that the largest
    /// leaves no segment half empty. Offsets have 32 bits.
    package var segmentBytesMax = 64 << 20
    /// Zeros are written ahead in steps of this many bytes.
    package var zeroStepBytes = 1 << 20
    /// Zeros written into a segment that is used at once, when a journal is opened.
    package var zeroFirstBytes = 4 << 20
    /// Rounds that write more than this do not pay for zeros.
    package var zeroRoundBytesMax = 256 << 10
    /// Bytes written in one go before a sync is asked for; one append may be larger.
    package var batchBytesMax = 8 << 20
    /// Without appends for so long, a mark says that all is durable.
    package var idleMarkNanoseconds: Int64 = 100_000_000
    /// Events in one generation of the overlay; two are kept, and no more are decided than are in them before they can
    /// be read. At least `Limits.appendEventsMax`, or the events of the largest append there is.
    package var overlayEventsMax = 65_536
    /// So often may what an append was resolved with be older than the overlay; then the writer resolves it itself,
    /// and everybody waits for that.
    package var lateFactsMax = 3
    /// Bytes of memory for where the events of sealed segments begin, about 2¼ an event; of the rest it is on the disk.
    package var offsetsInMemoryBytesMax = 24 << 20
    /// Events, marks and system records that a run is written for at least while the journal is open; there may be more, up
    /// to the end of a segment.
    package var indexRunEventsMin = 65_536
    /// Events, marks and system records behind the last run that one is written for when the journal is closed; fewer are
    /// indexed again by the next opening, some milliseconds.
    package var indexClosingEventsMin = 8192
    /// Bytes of memory for what the index holds and has not written; beyond it appending waits, as long as some of it
    /// can be written. What cannot is bounded by the segments: the one that is written to, and those before it that are
    /// not sealed for good.
    package var indexLagBytesMax = 48 << 20
    /// Neighbouring runs of about the same size that are merged into one.
    package var indexMergeRuns = 8
    /// Bytes a second that merging runs writes beside appends, so that device and processors are theirs; nil: as many as
    /// it can. It is not held back where nobody appends, nor where one merge waits for another.
    package var indexMergeBytesPerSecond: Int? = 32 << 20
    /// Bytes a merge writes in one step; between two of them the parts that wait are written.
    package var indexMergeStepBytes = 256 << 10
    /// Without news for so long, more runs are merged: until those behind any have less than a quarter of its events.
    package var indexIdleNanoseconds: Int64 = 1_000_000_000
    /// No filter of a run is longer, and longer ones stay on disk.
    package var indexFilterBytesMax = 16 << 20
    /// Bits of the hash by which the index of a new journal orders names; tests take few, so that most names collide.
    package var indexHashBits = NameHash.bitsMax
    /// Positions within which an append is recognised by its ids, see `Limits`: ≥ 2 × `overlayEventsMax`. What is
    /// resolved looks for earlier events only where they may leave the window while the overlay passes over
    /// them; were the overlay longer, what is decided would depend on when it was resolved.
    package var idempotencyWindow = Limits.idempotencyWindow
    /// Matching events that a query condition is walked back over, see `Limits`.
    package var idempotencyWalkMax = Limits.idempotencyWalkMax
    /// Events that may have to be looked through to check a query condition, see `Limits`.
    package var conditionCandidatesMax = Limits.conditionCandidatesMax
    /// Steps of one look into the index, which is held for so long.
    package var indexStepsMax = 8192
    /// Bytes of appends accepted but not answered; beyond it appending waits.
    package var inFlightBytesMax = 256 << 20
    /// Bytes of one batch of events read.
    package var readBatchBytes = 256 << 10
    /// Events of one batch that lie one behind the other.
    package var readBatchEventsMax = 4096
    /// Events of one batch that lie here and there.
    package var readScatteredEventsMax = 512
    /// Gaps up to so many bytes are read over rather than read around.
    package var readGapBytes = 4096
    /// Compressed segments of which what expands their records is kept in memory, about 64 KiB each.
    package var decodersMax = 256
    /// Files of full segments that are open at a time, two for each segment that is read: those not read for longest
    /// are closed first. What is being read at the moment comes on top.
    package var openFilesMax = 256
    /// How often a reader beside a writer looks for news.
    package var pollNanoseconds: Int64 = 10_000_000

    package init() {}

    /// Stops the process where the settings do not fit together: they are the program's own.
    func check() {
        let problem = problem
        precondition(problem == nil, "the settings of the journal: \(problem ?? "")")
    }

    /// What does not fit together, in words; nil where all does.
    var problem: String? {
        let relations: [(Bool, String)] = [
            (
                segmentBytesFirst >= 2 * SegmentHeader.byteCount,
                "the first segment has no room behind its header"
            ),
            (
                segmentBytesFirst <= segmentBytesMax,
                "segmentBytesFirst is larger than segmentBytesMax"
            ),
            (segmentBytesMax <= 1 << 31, "offsets in a segment have 32 bits"),
            (
                zeroStepBytes > 0 && zeroFirstBytes >= 0 && zeroRoundBytesMax >= 0,
                "zeros are written in steps of some bytes"
            ),
            (batchBytesMax > 0 && inFlightBytesMax > 0, "some bytes must be under way at a time"),
            (overlayEventsMax > 0, "the overlay holds something"),
            (lateFactsMax > 0, "an append is resolved by others first"),
            (
                idempotencyWindow >= 2 * overlayEventsMax,
                "idempotencyWindow is smaller than 2 × overlayEventsMax"
            ),
            (
                idempotencyWindow <= RecentIDs.capacityMax,
                "idempotencyWindow is larger than \(RecentIDs.capacityMax)"
            ),
            (idempotencyWalkMax >= 0 && conditionCandidatesMax >= 0, "both are counts of events"),
            (indexStepsMax > 0, "a look into the index takes a step"),
            (
                readBatchBytes > 0 && readBatchEventsMax > 0 && readScatteredEventsMax > 0,
                "a batch holds something"
            ),
            (readGapBytes >= 0, "readGapBytes is a length"),
            (openFilesMax > 0, "a file can be read while it is open"),
            (decodersMax > 0, "what expands records is kept of some segment"),
            (
                indexRunEventsMin > 0 && indexClosingEventsMin > 0 && indexLagBytesMax > 0
                    && indexMergeRuns > 1,
                "a part of the index holds something, some waits, and merging makes fewer runs"
            ),
            (
                indexMergeBytesPerSecond ?? 1 > 0 && indexMergeStepBytes > 0,
                "a merge goes on, in steps of some bytes"
            ),
            ((1...NameHash.bitsMax).contains(indexHashBits), "names are ordered by 1 to 32 bits"),
            (idleMarkNanoseconds > 0 && pollNanoseconds > 0, "time passes between two looks"),
        ]
        return relations.first { !$0.0 }?.1
    }
}
