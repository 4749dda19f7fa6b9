package import Daybook
package import DaybookBytes

// The first 4,096 bytes of a segment file; frames follow.
//
//   0   8  "DAYBOOKS"
//   8   4  CRC-32C over bytes 12 to 4096
//  12   4  format version: 0
//  16   4  features without which the segment cannot be read
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
//  88      zeros

/// What a segment says of itself.
package struct SegmentHeader: Hashable, Sendable {
    package static let byteCount = 4096
    package static let magic: UInt64 = 0x534B_4F4F_4259_4144
    package static let version: UInt32 = 0

    package var journal: EventID
    package var epoch: UInt64
    package var serial: UInt64
    package var generation: UInt32
    package var randomID: UInt64
    package var preparedAt: Int64
    package var fileBytes: UInt64

    package init(
        journal: EventID, epoch: UInt64, serial: UInt64, generation: UInt32, randomID: UInt64,
        preparedAt: Int64, fileBytes: UInt64
    ) {
        self.journal = journal
        self.epoch = epoch
        self.serial = serial
        self.generation = generation
        self.randomID = randomID
        self.preparedAt = preparedAt
        self.fileBytes = fileBytes
    }

    package func encoded() -> ByteWriter {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(Self.magic)
        writer.append(UInt32(0))
        writer.append(Self.version)
        writer.append(UInt64(0))
        writer.append(journal.high.byteSwapped)
        writer.append(journal.low.byteSwapped)
        writer.append(epoch)
        writer.append(serial)
        writer.append(generation)
        writer.append(UInt32(0))
        writer.append(randomID)
        writer.append(preparedAt)
        writer.append(fileBytes)
        writer.appendZeros(Self.byteCount - writer.count)
        writer.patch(CRC32C.checksum(of: writer.bytes.extracting(12..<Self.byteCount)), at: 8)
        return writer
    }

    /// Why bytes are no header of a segment this version can read.
    package enum Failure: Error, Hashable {
        case notASegment, damaged
        case newerFormat(UInt32)
    }

    package init(decoding bytes: borrowing RawSpan) throws(Failure) {
        guard bytes.byteCount >= Self.byteCount, bytes.u64(at: 0) == Self.magic else {
            throw .notASegment
        }
        guard CRC32C.checksum(of: bytes.extracting(12..<Self.byteCount)) == bytes.u32(at: 8) else {
            throw .damaged
        }
        guard bytes.u32(at: 12) == Self.version, bytes.u32(at: 16) == 0, bytes.u32(at: 20) == 0
        else {
            throw .newerFormat(bytes.u32(at: 12))
        }
        self.init(
            journal: EventID(
                high: bytes.u64(at: 24).byteSwapped, low: bytes.u64(at: 32).byteSwapped),
            epoch: bytes.u64(at: 40), serial: bytes.u64(at: 48), generation: bytes.u32(at: 56),
            randomID: bytes.u64(at: 64), preparedAt: bytes.i64(at: 72), fileBytes: bytes.u64(at: 80)
        )
    }
}
