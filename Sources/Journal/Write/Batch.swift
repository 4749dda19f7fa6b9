internal import Daybook
internal import DaybookBytes

/// What one round of the writer wrote: frames that are readable, and appends that are answered, once a sync
/// covers them.
struct Batch: Sendable {
    /// Frames one behind the other in one segment.
    struct Part: Sendable {
        var segment: Segment
        /// The offset in the file of the block.
        var base: Int
        var block: SharedBytes
        var frames: [FrameRef]
        /// By frame that has some: its fields.
        var fields: [Int: FrameFields]
    }

    /// An append and what it is answered once all before it is durable.
    struct Answer: Sendable {
        var append: PendingAppend
        var result: Result<Appended, StoreError>
    }

    /// A segment that got its last frame in this round.
    struct Sealing: Sendable {
        var segment: Segment
        var extent: Manifest.Sealed
    }

    var parts: [Part] = []
    var sealings: [Sealing] = []
    var answers: [Answer] = []
    /// Segments that got frames in this round and were not synced yet, in order.
    var files: [OpenFile] { parts.map(\.segment.file) }
    var isEmpty: Bool { parts.isEmpty && answers.isEmpty }

    /// The mark that a reader may read up to when all of it is durable.
    var mark: Watermark.Mark? {
        guard let header = parts.last?.frames.last?.header else { return nil }
        return Watermark.Mark(
            position: header.firstPosition + Position(header.eventCount) - 1, frame: header.number)
    }

    /// The last frame.
    var durable: UInt64? { parts.last?.frames.last?.header.number }

}
