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

    /// No journal comes so far, four years of a million events a second: a file that tells of more is none of a
    /// journal's. Frames have six bytes for a number.
    static let numberMax: UInt64 = 1 << 47

    /// Before the first frame.
    static let start = JournalEnd(frame: 1, position: 1, record: 0, recordedAt: 0)
}
