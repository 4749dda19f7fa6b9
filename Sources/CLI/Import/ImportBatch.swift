internal import Daybook

/// The lines that become one append.
struct ImportBatch: Sendable {
    /// Events of one append, and bytes of their lines: what is durable at once, and what is lost of
    /// the progress when an import is killed.
    static let eventsMax = 1_000
    static let lineBytesMax = 1 << 20
    /// Lines that have come are appended when the source has given nothing more for so long, as with
    /// `tail -f`.
    static let pauseMilliseconds = 150

    var entries: [Append.Entry] = []
    /// The line of each entry.
    var lines: [Int] = []
    /// The revisions that lines say they have: index of the entry, revision, column.
    var claims: [(index: Int, revision: Revision, column: Int)] = []
    /// Bytes of the lines, unpacked.
    var bytes = 0
    /// How far the source was taken, behind the last entry.
    var token: ImportToken
    /// Bytes of the source read so far, as they stand in it.
    var sourceBytes = 0
    /// The source has ended, or cannot be read on.
    var isLast = false
    /// Why it cannot be read on; the entries come before that.
    var failure: Failure?
}
