internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Takes the frames of a journal in, in order, when it is opened: index, offsets, ids, and what comes next.
struct Feeder: ~Copyable {
    let view: JournalView
    /// Starts threads that read ahead; nil where there are none.
    private let startThread: JournalEnvironment.ThreadStart?
    private(set) var next = JournalEnd.start
    /// Where the last frame ends in its segment.
    private(set) var end = 0
    /// The last frame: all that is taken in is durable.
    var durable: UInt64 { next.frame - 1 }

    /// From so many bytes on a thread reads ahead.
    private static let aheadBytesMin = 4 << 20

    init(view: JournalView, startThread: JournalEnvironment.ThreadStart? = nil) {
        self.view = view
        self.startThread = startThread
    }

    /// Begins a segment whose frames follow.
    func begin(_ header: SegmentHeader, _ file: OpenFile) -> Segment {
        let segment = Segment(
            header: header, file: file, firstPosition: next.position,
            dictionary: view.decoders.dictionary(header, file))
        view.add(segment)
        return segment
    }

    /// Passes over a sealed segment that the index covers, if a file tells where its events begin; whether it was passed
    /// over. Of most no file is opened. As far as the ids of its events matter they are read later.
    /// - Parameter isLast: no event is sealed behind it: when its last one was recorded is read.
    mutating func pass(_ sealed: JournalFolder.Sealed, isLast: Bool) -> Bool {
        let (extent, last) = (sealed.extent, sealed.lastPosition)
        guard extent.frames > 0, view.index.covers(frame: extent.firstFrame + extent.frames - 1),
            extent.events == 0 || sealed.hasOffsets
        else { return false }
        let segment = Segment(sealed, in: view)
        var recordedAt = next.recordedAt
        if isLast && extent.events > 0 {
            // Reading it may find out that the offsets are damaged.
            guard let found = segment.recordedAt(last), segment.hasStoredOffsets else {
                return false
            }
            recordedAt = found
        }
        view.oweIDs(of: segment, upTo: last)
        view.add(segment)
        next.frame = extent.firstFrame + extent.frames
        next.position = last + 1
        next.record = extent.firstRecord + extent.records - 1
        next.recordedAt = max(next.recordedAt, recordedAt)
        end = extent.end
        return true
    }

    /// Takes in the frames of a segment up to an offset, all of which have to be there.
    /// - Parameter isSealed: it gets no more of them: its ids are taken in later.
    /// - Throws: `corrupt`, `newerFormat`, `inputOutput`.
    mutating func take(_ segment: Segment, to end: Int, isSealed: Bool) throws(StoreError) {
        let isLong = end >= Self.aheadBytesMin
        var frames = FrameSource(segment.scanner(to: end), isLong ? startThread : nil)
        defer { frames.end() }
        while true {
            do throws(FrameScanner.Stop) {
                guard let frame = try frames.next() else { break }
                try take(frame, of: segment, owesIDs: isSealed)
            } catch {
                throw error.storeError(segment.file.path, next.position)
            }
        }
        if isSealed { view.oweIDs(of: segment, upTo: next.position - 1) }
    }

    /// Takes in one frame.
    mutating func take(
        _ frame: ScannedFrame, of segment: Segment, owesIDs: Bool = false
    ) throws(FrameScanner.Stop) {
        let header = frame.frame.header
        guard header.number == next.frame, header.firstPosition == next.position,
            frame.recordCount == 0 || frame.fields?.firstRecord == next.record + 1
        else {
            throw .invalid(
                offset: frame.range.lowerBound, position: next.position,
                why: "frame \(header.number) stands where frame \(next.frame) belongs")
        }
        view.publish(frame, of: segment, owesIDs: owesIDs)
        next.frame += 1
        next.position += Position(header.eventCount)
        next.record += frame.recordCount
        next.recordedAt = max(next.recordedAt, frame.recordedAt ?? 0)
        end = frame.range.upperBound
    }

    /// What was taken in can be read from now on.
    func publish() {
        view.watermark.advance(
            to: Watermark.Mark(position: next.position - 1, frame: next.frame - 1))
    }
}
