package import Daybook
internal import DaybookBytes

// A frame: one append, or a mark.
//
//   0   4  "DYBF"
//   4   4  CRC-32C over the segment's random id (8), then bytes 8 to 36 + f
//   8   4  length of the frame in bytes, a multiple of 8
//  12   4  n: count of events in the low 24 bits; above them flags:
//          1 mark: everything before it is durable · 2 seal: last frame of the segment
//          4 closed: the journal was closed in order
//  16   6  number of the frame, dense along the journal
//  22   6  position of its first event; where n = 0, of the next event to come
//  28   4  frames back to the last one that was durable when this was written (durableUpTo)
//  32   4  f: bytes of fields
//  36   f  fields, each: varint number, varint length, bytes (FrameFields.swift)
//          events, as EventRecord draws them: all n of them whole, or the append did not happen
//          zeros to a multiple of 8
//
// Integers are little-endian. Frames begin at multiples of 8; what no frame covers is zero. The checksum of an event
// knows its segment and its position, and no place of a segment is written twice: an event that is whole where a frame
// says that one is belongs to that append, and to no other.

/// A frame's header, decoded.
package struct FrameHeader: Hashable, Sendable {
    package static let magic: UInt32 = 0x4642_5944
    package static let fixedBytes = 36
    package static let alignment = 8
    /// A frame without events and fields.
    package static let emptyFrameBytes = 40

    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let mark = Flags(rawValue: 1)
        package static let seal = Flags(rawValue: 2)
        package static let closed = Flags(rawValue: 4)
        static let known: Flags = [.mark, .seal, .closed]
    }

    package var byteCount: Int
    package var eventCount: Int
    package var flags: Flags
    package var number: UInt64
    package var firstPosition: Position
    /// The last frame that was durable when this one was written.
    package var durableUpTo: UInt64
    package var fieldBytes: Int

    /// Where the events begin, counted from the frame's start.
    package var eventsAt: Int { Self.fixedBytes + fieldBytes }
    package var fieldsRange: Range<Int> { Self.fixedBytes..<Self.fixedBytes + fieldBytes }

    /// Reads the header of a frame that begins at `offset`, or nil where none does: no magic, a length that
    /// cannot be, or a wrong checksum. The events are not looked at.
    package init?(
        in bytes: borrowing RawSpan, at offset: Int, segment randomID: UInt64, end: Int? = nil
    ) {
        let end = end ?? bytes.byteCount
        guard offset + Self.fixedBytes <= bytes.byteCount, bytes.u32(at: offset) == Self.magic
        else {
            return nil
        }
        byteCount = Int(bytes.u32(at: offset + 8))
        let counts = bytes.u32(at: offset + 12)
        eventCount = Int(counts & 0xFF_FFFF)
        flags = Flags(rawValue: UInt8(counts >> 24))
        number = bytes.u48(at: offset + 16)
        firstPosition = bytes.u48(at: offset + 22)
        let back = UInt64(bytes.u32(at: offset + 28))
        fieldBytes = Int(bytes.u32(at: offset + 32))
        durableUpTo = number &- back
        guard byteCount % Self.alignment == 0, byteCount <= end - offset, eventsAt <= byteCount,
            offset + eventsAt <= bytes.byteCount, back <= number,
            max(number, firstPosition) < JournalEnd.numberMax
        else { return nil }
        let seed = Self.seed(randomID)
        let checked = bytes.extracting(offset + 8..<offset + eventsAt)
        guard CRC32C.checksum(of: checked, after: seed) == bytes.u32(at: offset + 4) else {
            return nil
        }
    }

    /// How many bytes of `bytes` at `offset` the header needs before it can be decoded, from its fixed part;
    /// nil where no header can begin there.
    package static func headerBytes(in bytes: borrowing RawSpan, at offset: Int) -> Int? {
        guard offset + fixedBytes <= bytes.byteCount, bytes.u32(at: offset) == magic else {
            return nil
        }
        return fixedBytes + Int(bytes.u32(at: offset + 32))
    }

    static func seed(_ randomID: UInt64) -> UInt32 {
        let word = randomID.littleEndian
        return unsafe withUnsafeBytes(of: word) { unsafe CRC32C.checksum(of: $0.bytes) }
    }
}

