package import Daybook
package import DaybookBytes

// The manifest of a journal: which segments it consists of.
//
//   0   8  "DAYBOOKM"
//   8   4  CRC-32C over bytes 12 to the end
//  12   4  format version: 1; 0 says nothing of times
//  16   8  generation, one more each time it is written
//  24  16  id of the journal, most significant byte first
//  40   8  epoch: another one after whatever makes old checkpoints lie
//  48   8  created at, microseconds since 1970
//  56   4  s: count of segments
//  60   4  b: bytes of what is said of each: 128, of version 0: 96
//  64      s × b bytes, by serial number:
//          0  8 serial · 8 4 generation · 12 4 state (0 open, 1 sealed) · 16 8 random id
//          24 8 first frame · 32 8 first position · 40 8 first system record
//          48 8 end: what lies behind it in the file is no part of the journal
//          56 8 frames · 64 8 events · 72 8 system records
//          80 8 compaction point it was last looked through for, 0: none
//          88 4 how its records are written: 0 plain, 1 some are compressed
//          92 4 1: at that point it was settled, 0: it was not, or nobody knows
//          of a sealed one, microseconds since 1970; a least that is greater: not known, or it has no events
//          96 8 least and 104 8 greatest time at which its events were recorded
//          112 8 least and 120 8 greatest time at which they occurred; without one, were recorded
//
// Written aside, synced, renamed to `manifest-<generation>`, directory synced; the one before is kept.

