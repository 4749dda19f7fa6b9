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
    /// - Parameter before: by stream, what was known of it.
    mutating func add(
        _ encoded: EncodedAppend, after before: [StreamFacts], durable: UInt64, now: Int64
    ) -> Appended {
        end.recordedAt = max(end.recordedAt, now)
        let first = end.position
        let streams: [Appended.Stream]
        if encoded.isOfOneStream {
            let revision = before[0].next
            let next = revision + Revision(encoded.eventCount)
            addFrame(of: encoded, revisions: revision..<next, durable)
            streams = [Appended.Stream(name: encoded.streams[0].name, lastRevision: next - 1)]
        } else {
            var next = before.map(\.next)
            var revisions: [Revision] = []
            revisions.reserveCapacity(encoded.eventCount)
            for event in 0..<encoded.eventCount {
                let stream = encoded.stream(of: event)
                revisions.append(next[stream])
                next[stream] += 1
            }
            addFrame(of: encoded, revisions: revisions, durable)
            // They are numbered by their first events.
            streams = encoded.streams.indices.filter { encoded.streams[$0].isWritten }.map {
                Appended.Stream(name: encoded.streams[$0].name, lastRevision: next[$0] - 1)
            }
        }
        return Appended(
            firstPosition: encoded.eventCount == 0 ? first - 1 : first,
            lastPosition: first + Position(encoded.eventCount) - 1, streams: streams,
            isDuplicate: false)
    }

    private mutating func addFrame(
        of encoded: EncodedAppend, revisions: some Collection<Revision>, _ durable: UInt64
    ) {
        var fieldBytes = ByteWriter(capacity: 0)
        if encoded.hasFields {
            var frameFields = FrameFields()
            frameFields.tracking = encoded.tracking
            frameFields.records = encoded.systemRecords.map {
                FrameFields.Record(owner: $0.owner, key: $0.key, value: $0.value)
            }
            if !frameFields.records.isEmpty { frameFields.firstRecord = end.record + 1 }
            end.record += UInt64(frameFields.records.count)
            frameFields.encode(into: &fieldBytes)
            fields[frames.count] = frameFields
        }
        let records = encoded.records
        frames.append(
            FrameHeader.append(
                to: &buffer, segment: segment.randomID,
                FrameHeader.Heading(
                    number: end.frame, firstPosition: end.position, durableUpTo: durable),
                fields: fieldBytes.bytes, events: records.bytes, count: encoded.eventCount,
                revisions: revisions, recordedAt: end.recordedAt))
        count(encoded.eventCount)
    }

    /// Encodes a frame without events.
    mutating func addMark(_ flags: FrameHeader.Flags, durable: UInt64) {
        frames.append(
            FrameHeader.append(
                to: &buffer, segment: segment.randomID,
                FrameHeader.Heading(
                    number: end.frame, firstPosition: end.position, durableUpTo: durable,
                    flags: flags),
                fields: RawSpan(), events: RawSpan(), count: 0, revisions: [], recordedAt: 0))
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
