internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Where copies of segments go, one after another.
protocol CopyTarget: ~Copyable {
    /// Begins a file of so many bytes.
    mutating func begin(_ name: String, byteCount: Int) throws(StoreError)
    mutating func write(_ bytes: borrowing RawSpan) throws(StoreError)
    /// Ends the file: it is durable when this returns, and reads back with this checksum.
    mutating func end(checksum: UInt32) throws(StoreError)
}

/// A target for what is only to be checked.
struct NoTarget: CopyTarget {
    mutating func begin(_ name: String, byteCount: Int) {}
    mutating func write(_ bytes: borrowing RawSpan) {}
    mutating func end(checksum: UInt32) {}
}

/// Copies the frames of a journal, segment by segment: every checksum is verified on the way, and that frames,
/// positions and system records are dense.
struct SegmentCopy {
    private static let blockBytes = 1 << 20

    /// What has to follow.
    private var next = JournalEnd.start

    init() {}

    /// Begins with a segment in the middle.
    init(from extent: Manifest.Sealed) { next = extent.beginning }

    /// Passes over a segment.
    /// - Throws: `corrupt` where it is not the one that follows.
    mutating func pass(_ segment: PinnedJournal.Segment) throws(StoreError) {
        try checkBeginning(of: segment)
        next = segment.extent.next
    }

    /// Copies a segment up to where its extent ends, and its dictionary. Compressed records stay compressed.
    /// - Parameters:
    ///   - header: what the copy begins with, but for the place of the dictionary.
    ///   - progress: told the bytes of it that are done; what it throws calls the work off.
    /// - Returns: the checksum of the copy.
    /// - Throws: `corrupt` with the place in the source, `newerFormat`, and what the target throws.
    mutating func copy(
        _ segment: PinnedJournal.Segment, header: SegmentHeader, as name: String,
        to target: inout some CopyTarget & ~Copyable, progress: (Int) throws(StoreError) -> Void
    ) throws(StoreError) -> UInt32 {
        try checkBeginning(of: segment)
        try target.begin(name, byteCount: segment.byteCount)
        var header = header
        // Of a segment that is cut it moves.
        header.dictionary?.offset = segment.extent.end
        header.stubs = min(header.stubs, segment.extent.events)
        var buffer = header.encoded()
        var checksum: UInt32 = 0
        var done = 0
        var scanner = FrameScanner(
            segment.file, randomID: segment.header.randomID,
            from: segment.start + SegmentHeader.byteCount,
            to: segment.start + segment.extent.end, blockBytes: Self.blockBytes,
            records: .asStored)
        while let frame = try segment.step(&scanner, &next) {
            let start = frame.frame.offset
            buffer.append(
                frame.block.bytes.extracting(start..<start + frame.frame.header.byteCount))
            if buffer.count >= Self.blockBytes {
                checksum = CRC32C.checksum(of: buffer.bytes, after: checksum)
                try target.write(buffer.bytes)
                done += buffer.count
                buffer.removeAll()
                try progress(done)
            }
        }
        guard next.follows(segment.extent) else {
            throw .corrupt(
                segment.file.path, offset: segment.start + segment.extent.end,
                position: next.position, "the segment does not hold what it is said to hold")
        }
        if let dictionary = try segment.dictionary() { buffer.append(dictionary.bytes) }
        checksum = CRC32C.checksum(of: buffer.bytes, after: checksum)
        try target.write(buffer.bytes)
        try progress(done + buffer.count)
        try target.end(checksum: checksum)
        return checksum
    }

    private func checkBeginning(of segment: PinnedJournal.Segment) throws(StoreError) {
        let extent = segment.extent
        guard extent.firstFrame == next.frame, extent.firstPosition == next.position,
            extent.firstRecord == next.record + 1
        else {
            throw .corrupt(
                segment.file.path, offset: segment.start, position: next.position,
                "frame \(next.frame) should follow, and the segment begins with "
                    + "\(extent.firstFrame)")
        }
    }
}

extension PinnedJournal.Segment {
    /// What its records are compressed with, checked; nil where they are plain.
    /// - Throws: `corrupt` with the place, `inputOutput`.
    func dictionary() throws(StoreError) -> SharedBytes? {
        guard let place = header.dictionary else { return nil }
        let at = start + place.offset
        let bytes: SharedBytes
        do throws(Errno) { bytes = try file.read(place.byteCount, at: at) } catch {
            throw .inputOutput("A dictionary could not be read", file.path, error)
        }
        guard bytes.count == place.byteCount,
            SegmentHeader.Dictionary.checksum(of: bytes.bytes, segment: header.randomID)
                == place.checksum
        else {
            throw .corrupt(
                file.path, offset: at, position: nil,
                "the checksum of the dictionary does not match its bytes")
        }
        return bytes
    }

    /// The next frame, checked, and that it is the one that has to follow.
    /// - Throws: `corrupt` with the place, `newerFormat`, `inputOutput`.
    func step(
        _ scanner: inout FrameScanner, _ next: inout JournalEnd
    ) throws(StoreError) -> ScannedFrame? {
        let found: ScannedFrame?
        do throws(FrameScanner.Stop) { found = try scanner.next() } catch {
            throw error.storeError(file.path, next.position)
        }
        guard let frame = found else { return nil }
        guard next.isFollowed(by: frame) else {
            throw .corrupt(
                file.path, offset: frame.range.lowerBound, position: next.position,
                "frame \(frame.number) stands where frame \(next.frame) belongs")
        }
        next.take(frame)
        return frame
    }
}

extension JournalEnd {
    /// Whether a frame is the one that follows.
    func isFollowed(by frame: ScannedFrame) -> Bool {
        frame.number == self.frame && frame.frame.header.firstPosition == position
            && (frame.recordCount == 0 || frame.fields?.firstRecord == record + 1)
    }

    /// What follows behind it.
    mutating func take(_ frame: ScannedFrame) {
        self.frame += 1
        position += Position(frame.frame.header.eventCount)
        record += frame.recordCount
        recordedAt = max(recordedAt, frame.recordedAt ?? 0)
    }

    /// Whether it is what follows behind a segment.
    func follows(_ extent: Manifest.Sealed) -> Bool {
        let end = extent.next
        return frame == end.frame && position == end.position && record == end.record
    }
}
