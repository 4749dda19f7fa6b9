internal import Daybook
internal import DaybookPlatform

/// What can be seen of a writer from outside. Whoever opens a journal for reading looks before and after: a writer
/// that came, went or followed another meanwhile makes what was found a mixture of two states.
struct WriterSign {
    /// So often is a journal looked at again before what was found is told.
    static let looksMax = 8

    /// Whether a process holds the lock of the journal.
    var isThere: Bool
    /// How far it, or the last one, says to be durable.
    var said: WatermarkFile.Content?

    /// - Parameter isOwn: whoever asks holds the lock: there is no other.
    init(_ disk: any Disk, _ paths: JournalPaths, isOwn: Bool = false) {
        isThere = !isOwn && JournalLock.isHeld(disk, paths)
        said = WatermarkFile.read(disk, paths.watermark)
    }

    /// Says that events are not shown of which nothing tells whether they were acknowledged, in words; nil where the
    /// watermark tells, and where there are none.
    func note(ofHidden hidden: Range<Position>, _ path: String) -> String? {
        guard said == nil, let first = hidden.first, let last = hidden.last else { return nil }
        return
            "\(path) is missing or damaged, so that nothing tells whether the events at positions "
            + "\(first) to \(last), which are whole, were acknowledged: they are not shown before the "
            + "store was opened for writing"
    }

    /// Whether nobody came or went between the two: that the same writer went on does not count.
    func isSameWriter(as other: WriterSign) -> Bool {
        isThere == other.isThere && said?.writer == other.said?.writer
    }
}
