internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// What a frame recorded, as neither recovery nor compaction nor compression changes it.
struct RecordedFrame {
    var number: UInt64
    var firstPosition: Position
    var eventCount: Int
    var fields: FrameFields?
    /// Of each event when it was recorded, revision and id; nil where some are damaged.
    var events: [UInt8]?

    private init(_ header: FrameHeader, _ fields: FrameFields?) {
        number = header.number
        firstPosition = header.firstPosition
        eventCount = header.eventCount
        self.fields = fields
    }

    init(_ scanned: ScannedFrame) {
        self.init(scanned.frame.header, scanned.fields)
        let block = scanned.block.bytes
        let (records, starts) = scanned.records
        var writer = ByteWriter()
        for at in starts {
            let record = records.lowerBound + at
            writer.append(
                block.extracting(
                    record + EventRecord.recordedAtAt..<record + EventRecord.dataBytesAt))
        }
        events = writer.bytes.copied()
    }

    init(_ damaged: DamagedFrame) { self.init(damaged.header, damaged.fields) }

    /// Whether both recorded the same, as far as it can be told.
    func isSame(as other: RecordedFrame) -> Bool {
        guard number == other.number, firstPosition == other.firstPosition,
            eventCount == other.eventCount, fields == other.fields
        else { return false }
        return events == nil || other.events == nil || events == other.events
    }
}

extension PinnedJournal.Segment {
    /// What a frame of the segment recorded.
    /// - Throws: `corrupt` with the place, `newerFormat`, `inputOutput`.
    func recorded(by number: UInt64) throws(StoreError) -> RecordedFrame? {
        var scanner = FrameScanner(
            file, randomID: header.randomID, from: start + SegmentHeader.byteCount,
            to: start + extent.end, records: .asStored)
        var next = extent.beginning
        while let scanned = try step(&scanner, &next) {
            if scanned.number == number { return RecordedFrame(scanned) }
        }
        return nil
    }
}
