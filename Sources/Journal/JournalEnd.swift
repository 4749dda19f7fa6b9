internal import Daybook

/// Where a journal ends: what its next frame, event and system record will be.
struct JournalEnd: Hashable, Sendable {
    /// The number of the next frame.
    var frame: UInt64
    /// The position of the next event.
    var position: Position
    /// The number of the last system record.
    var record: UInt64
    /// When the last event was recorded; never decreases along the journal.
    var recordedAt: Int64

    /// No journal comes so far: a file that tells of more is none of a journal's, and what is below can be added up.
    static let numberMax: UInt64 = 1 << 62

    /// Before the first frame.
    static let start = JournalEnd(frame: 1, position: 1, record: 0, recordedAt: 0)
}
