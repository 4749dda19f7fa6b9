internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// A whole frame read from a file, its checksums verified.
struct ScannedFrame {
    /// A frame as it lies in the file.
    struct Stored {
        var frame: FrameRef
        var block: SharedBytes
        /// The offset in the file of the block.
        var base: Int
    }

    var stored: Stored
    var fields: FrameFields?
    /// The frame with the records of its events plain; nil where they are that as it lies in the file.
    var expanded: (frame: FrameRef, block: SharedBytes)?

    /// Where the frame lies in `block`; of one that was expanded, its length is not that of `frame`.
    var frame: FrameRef { expanded?.frame ?? stored.frame }
    var block: SharedBytes { expanded?.block ?? stored.block }

    /// Where the frame begins and ends in the file.
    var range: Range<Int> {
        let start = stored.base + stored.frame.offset
        return start..<start + stored.frame.header.byteCount
    }
    var number: UInt64 { frame.header.number }
    var recordCount: UInt64 { UInt64(fields?.records.count ?? 0) }

    /// The records of its events, one behind the other, and where each begins.
    var records: (range: Range<Int>, starts: [Int]) {
        let start = frame.offset + frame.header.eventsAt
        var starts: [Int] = []
        var at = start
        for _ in 0..<frame.header.eventCount {
            starts.append(at - start)
            at += Int(block.bytes.u32(at: at))
        }
        return (start..<at, starts)
    }

    /// When its last event was recorded, nil where it has none.
    var recordedAt: Int64? {
        guard frame.header.eventCount > 0 else { return nil }
        return block.bytes.i64(
            at: frame.offset + frame.header.eventsAt + EventRecord.recordedAtAt)
    }
}

/// Reads the frames of a segment one after another, in large blocks, checking every checksum.
struct FrameScanner {
    /// Why no frame came.
    enum Stop: Error {
        /// No frame begins here, or it is damaged: at this offset, for this reason.
        case invalid(offset: Int, position: Position?, why: String)
        case newerFormat
        case failed(Errno)
        /// The records cannot be expanded.
        case refused(StoreError)
    }

    /// How the records of the events are wanted.
    enum Records {
        /// As they are in the file: for whoever does not look into them.
        case asStored
        /// Plain; where there is no dictionary none may be compressed.
        case plain(SegmentDictionary?)
    }

    let file: OpenFile
    let randomID: UInt64
    /// Frames lie before it.
    let end: Int
    var offset: Int
    private var block: SharedBytes?
    private(set) var base = 0
    private let blockBytes: Int
    /// Up to here the device was asked to read ahead: while what was read is checked, it reads the next blocks.
    private var ahead = 0
    private static let blocksAhead = 8
    private static let aheadBlockBytesMin = 1 << 20
    let records: Records
    /// What the device cannot read does not end it: it is damage, behind which it may be possible to go on.
    var readsAround = false
    private(set) var lost = LostSectors()
    /// Read with the first frame that needs it.
    var decoder: (any RecordDecoder)?

    init(
        _ file: OpenFile, randomID: UInt64, from offset: Int = SegmentHeader.byteCount, to end: Int,
        blockBytes: Int = 1 << 20, records: Records = .plain(nil)
    ) {
        self.file = file
        self.randomID = randomID
        self.offset = offset
        self.end = end
        self.blockBytes = blockBytes
        self.records = records
    }

    /// The next frame; nil at the end of the range.
    mutating func next() throws(Stop) -> ScannedFrame? {
        if offset >= end { return nil }
        let header = try header()
        let block = try bytes(header.byteCount)
        if let why = lost.why(offset..<offset + header.byteCount) {
            throw .invalid(offset: offset, position: nil, why: why)
        }
        let frame = FrameRef(header: header, offset: offset - base)
        let isCompressed = try verify(frame, block.bytes)
        var fields: FrameFields?
        if header.fieldBytes > 0 { fields = try decodeFields(frame, block.bytes) }
        var scanned = ScannedFrame(
            stored: ScannedFrame.Stored(frame: frame, block: block, base: base), fields: fields)
        if isCompressed { scanned.expanded = try expanded(frame, block.bytes) }
        pass(header)
        return scanned
    }

