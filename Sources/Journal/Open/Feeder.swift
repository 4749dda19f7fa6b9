internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Takes the frames of a journal in, in order, when it is opened: index, offsets, ids, and what comes next.
struct Feeder: ~Copyable {
    let view: JournalView
    private var hashKey: UInt64 { view.index.hash.key }
    /// Ids of events at and before it do not matter.
    var idsAfter: Position = 0
    private(set) var ids: IDWindow
    private(set) var next = JournalEnd.start
    private(set) var durable = DurableMark(frame: 0, end: 0)

    init(view: JournalView, options: JournalOptions) {
        self.view = view
        ids = IDWindow(capacity: options.idempotencyWindow)
    }

    /// Begins a segment whose frames follow.
    func begin(_ header: SegmentHeader, _ file: OpenFile) -> Segment {
        let segment = Segment(header: header, file: file, firstPosition: next.position)
        view.add(segment)
        return segment
    }

    /// Passes over a sealed segment that the index covers and whose ids do not matter, if it is known where its events
    /// begin; whether it was passed over.
    mutating func pass(_ file: JournalFolder.File, _ extent: Manifest.Sealed) -> Bool {
        let last = extent.firstPosition + extent.events - 1
        guard extent.events > 0, last <= idsAfter, view.index.covers(last) else { return false }
        let segment = Segment(
            header: file.header, file: file.file, firstPosition: extent.firstPosition)
        guard segment.adoptStoredOffsets(of: Int(extent.events), end: extent.end),
            let recordedAt = segment.recordedAt(last)
        else { return false }
        view.add(segment)
        next.frame = extent.firstFrame + extent.frames
        next.position = last + 1
        next.record = extent.firstRecord + extent.records - 1
        next.recordedAt = max(next.recordedAt, recordedAt)
        durable = DurableMark(frame: next.frame - 1, end: extent.end)
        ids.begin(after: last)
        return true
    }

    /// Takes in the frames of a segment up to an offset, all of which have to be there.
    /// - Throws: `corrupt`, `newerFormat`, `inputOutput`.
    mutating func take(_ segment: Segment, to end: Int) throws(StoreError) {
        var scanner = FrameScanner(segment.file, randomID: segment.randomID, to: end)
        while true {
            do throws(FrameScanner.Stop) {
                guard let frame = try scanner.next() else { return }
                try take(frame, of: segment)
            } catch {
                throw error.storeError(segment.file.path, next.position)
            }
        }
    }

    /// Takes in one frame.
    mutating func take(_ frame: ScannedFrame, of segment: Segment) throws(FrameScanner.Stop) {
        let header = frame.frame.header
        guard header.number == next.frame, header.firstPosition == next.position,
            frame.recordCount == 0 || frame.fields?.firstRecord == next.record + 1
        else {
            throw .invalid(
                offset: frame.range.lowerBound, position: next.position,
                why: "frame \(header.number) stands where frame \(next.frame) belongs")
        }
        view.publish(frame.frame, frame.fields, in: frame.block.bytes, base: frame.base, segment)
        takeIDs(frame)
        next.frame += 1
        next.position += Position(header.eventCount)
        next.record += frame.recordCount
        next.recordedAt = max(next.recordedAt, frame.recordedAt ?? 0)
        durable = DurableMark(frame: header.number, end: frame.range.upperBound)
    }

    private mutating func takeIDs(_ frame: ScannedFrame) {
        let block = frame.block
        var at = frame.frame.offset + frame.frame.header.eventsAt
        for event in 0..<frame.frame.header.eventCount {
            let length = Int(block.bytes.u32(at: at))
            let view = EventView(
                record: block.bytes.extracting(at..<at + length),
                position: next.position + Position(event))
            ids.add(
                view.id, stream: KeyedHash.hash(view.streamBytes, key: hashKey),
                revision: view.revision)
            at += length
        }
    }

    /// What was taken in can be read from now on.
    func publish() {
        view.watermark.advance(
            to: Watermark.Mark(position: next.position - 1, frame: next.frame - 1))
    }
}
