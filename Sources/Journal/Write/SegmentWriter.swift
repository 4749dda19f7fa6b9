internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// The end of the journal: numbers frames, places them in segments, and writes them. Belongs to the writer's
/// thread.
struct SegmentWriter: ~Copyable {
    private(set) var segment: Segment
    private(set) var end: JournalEnd
    private var extent: Manifest.Sealed
    /// The offset of the next byte to write, and the size of the file.
    private(set) var offset: Int
    private let size: Int

    private var buffer = ByteWriter(capacity: 64 << 10)
    private var frames: [FrameRef] = []
    private var fields: [Int: FrameFields] = [:]
    private var parts: [Batch.Part] = []

    /// - Parameter offset: where the first frame goes; the frames before it are what `extent` says.
    init(segment: Segment, extent: Manifest.Sealed, offset: Int, size: Int, end: JournalEnd) {
        self.segment = segment
        self.extent = extent
        self.offset = offset
        self.size = size
        self.end = end
    }

    /// Bytes encoded and not yet written.
    var pendingBytes: Int { buffer.count }
    /// The segment and its extent if it got no more frames.
    var sealing: Batch.Sealing {
        var extent = extent
        extent.end = offset + buffer.count
        extent.events = end.position - extent.firstPosition
        extent.records = end.record + 1 - extent.firstRecord
        return Batch.Sealing(segment: segment, extent: extent)
    }
    var usedBytes: (bytes: Int, of: Int) { (offset + buffer.count, size) }

    /// Behind every append there is room for the mark of an idle moment, that of a closing, and the seal.
    static let marksBytes = 3 * FrameHeader.emptyFrameBytes

    /// Whether an append of so many bytes fits, and the marks that may follow it.
    func fits(_ bytes: Int) -> Bool { offset + buffer.count + bytes + Self.marksBytes <= size }

    /// Whether a mark fits, and so many behind it.
    func fitsMark(before marks: Int) -> Bool {
        offset + buffer.count + (1 + marks) * FrameHeader.emptyFrameBytes <= size
    }

    /// Encodes an append that was accepted, with what it is answered.
    ///
    /// - Parameter before: by stream, the revision of its next event.
    mutating func add(
        _ encoded: EncodedAppend, after before: [Revision], durable: UInt64, now: Int64
    ) -> Appended {
        var next = before
        end.recordedAt = max(end.recordedAt, now)
        let recordedAt = end.recordedAt
        var fieldBytes = ByteWriter(capacity: 16)
        if encoded.hasFields {
            var frameFields = FrameFields()
            frameFields.tracking = encoded.append.tracking
            frameFields.records = encoded.append.records.map {
                FrameFields.Record(owner: $0.owner, key: $0.key, value: $0.value)
            }
            if !frameFields.records.isEmpty { frameFields.firstRecord = end.record + 1 }
            end.record += UInt64(frameFields.records.count)
            frameFields.encode(into: &fieldBytes)
            fields[frames.count] = frameFields
        }
        let first = end.position
        var revisions: [Revision] = []
        revisions.reserveCapacity(encoded.eventCount)
        var written: [Int] = []
        for event in 0..<encoded.eventCount {
            let stream = encoded.stream(of: event)
            if next[stream] == before[stream] { written.append(stream) }
            revisions.append(next[stream])
            next[stream] += 1
        }
        let records = encoded.records
        let frame = FrameHeader.append(
            to: &buffer, segment: segment.randomID,
            FrameHeader.Heading(number: end.frame, firstPosition: first, durableUpTo: durable),
            fields: fieldBytes.bytes, events: records.bytes, starts: encoded.starts,
            revisions: revisions, recordedAt: recordedAt)
        frames.append(frame)
        count(encoded.eventCount)
        return Appended(
            firstPosition: encoded.eventCount == 0 ? first - 1 : first,
            lastPosition: first + Position(encoded.eventCount) - 1,
            streams: written.map {
                Appended.Stream(name: encoded.streams[$0].name, lastRevision: next[$0] - 1)
            },
            isDuplicate: false)
    }

    /// Encodes a frame without events.
    mutating func addMark(_ flags: FrameHeader.Flags, durable: UInt64) {
        let nothing = ByteWriter(capacity: 16)
        frames.append(
            FrameHeader.append(
                to: &buffer, segment: segment.randomID,
                FrameHeader.Heading(
                    number: end.frame, firstPosition: end.position, durableUpTo: durable,
                    flags: flags),
                fields: nothing.bytes, events: nothing.bytes, starts: [],
                revisions: [], recordedAt: 0))
        count(0)
    }

    private mutating func count(_ events: Int) {
        end.frame += 1
        end.position += Position(events)
        extent.frames += 1
    }

    /// The frame encoded last, in the block encoded so far.
    func withLastFrame(_ body: (FrameRef, borrowing RawSpan) -> Void) {
        if let frame = frames.last { body(frame, buffer.bytes) }
    }

    /// Writes what is encoded.
    /// - Throws: the system's refusal; an unknown part was written then.
    mutating func flush() throws(Errno) {
        if frames.isEmpty { return }
        // As large as the last one: batches of one time are alike.
        var full = ByteWriter(capacity: buffer.count)
        swap(&full, &buffer)
        let block = full.finish()
        let part = Batch.Part(
            segment: segment, base: offset, block: block, frames: frames, fields: fields)
        frames = []
        fields = [:]
        parts.append(part)
        try segment.file.writeAll(block.bytes, at: offset)
        offset += block.count
    }

    /// The parts written since they were last taken.
    mutating func takeParts() -> [Batch.Part] {
        defer { parts = [] }
        return parts
    }

    /// Seals the segment, writes what is encoded, and goes on in the next one.
    mutating func move(
        to prepared: PreparedSegment, durable: UInt64
    ) throws(Errno) -> Batch.Sealing {
        addMark(.seal, durable: durable)
        let sealing = sealing
        try flush()
        let next = Segment(
            header: prepared.header, file: prepared.file, firstPosition: end.position)
        let parts = takeParts()
        self = SegmentWriter(
            segment: next,
            extent: Manifest.Sealed(
                firstFrame: end.frame, firstPosition: end.position, firstRecord: end.record + 1),
            offset: SegmentHeader.byteCount, size: prepared.byteCount, end: end)
        self.parts = parts
        return sealing
    }
}