    /// The header of the frame that begins at the present offset.
    mutating func header() throws(Stop) -> FrameHeader {
        let first = try bytes(FrameHeader.fixedBytes)
        if let why = lost.why(offset..<offset + FrameHeader.fixedBytes) {
            throw .invalid(offset: offset, position: nil, why: why)
        }
        let headerBytes = FrameHeader.headerBytes(in: first.bytes, at: offset - base) ?? 0
        if headerBytes == 0 {
            throw .invalid(offset: offset, position: nil, why: "no frame begins here")
        }
        if headerBytes > end - offset {
            throw .invalid(offset: offset, position: nil, why: "the frame's header is too long")
        }
        let head = try bytes(headerBytes)
        if let why = lost.why(offset..<offset + headerBytes) {
            throw .invalid(offset: offset, position: nil, why: why)
        }
        let found = FrameHeader(
            in: head.bytes, at: offset - base, segment: randomID, end: end - base)
        guard let header = found else {
            throw .invalid(
                offset: offset, position: nil,
                why: "the checksum of the frame's header does not match")
        }
        if !header.flags.isSubset(of: .known) { throw .newerFormat }
        return header
    }

    /// Goes on behind the frame with this header.
    mutating func pass(_ header: FrameHeader) { offset += header.byteCount }

    func decodeFields(
        _ frame: FrameRef, _ block: borrowing RawSpan
    ) throws(Stop) -> FrameFields {
        let range = frame.header.fieldsRange
        do throws(FrameFields.Failure) {
            return try FrameFields(
                decoding: block.extracting(
                    frame.offset + range.lowerBound..<frame.offset + range.upperBound))
        } catch {
            if case .newerFormat = error { throw .newerFormat }
            throw .invalid(
                offset: base + frame.offset, position: nil, why: "the frame's fields cannot be read"
            )
        }
    }

    /// Checks the events of a frame, and that nothing stands between its parts; whether some are compressed.
    private func verify(_ frame: FrameRef, _ block: borrowing RawSpan) throws(Stop) -> Bool {
        var isCompressed = false
        let header = frame.header
        let end = frame.offset + header.byteCount
        var at = frame.offset + header.eventsAt
        for event in 0..<header.eventCount {
            let position = header.firstPosition + Position(event)
            let length = at + EventRecord.namesAt <= end ? Int(block.u32(at: at)) : 0
            guard length >= EventRecord.namesAt, length <= end - at else {
                throw .invalid(
                    offset: base + at, position: position, why: "the length of the event cannot be")
            }
            let record = block.extracting(at..<at + length)
            let checksum = EventRecord.checksum(of: record, segment: randomID, position: position)
            let isWhole = checksum == record.u32(at: EventRecord.checksumAt)
            if isWhole && EventRecord.isCompressed(record) {
                isCompressed = true
                at += length
                continue
            }
            guard isWhole, EventRecord.isWellFormed(record) else {
                throw .invalid(
                    offset: base + at, position: position,
                    why: "the checksum of the event does not match its bytes")
            }
            at += length
        }
        guard end - at < FrameHeader.alignment, block.isZero(at..<end) else {
            throw .invalid(
                offset: base + at, position: nil, why: "the frame is longer than its events")
        }
        return isCompressed
    }

    /// A block that holds `count` bytes from the present offset on.
    mutating func bytes(_ count: Int) throws(Stop) -> SharedBytes {
        if let block, offset >= base, offset + count <= base + block.count { return block }
        let wanted = min(max(count, blockBytes), end - offset)
        let read: SharedBytes
        do throws(Errno) {
            read =
                readsAround
                ? try file.readAround(wanted, at: offset, &lost)
                : try file.read(wanted, at: offset)
        } catch {
            throw .failed(error)
        }
        guard read.count >= min(count, end - offset), read.count >= count else {
            throw .invalid(offset: offset, position: nil, why: "the file ends here")
        }
        block = read
        base = offset
        readAhead(from: offset + wanted)
        return read
    }

