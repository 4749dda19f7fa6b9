internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Looks through a sealed segment for what may be removed, and writes a copy without it: a new generation with the same
/// serial number, random id, frames, positions and times.
struct SegmentCompaction {
    let disk: any Disk
    let paths: JournalPaths
    let time: any TimeSource
    let batchBytesMax: Int
    let decoders: SegmentDecoders
    /// Told of so many bytes that were read or written; false where the work is to end.
    let moved: (Int) -> Bool

    /// Which events of a segment may be removed; nil where the work is to end.
    /// - Parameter takesSamples: whether it may be compressed.
    /// - Throws: `corrupt`, `inputOutput`.
    func scan(
        _ segment: Segment, _ table: inout RetentionTable, takesSamples: Bool = false
    ) throws(StoreError) -> SegmentScan? {
        let samples = takesSamples ? RecordSamples(of: segment.usedBytes) : nil
        var scan = SegmentScan(samples: samples)
        var scanner = segment.scanner()
        while let frame = try next(&scanner, segment, scan.isRemoved.count) {
            do throws(ReadFailure) { try scan.take(frame, &table) } catch {
                guard case .failed(let failure) = error else {
                    preconditionFailure("a look that may block does not ask to be repeated")
                }
                throw failure
            }
            if !moved(frame.range.count) { return nil }
        }
        return scan
    }

    /// Writes the copy, durable, its header last: a file with a header is whole. Nil where the work is to end. What was
    /// written of it is removed then, and after an error.
    /// - Parameter compression: nil: all records are plain in the copy.
    /// - Throws: `corrupt`, `diskFull`, `inputOutput`.
    func copy(
        _ segment: Segment, _ extent: Manifest.Sealed, _ scan: SegmentScan,
        _ compression: SegmentCompression?, generation: UInt32
    ) throws(StoreError) -> Segment? {
        let path = paths.segment(serial: segment.serial, generation: generation)
        do throws(StoreError) {
            let copied = try copy(
                segment, extent, scan, compression, generation: generation, to: path)
            if copied == nil { discard(path) }
            return copied
        } catch {
            discard(path)
            throw error
        }
    }

    /// Removes what was written of a copy that no manifest names.
    func discard(_ path: String) {
        for path in [path, OffsetFile.path(of: path)] { try? disk.remove(path) }
    }

    private func copy(
        _ segment: Segment, _ extent: Manifest.Sealed, _ scan: SegmentScan,
        _ compression: SegmentCompression?, generation: UInt32, to path: String
    ) throws(StoreError) -> Segment? {
        var header = try header(of: segment)
        let file: OpenFile
        do throws(Errno) { file = try OpenFile(disk, path, .createNew) } catch {
            throw failure(path, error)
        }
        var copy = FrameCopy(
            into: file, randomID: segment.randomID, batchBytesMax: batchBytesMax)
        var frames: UInt64 = 0
        var stub = ByteWriter(capacity: 256)
        var scanner = segment.scanner()
        while let frame = try next(&scanner, segment, copy.starts.count) {
            let before = copy.end
            do throws(Errno) {
                try copy.add(
                    frame, durableUpTo: frame.frame.header.durableUpTo,
                    flags: frame.frame.header.flags
                ) {
                    if !scan.isRemoved[Int($0.position - extent.firstPosition)] {
                        return compression?.encode($0.record, into: &$1) ?? false
                    }
                    stub.removeAll()
                    EventRecord.encodeStub(of: $0.record, into: &stub)
                    let isWritten = compression?.encode(stub.bytes, into: &$1) ?? false
                    if !isWritten { $1.append(stub.bytes) }
                    return true
                }
            } catch {
                throw failure(path, error)
            }
            frames += 1
            if !moved(frame.range.count + copy.end - before) { return nil }
        }
        guard frames == extent.frames else {
            throw .corrupt(
                segment.file.path, offset: scanner.offset,
                position: extent.firstPosition + Position(copy.starts.count),
                "the segment has fewer frames than the manifest says")
        }
        header.generation = generation
        header.preparedAt = time.wallMicroseconds()
        header.dictionary = compression.map { place($0.dictionary, behind: copy.end, segment) }
        header.stubs = UInt64(scan.stubs + scan.removed)
        // What was left free of one that was sealed early is free in the next one.
        if header.originalBytes == 0 { header.originalBytes = UInt64(extent.end) }
        header.fileBytes = UInt64(copy.end + (compression?.dictionary.count ?? 0))
        do throws(Errno) {
            try copy.flush()
            if let compression {
                try file.writeAll(compression.dictionary.rawSpan, at: copy.end)
            }
            try file.sync()
            let encoded = header.encoded()
            try file.writeAll(encoded.bytes, at: 0)
            try file.sync()
            try disk.syncDirectory(paths.segments)
        } catch {
            throw failure(path, error)
        }
        let copied = Segment(
            header: header, file: file, firstPosition: extent.firstPosition, starts: copy.starts,
            times: scan.times, end: copy.end, dictionary: decoders.dictionary(header, file))
        copied.storeOffsets()
        return copied
    }

    private func place(
        _ dictionary: [UInt8], behind end: Int, _ segment: Segment
    ) -> SegmentHeader.Dictionary {
        SegmentHeader.Dictionary(
            offset: end, byteCount: dictionary.count,
            checksum: SegmentHeader.Dictionary.checksum(
                of: dictionary.rawSpan, segment: segment.randomID))
    }

    private func header(of segment: Segment) throws(StoreError) -> SegmentHeader {
        let bytes: SharedBytes
        do throws(Errno) { bytes = try segment.file.read(SegmentHeader.byteCount, at: 0) } catch {
            throw .unreadable(segment.file.path, offset: 0, position: segment.firstPosition, error)
        }
        do throws(SegmentHeader.Failure) { return try SegmentHeader(decoding: bytes.bytes) } catch {
            throw .corrupt(
                segment.file.path, offset: 0, position: segment.firstPosition,
                "the segment's header cannot be read")
        }
    }

    private func next(
        _ scanner: inout FrameScanner, _ segment: Segment, _ events: Int
    ) throws(StoreError) -> ScannedFrame? {
        do throws(FrameScanner.Stop) { return try scanner.next() } catch {
            throw error.storeError(segment.file.path, segment.firstPosition + Position(events))
        }
    }

    private func failure(_ path: String, _ error: Errno) -> StoreError {
        .inputOutput("A segment cannot be copied", path, error)
    }
}