/// Where a frame lies in a block of bytes, and what it says.
struct FrameRef: Sendable {
    var header: FrameHeader
    /// Counted from the block's start.
    var offset: Int

    /// Calls with each of its events, in order; their records are plain.
    /// - Parameter block: what its offset is of.
    @inline(__always)
    func forEachEvent(in block: borrowing RawSpan, _ body: (borrowing EventView) -> Void) {
        var at = offset + header.eventsAt
        for event in 0..<header.eventCount {
            let length = Int(block.u32(at: at))
            body(
                EventView(
                    record: block.extracting(at..<at + length),
                    position: header.firstPosition + Position(event)))
            at += length
        }
    }
}

extension FrameHeader {
    /// What a frame says beside its events.
    struct Heading {
        var number: UInt64
        var firstPosition: Position
        /// The last frame that is durable.
        var durableUpTo: UInt64
        var flags: Flags = []
    }

    /// Writes a frame: header, fields, so many records that lie in `events` one behind the other, with their checksums.
    ///
    /// - Parameters:
    ///   - revisions: by event; none: the records keep the revisions and the times they have.
    ///   - recordedAt: the time of all the events.
    static func append(
        to writer: inout ByteWriter, segment randomID: UInt64, _ heading: Heading,
        fields: borrowing RawSpan, events: borrowing RawSpan, count: Int,
        revisions: some Collection<Revision>, recordedAt: Int64
    ) -> FrameRef {
        let start = writer.count
        let unpadded = fixedBytes + fields.byteCount + events.byteCount
        let padded = (unpadded + alignment - 1) / alignment * alignment
        precondition(count < 1 << 24, "an append is bounded by appendEventsMax")
        writer.reserve(padded)
        writer.append(magic)
        writer.append(UInt32(0))
        writer.append(UInt32(padded))
        writer.append(UInt32(count) | UInt32(heading.flags.rawValue) << 24)
        writer.append(low48: heading.number)
        writer.append(low48: heading.firstPosition)
        writer.append(UInt32(heading.number - heading.durableUpTo))
        writer.append(UInt32(fields.byteCount))
        writer.append(fields)
        let eventsAt = writer.count
        let checksum = CRC32C.checksum(
            of: writer.bytes.extracting(start + 8..<eventsAt), after: seed(randomID))
        writer.patch(checksum, at: start + 4)
        writer.append(events)
        var (at, revisions) = (eventsAt, revisions.makeIterator())
        for event in 0..<count {
            let end = at + Int(writer.bytes.u32(at: at + EventRecord.lengthAt))
            if let revision = revisions.next() {
                writer.patch(recordedAt, at: at + EventRecord.recordedAtAt)
                writer.patch(revision, at: at + EventRecord.revisionAt)
            }
            let checksum = EventRecord.checksum(
                of: writer.bytes.extracting(at..<end), segment: randomID,
                position: heading.firstPosition + Position(event))
            writer.patch(checksum, at: at + EventRecord.checksumAt)
            at = end
        }
        writer.appendZeros(padded - unpadded)
        let header = FrameHeader(
            byteCount: padded, eventCount: count, flags: heading.flags, number: heading.number,
            firstPosition: heading.firstPosition, durableUpTo: heading.durableUpTo,
            fieldBytes: fields.byteCount)
        return FrameRef(header: header, offset: start)
    }

    private init(
        byteCount: Int, eventCount: Int, flags: Flags, number: UInt64, firstPosition: Position,
        durableUpTo: UInt64, fieldBytes: Int
    ) {
        self.byteCount = byteCount
        self.eventCount = eventCount
        self.flags = flags
        self.number = number
        self.firstPosition = firstPosition
        self.durableUpTo = durableUpTo
        self.fieldBytes = fieldBytes
    }

    /// The bytes a frame will take.
    static func byteCount(fields: Int, eventBytes: Int) -> Int {
        let unpadded = fixedBytes + fields + eventBytes
        return (unpadded + alignment - 1) / alignment * alignment
    }
}