/// The segments that make up a journal, as last written down.
package struct Manifest: Hashable, Sendable {
    package struct Segment: Hashable, Sendable {
        package var serial: UInt64
        package var generation: UInt32 = 0
        package var randomID: UInt64
        /// Set once it is sealed: no frame is added any more.
        package var sealed: Sealed?
        /// The position of the last compaction point for which it was looked through; 0: for none.
        package var compactedTo: Position = 0
        /// Whether some of its records are compressed.
        package var isCompressed = false
        /// At that point all was gone that could go, and nothing more goes with time or by later events: only by what is
        /// said of a stream since.
        package var isSettled = false
        /// When its events were recorded and occurred, once it is sealed; nil where that is not known, and where it has
        /// none.
        package var times: SegmentTimes?
    }

    /// The extent of a sealed segment.
    package struct Sealed: Hashable, Sendable {
        package var firstFrame: UInt64
        package var firstPosition: Position
        package var firstRecord: UInt64
        package var end: Int
        package var frames: UInt64
        package var events: UInt64
        package var records: UInt64

        package init(
            firstFrame: UInt64, firstPosition: Position, firstRecord: UInt64, end: Int = 0,
            frames: UInt64 = 0, events: UInt64 = 0, records: UInt64 = 0
        ) {
            self.firstFrame = firstFrame
            self.firstPosition = firstPosition
            self.firstRecord = firstRecord
            self.end = end
            self.frames = frames
            self.events = events
            self.records = records
        }
    }

    package static let magic: UInt64 = 0x4D4B_4F4F_4259_4144
    package static let version: UInt32 = 1
    static let segmentBytes = 128
    private static let segmentBytesWithoutTimes = 96

    package var generation: UInt64
    package var journal: EventID
    package var epoch: UInt64
    package var createdAt: Int64
    package var segments: [Segment]

    package func encoded() -> ByteWriter {
        var writer = ByteWriter(capacity: 64 + Self.segmentBytes * segments.count)
        writer.append(Self.magic)
        writer.append(UInt32(0))
        writer.append(Self.version)
        writer.append(generation)
        writer.append(journal.high.byteSwapped)
        writer.append(journal.low.byteSwapped)
        writer.append(epoch)
        writer.append(createdAt)
        writer.append(UInt32(segments.count))
        writer.append(UInt32(Self.segmentBytes))
        for segment in segments {
            writer.append(segment.serial)
            writer.append(segment.generation)
            writer.append(segment.sealed == nil ? 0 : 1 as UInt32)
            writer.append(segment.randomID)
            writer.append(segment.sealed?.firstFrame ?? 0)
            writer.append(segment.sealed?.firstPosition ?? 0)
            writer.append(segment.sealed?.firstRecord ?? 0)
            writer.append(UInt64(segment.sealed?.end ?? 0))
            writer.append(segment.sealed?.frames ?? 0)
            writer.append(segment.sealed?.events ?? 0)
            writer.append(segment.sealed?.records ?? 0)
            writer.append(segment.compactedTo)
            writer.append(segment.isCompressed ? 1 : 0 as UInt32)
            writer.append(segment.isSettled ? 1 : 0 as UInt32)
            for times in [segment.times?.recorded, segment.times?.occurred] {
                writer.append(times?.lowerBound ?? .max)
                writer.append(times?.upperBound ?? .min)
            }
        }
        writer.patch(CRC32C.checksum(of: writer.bytes.extracting(12..<writer.count)), at: 8)
        return writer
    }

    package enum Failure: Error, Hashable {
        case damaged
        case newerFormat(UInt32)
    }

    package init(decoding bytes: borrowing RawSpan) throws(Failure) {
        guard bytes.byteCount >= 64, bytes.u64(at: 0) == Self.magic,
            CRC32C.checksum(of: bytes.extracting(12..<bytes.byteCount)) == bytes.u32(at: 8)
        else { throw .damaged }
        let version = bytes.u32(at: 12)
        guard version <= Self.version else { throw .newerFormat(version) }
        let count = Int(bytes.u32(at: 56))
        let segmentBytes = version == 0 ? Self.segmentBytesWithoutTimes : Self.segmentBytes
        guard bytes.u32(at: 60) == UInt32(segmentBytes),
            bytes.byteCount == 64 + segmentBytes * count
        else { throw .damaged }
        generation = bytes.u64(at: 16)
        journal = EventID(high: bytes.u64(at: 24).byteSwapped, low: bytes.u64(at: 32).byteSwapped)
        epoch = bytes.u64(at: 40)
        createdAt = bytes.i64(at: 48)
        segments = []
        for place in 0..<count {
            let at = 64 + segmentBytes * place
            var segment = Segment(
                serial: bytes.u64(at: at), generation: bytes.u32(at: at + 8),
                randomID: bytes.u64(at: at + 16))
            if bytes.u32(at: at + 12) == 1 {
                guard let sealed = Sealed(decoding: bytes, at: at + 24) else { throw .damaged }
                segment.sealed = sealed
            }
            segment.compactedTo = bytes.u64(at: at + 80)
            segment.isCompressed = bytes.u32(at: at + 88) == 1
            segment.isSettled = bytes.u32(at: at + 92) == 1
            if version > 0 {
                segment.times = SegmentTimes(decoding: bytes, at: at + 96)
            }
            if bytes.u32(at: at + 88) > 1 { throw .newerFormat(Self.version + 1) }
            segments.append(segment)
        }
    }

    package init(generation: UInt64, journal: EventID, epoch: UInt64, createdAt: Int64) {
        self.generation = generation
        self.journal = journal
        self.epoch = epoch
        self.createdAt = createdAt
        segments = []
    }
}

extension Manifest.Sealed {
    /// Nil where no segment is so large, or begins so far on: a manifest made by hand can tell of any numbers, and these
    /// are added up later.
    fileprivate init?(decoding bytes: borrowing RawSpan, at offset: Int) {
        let numbers = (0..<7).map { bytes.u64(at: offset + 8 * $0) }
        // Offsets in a segment have 32 bits, and each frame, event and record takes some bytes.
        guard numbers[..<3].allSatisfy({ (1..<JournalEnd.numberMax).contains($0) }),
            numbers[3...].allSatisfy({ $0 <= UInt32.max })
        else { return nil }
        self.init(
            firstFrame: numbers[0], firstPosition: numbers[1], firstRecord: numbers[2],
            end: Int(numbers[3]), frames: numbers[4], events: numbers[5], records: numbers[6])
    }
}

extension SegmentTimes {
    /// Nil where they are not known.
    fileprivate init?(decoding bytes: borrowing RawSpan, at offset: Int) {
        let (recordedFirst, recordedLast) = (bytes.i64(at: offset), bytes.i64(at: offset + 8))
        let (occurredFirst, occurredLast) = (bytes.i64(at: offset + 16), bytes.i64(at: offset + 24))
        if recordedFirst > recordedLast || occurredFirst > occurredLast { return nil }
        self.init(
            recorded: recordedFirst...recordedLast, occurred: occurredFirst...occurredLast)
    }
}
