internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// What has to follow in a journal: the numbers of frames, positions, system records, the revisions of each stream, and
/// times that never go back. Frames in, what is wrong with their order out.
struct FrameOrder {
    struct Flaw {
        var what: String
        var offset: Int
        var position: Position
    }

    /// What has to follow; nil where that is not known, until a segment or a frame says where it begins.
    private(set) var next: JournalEnd? = JournalEnd.start
    /// Of the frames that were taken in, which are whole.
    private(set) var frames: UInt64 = 0
    private(set) var events: UInt64 = 0
    private(set) var stubs: UInt64 = 0
    private(set) var records: UInt64 = 0
    private var revisions: StreamRevisions
    private var recordedAt: Int64 = 0
    /// Events were passed over: of a stream there may be more than was seen.
    private var hasGaps = false
    /// Whether `next.record` says something.
    private var knowsRecord = true

    init(_ randomness: any Randomness) { revisions = StreamRevisions(randomness) }

    /// Goes on with a segment that the manifest says is sealed.
    mutating func begin(_ extent: Manifest.Sealed) -> Flaw? {
        let before = next
        next = JournalEnd(
            frame: extent.firstFrame, position: extent.firstPosition,
            record: extent.firstRecord - 1, recordedAt: recordedAt)
        knowsRecord = true
        guard let before,
            before.frame != extent.firstFrame || before.position != extent.firstPosition
        else { return nil }
        hasGaps = true
        return Flaw(
            what:
                "frame \(before.frame) should follow, and the segment begins with \(extent.firstFrame)",
            offset: SegmentHeader.byteCount, position: before.position)
    }

    /// Goes on behind such a segment, of which not all could be looked at.
    mutating func end(_ extent: Manifest.Sealed) {
        // Of the system records, how many lie in damaged frames may not be known.
        if next != nil { next?.record = extent.next.record }
        next = next ?? extent.next
        next?.recordedAt = recordedAt
    }

    /// What follows is not known any more.
    mutating func lose() {
        next = nil
        hasGaps = true
    }

    /// Whether a frame is the one that has to follow, as far as that is known.
    func isFollowed(by header: FrameHeader) -> Bool {
        guard let next else { return true }
        return header.number == next.frame && header.firstPosition == next.position
    }

    /// Takes in a frame that is whole.
    mutating func take(_ frame: ScannedFrame) -> [Flaw] {
        var flaws = follow(
            frame.frame.header, frame.fields, at: frame.range.lowerBound)
        frames += 1
        events += UInt64(frame.frame.header.eventCount)
        records += frame.recordCount
        let block = frame.block
        // What was expanded lies nowhere in the file: its frame does.
        let base = frame.expanded == nil ? frame.stored.base : nil
        var at = frame.frame.offset + frame.frame.header.eventsAt
        for event in 0..<frame.frame.header.eventCount {
            let length = Int(block.bytes.u32(at: at))
            let position = frame.frame.header.firstPosition + Position(event)
            let view = EventView(
                record: block.bytes.extracting(at..<at + length), position: position)
            if let what = take(view) {
                let offset = base.map { $0 + at } ?? frame.range.lowerBound
                flaws += what.map { Flaw(what: $0, offset: offset, position: position) }
            }
            at += length
        }
        next?.recordedAt = recordedAt
        return flaws
    }

    /// Takes in that a frame stands where one that is damaged does.
    mutating func pass(_ frame: DamagedFrame) -> [Flaw] {
        hasGaps = true
        let flaws = follow(frame.header, frame.fields, at: frame.offset)
        if frame.fields == nil && frame.header.fieldBytes > 0 { knowsRecord = false }
        return flaws
    }

    private mutating func follow(
        _ header: FrameHeader, _ fields: FrameFields?, at offset: Int
    ) -> [Flaw] {
        var flaws: [Flaw] = []
        func add(_ what: String) {
            flaws.append(
                Flaw(what: what, offset: offset, position: next?.position ?? header.firstPosition))
        }
        if let next, !isFollowed(by: header) {
            add("frame \(header.number) stands where frame \(next.frame) belongs")
            hasGaps = true
        }
        var record = next?.record ?? 0
        if next == nil { knowsRecord = false }
        if let fields, !fields.records.isEmpty {
            if knowsRecord && fields.firstRecord != record + 1 {
                add("system record \(fields.firstRecord) stands where \(record + 1) belongs")
            }
            if !knowsRecord { record = fields.firstRecord &- 1 }
            record += UInt64(fields.records.count)
            knowsRecord = true
        }
        next = JournalEnd(
            frame: header.number + 1,
            position: header.firstPosition + Position(header.eventCount), record: record,
            recordedAt: recordedAt)
        return flaws
    }

    /// What is wrong with where an event stands; nil: nothing.
    private mutating func take(_ view: borrowing EventView) -> [String]? {
        var what: [String]?
        let revision = revisions.take(view.revision, of: view.streamBytes)
        // Where events were passed over, some of this stream may have been among them.
        if view.revision < revision || view.revision > revision && !hasGaps {
            what = [
                "stream \(StoreError.quoted(view.stream)) has revision \(view.revision) where "
                    + "\(revision) belongs"
            ]
        }
        let time = view.recordedAt.microseconds
        if time < recordedAt {
            what = (what ?? []) + ["the event was recorded before the one in front of it"]
        }
        recordedAt = max(recordedAt, time)
        if view.isStub { stubs += 1 }
        return what
    }
}

extension Manifest.Sealed {
    /// The positions of its events; nil where it has none.
    var positions: ClosedRange<Position>? {
        events == 0 ? nil : firstPosition...firstPosition + events - 1
    }
}
