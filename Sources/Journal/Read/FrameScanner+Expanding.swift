internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

extension FrameScanner {
    /// A frame has no more bytes when its records are plain: those of an append, and what stubs may have more.
    static let plainBytesMax = 2 * Limits.appendBytesMax

    /// A frame that was verified, with its records plain; nil where they are wanted as they are.
    mutating func expanded(
        _ frame: FrameRef, _ block: borrowing RawSpan
    ) throws(Stop) -> (frame: FrameRef, block: SharedBytes)? {
        guard case .plain(let dictionary) = records else { return nil }
        let decoder = try decoder(dictionary, at: frame)
        let header = frame.header
        var writer = ByteWriter(capacity: 4 * header.byteCount)
        writer.append(block.extracting(frame.offset..<frame.offset + header.eventsAt))
        var at = frame.offset + header.eventsAt
        for event in 0..<header.eventCount {
            let record = block.extracting(at..<at + Int(block.u32(at: at)))
            let isPlain = EventRecord.append(
                record, to: &writer, by: decoder, bytesMax: Self.plainBytesMax)
            guard isPlain else {
                throw .invalid(
                    offset: base + at, position: header.firstPosition + Position(event),
                    why: "the compressed event is not what it says")
            }
            at += record.byteCount
        }
        return (FrameRef(header: header, offset: 0), writer.finish())
    }

    private mutating func decoder(
        _ dictionary: SegmentDictionary?, at frame: FrameRef
    ) throws(Stop) -> any RecordDecoder {
        if let decoder { return decoder }
        guard let dictionary else {
            throw .invalid(
                offset: base + frame.offset, position: frame.header.firstPosition,
                why: "an event is compressed, and the segment says that none is")
        }
        do throws(ReadFailure) {
            let found = try dictionary.decoder(.mayBlock)
            decoder = found
            return found
        } catch {
            guard case .failed(let failure) = error else {
                preconditionFailure("a read that may block does not ask to be repeated")
            }
            throw .refused(failure)
        }
    }
}

extension EventRecord {
    /// Writes a record of which the checksum was verified, plain.
    /// - Returns: Whether it is well-formed, and no more than so many bytes are in the writer.
    static func append(
        _ record: borrowing RawSpan, to writer: inout ByteWriter, by decoder: any RecordDecoder,
        bytesMax: Int
    ) -> Bool {
        if !isCompressed(record) {
            writer.append(record)
            return true
        }
        guard let parts = compressed(record), writer.count + parts.plainBytes <= bytesMax else {
            return false
        }
        // Safe: the room is passed on.
        return unsafe encodePlain(of: record, parts, into: &writer) { body, room in
            unsafe decoder.decode(body, into: room)
        }
    }
}
