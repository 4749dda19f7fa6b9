package import Daybook
package import DaybookBytes

// The first 4,096 bytes of a segment file; frames follow.
//
//   0   8  "DAYBOOKS"
//   8   4  CRC-32C over bytes 12 to 4096
//  12   4  format version: 1; 0 is no longer read: its frames had a list of checksums, and longer records
//  16   4  features without which the segment cannot be read: 1 some records are compressed
//  20   4  features without which it cannot be written beside
//  24  16  id of the journal, most significant byte first
//  40   8  epoch of the journal when the segment was prepared
//  48   8  serial number, from 1
//  56   4  generation: 0, then one more for every copy made of it
//  60   4  0
//  64   8  random id, in every checksum of the segment: what an earlier life of the blocks left behind
//          is never taken for a frame of this one
//  72   8  prepared at, microseconds since 1970
//  80   8  bytes the file was given: an open segment that is shorter was cut
//          Where some records are compressed, behind the last frame lies the dictionary they are compressed with:
//  88   8  its offset in the file
//  96   4  its bytes, up to the end of the file; 0: they are compressed without
// 100   4  CRC-32C over the segment's random id (8), then the dictionary
//          Of a copy that a compaction made:
// 104   8  events without data and metadata, which were removed
// 112   8  bytes of the file that generation 0 was
// 120      zeros

/// What a segment says of itself.
package struct SegmentHeader: Hashable, Sendable {
    package static let byteCount = 4096
    package static let magic: UInt64 = 0x534B_4F4F_4259_4144
    package static let version: UInt32 = 1

    package var journal: EventID
    package var epoch: UInt64
    package var serial: UInt64
    package var generation: UInt32
    package var randomID: UInt64
    package var preparedAt: Int64
    package var fileBytes: UInt64
    /// What some records are compressed with; nil where all are plain.
    package var dictionary: Dictionary?
    /// How many of its events are stubs, as whoever wrote the file counted.
    package var stubs: UInt64 = 0
    /// What the frames took in the file of which it is a copy, or a copy of a copy; 0: it is none.
    package var originalBytes: UInt64 = 0

    /// Where the dictionary of a segment lies in its file: from behind the last frame up to the end.
    package struct Dictionary: Hashable, Sendable {
        package static let byteCountMax = 1 << 20
        package var offset: Int
        package var byteCount: Int
        package var checksum: UInt32

        package static func checksum(
            of bytes: borrowing RawSpan, segment randomID: UInt64
        ) -> UInt32 {
            CRC32C.checksum(of: bytes, after: FrameHeader.seed(randomID))
        }
    }

    private static let compressed: UInt32 = 1

    package init(
        journal: EventID, epoch: UInt64, serial: UInt64, generation: UInt32, randomID: UInt64,
        preparedAt: Int64, fileBytes: UInt64, dictionary: Dictionary? = nil
    ) {
        self.journal = journal
        self.epoch = epoch
        self.serial = serial
        self.generation = generation
        self.randomID = randomID
        self.preparedAt = preparedAt
        self.fileBytes = fileBytes
        self.dictionary = dictionary
    }

    package func encoded() -> ByteWriter {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(Self.magic)
        writer.append(UInt32(0))
        writer.append(Self.version)
        writer.append(dictionary == nil ? 0 : Self.compressed)
        writer.append(UInt32(0))
        writer.append(journal.high.byteSwapped)
        writer.append(journal.low.byteSwapped)
        writer.append(epoch)
        writer.append(serial)
        writer.append(generation)
        writer.append(UInt32(0))
        writer.append(randomID)
        writer.append(preparedAt)
        writer.append(fileBytes)
        if let dictionary {
            writer.append(UInt64(dictionary.offset))
            writer.append(UInt32(dictionary.byteCount))
            writer.append(dictionary.checksum)
        } else {
            writer.appendZeros(16)
        }
        writer.append(stubs)
        writer.append(originalBytes)
        writer.appendZeros(Self.byteCount - writer.count)
        writer.patch(CRC32C.checksum(of: writer.bytes.extracting(12..<Self.byteCount)), at: 8)
        return writer
    }

    /// Why bytes are no header of a segment this version can read.
    package enum Failure: Error, Hashable {
        case notASegment, damaged
        /// Of a version, or with a feature, that is not known here.
        case otherFormat(UInt32)
    }

    package init(decoding bytes: borrowing RawSpan) throws(Failure) {
        guard bytes.byteCount >= Self.byteCount, bytes.u64(at: 0) == Self.magic else {
            throw .notASegment
        }
        guard CRC32C.checksum(of: bytes.extracting(12..<Self.byteCount)) == bytes.u32(at: 8) else {
            throw .damaged
        }
        let features = bytes.u32(at: 16)
        guard bytes.u32(at: 12) == Self.version, features & ~Self.compressed == 0,
            bytes.u32(at: 20) == 0
        else {
            throw .otherFormat(bytes.u32(at: 12))
        }
        self.init(
            journal: EventID(
                high: bytes.u64(at: 24).byteSwapped, low: bytes.u64(at: 32).byteSwapped),
            epoch: bytes.u64(at: 40), serial: bytes.u64(at: 48), generation: bytes.u32(at: 56),
            randomID: bytes.u64(at: 64), preparedAt: bytes.i64(at: 72), fileBytes: bytes.u64(at: 80)
        )
        stubs = bytes.u64(at: 104)
        originalBytes = bytes.u64(at: 112)
        if features == 0 { return }
        let (offset, count) = (bytes.u64(at: 88), bytes.u32(at: 96))
        guard offset >= Self.byteCount, offset <= fileBytes, fileBytes - offset == count,
            count <= Dictionary.byteCountMax, fileBytes <= Int64.max
        else { throw .damaged }
        dictionary = Dictionary(
            offset: Int(offset), byteCount: Int(count), checksum: bytes.u32(at: 100))
    }
}
