internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Copies frames into a file, one behind the other: each was verified by whoever read it, and is sealed anew.
///
/// Numbers, positions, fields, revisions and times stay. What becomes of the records of the events is the caller's.
struct FrameCopy: ~Copyable {
    /// Writes what a record becomes; false, and nothing, where it stays as it is.
    typealias Change = (borrowing EventView, inout ByteWriter) -> Bool

    private let file: OpenFile
    private let randomID: UInt64
    private let batchBytesMax: Int
    private var buffer = ByteWriter(capacity: 1 << 20)
    /// The offset behind the last frame that was written.
    private var offset = SegmentHeader.byteCount
    /// Where the events begin, in order.
    private(set) var starts: [UInt32] = []

    /// - Parameter randomID: of the segment whose frames they become.
    init(into file: OpenFile, randomID: UInt64, batchBytesMax: Int) {
        self.file = file
        self.randomID = randomID
        self.batchBytesMax = batchBytesMax
    }

    /// The offset behind the last frame that was taken.
    var end: Int { offset + buffer.count }

    /// Takes the next frame.
    /// - Parameters:
    ///   - durableUpTo: what it says to be durable, where the copies lie.
    ///   - flags: what it says of itself.
    mutating func add(
        _ frame: ScannedFrame, durableUpTo: UInt64, flags: FrameHeader.Flags,
        changing change: Change = { _, _ in false }
    ) throws(Errno) {
        let header = frame.frame.header
        let bytes = frame.block.bytes
        var records = ByteWriter(capacity: header.byteCount)
        var recordStarts: [Int] = []
        var at = frame.frame.offset + header.eventsAt
        for event in 0..<header.eventCount {
            recordStarts.append(records.count)
            let length = Int(bytes.u32(at: at))
            let record = bytes.extracting(at..<at + length)
            let view = EventView(record: record, position: header.firstPosition + Position(event))
            if !change(view, &records) { records.append(record) }
            at += length
        }
        let (start, fieldsRange) = (frame.frame.offset, header.fieldsRange)
        let fields = bytes.extracting(
            start + fieldsRange.lowerBound..<start + fieldsRange.upperBound)
        let heading = FrameHeader.Heading(
            number: header.number, firstPosition: header.firstPosition,
            durableUpTo: durableUpTo, flags: flags)
        let written = FrameHeader.append(
            to: &buffer, segment: randomID, heading, fields: fields, events: records.bytes,
            count: header.eventCount, revisions: [], recordedAt: 0)
        let eventsAt = offset + written.offset + written.header.eventsAt
        for start in recordStarts { starts.append(UInt32(eventsAt + start)) }
        if buffer.count >= batchBytesMax { try flush() }
    }

    /// Writes what was taken; it is the caller's to sync it.
    mutating func flush() throws(Errno) {
        try file.writeAll(buffer.bytes, at: offset)
        offset += buffer.count
        buffer.removeAll()
    }
}