    private mutating func readAhead(from start: Int) {
        let last = min(end, start + Self.blocksAhead * blockBytes)
        let first = max(ahead, start)
        if blockBytes < Self.aheadBlockBytesMin || first >= last { return }
        file.startReadahead(first..<last)
        ahead = last
    }
}

extension FrameScanner {
    /// The greatest durable mark, the number of a frame, in any frame that can be found from an offset on, however
    /// damaged what lies between: nil where there is none.
    /// - Parameter number: which number of a frame is looked for.
    static func marks(
        in file: OpenFile, randomID: UInt64, from offset: Int, to end: Int,
        readsAround: Bool = false, _ number: (FrameHeader) -> UInt64 = { $0.durableUpTo }
    ) throws(Errno) -> UInt64? {
        var lost = LostSectors()
        let count = max(0, end - offset)
        let block =
            readsAround
            ? try file.readAround(count, at: offset, &lost) : try file.read(count, at: offset)
        var greatest: UInt64?
        var at = (offset + 7) / 8 * 8 - offset
        while at + FrameHeader.fixedBytes <= block.count {
            if block.bytes.u32(at: at) == FrameHeader.magic,
                let header = FrameHeader(in: block.bytes, at: at, segment: randomID)
            {
                greatest = max(greatest ?? 0, number(header))
            }
            at += 8
        }
        return greatest
    }

    /// How many bytes from an offset on are not zero; at `max` it stops counting.
    static func nonzeroCount(
        _ file: OpenFile, from offset: Int, to end: Int, max: Int
    ) throws(Errno) -> Int {
        var at = offset
        var count = 0
        while at < end && count < max {
            let block = try file.read(min(1 << 20, end - at), at: at)
            if block.count == 0 { break }
            if !block.bytes.isZero(0..<block.count) {
                for byte in 0..<block.count where block.bytes.u8(at: byte) != 0 { count += 1 }
            }
            at += block.count
        }
        return count
    }

    private static let zeroBlockBytes = 256 << 10

    /// The offset behind the last byte that is not zero; the one given where there is none from there on.
    static func endOfNonzero(
        _ file: OpenFile, from offset: Int, to end: Int
    ) throws(Errno) -> Int {
        var found = offset
        var at = try file.nextData(from: offset)
        while at < end {
            let block = try file.read(min(zeroBlockBytes, end - at), at: at)
            if block.count == 0 { break }
            if !block.bytes.isZero(0..<block.count) {
                let last = (0..<block.count).last { block.bytes.u8(at: $0) != 0 }
                if let last { found = at + last + 1 }
            }
            at = try file.nextData(from: at + block.count)
        }
        return found
    }

    /// Whether everything from an offset on is zero.
    /// - Parameter believesHoles: what the file system says was never written is not read.
    static func isZero(
        _ file: OpenFile, from offset: Int, to end: Int, believesHoles: Bool = true
    ) throws(Errno) -> Bool {
        var at = believesHoles ? try file.nextData(from: offset) : offset
        while at < end {
            // Short enough to be looked at in the processor's own memory.
            let block = try file.read(min(zeroBlockBytes, end - at), at: at)
            if block.count == 0 { break }
            if !block.bytes.isZero(0..<block.count) { return false }
            at += block.count
            if believesHoles { at = try file.nextData(from: at) }
        }
        return true
    }
}

extension FrameScanner.Stop {
    /// The same as it is told to whoever asked for events.
    /// - Parameter position: of the event that should have come.
    func storeError(_ path: String, _ position: Position) -> StoreError {
        switch self {
        case .newerFormat: .newerFormat(path, SegmentHeader.version + 1)
        case .failed(let errno):
            .unreadable(path, position: position == 0 ? nil : position, errno)
        case .refused(let error): error
        case .invalid(let offset, let at, let why):
            .corrupt(path, offset: offset, position: at ?? position, why)
        }
    }
}
