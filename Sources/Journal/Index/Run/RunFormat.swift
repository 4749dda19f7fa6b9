internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// A run: the index of the events between two positions, written once, in order, and never changed.
//
// From the front: blocks of terms by (kind, hash, name), each behind the long lists of its terms; blocks of
// names by (kind, name); fences of both; the filter; the footer.
//
// Everything but the footer lies in checked pieces:
//
//   0   4  CRC-32C over: random id of the run (8), offset of the piece in the file (8), bytes 4 to n
//   4   4  n: length of the piece in bytes, this header included
//   8      content
//
// Block of terms: terms one behind the other, as RunTerm draws them.
// Block of names: names one behind the other, as RunName draws them.
// Chunk of a long list: up to 128 positions: varint first, less the first position of the run; varint steps.
// Directory of a long list: up to 200 chunks, each: first position 8, offset 6, length 2.
// Top of a long list: its directories, each: first position 8, offset 6, length 2.
// Fences of terms: by block: kind and hash of its first term (5, in 8), offset 8, length 4, zero 4.
// Fences of names: by block: offset 8, length 4, varint kind, varint length and bytes of its first name.
// Filter: blocks of 64 bytes, see RunFilter.
//
// Footer, the last 192 bytes:
//
//   0   4  CRC-32C over bytes 4 to 192
//   4   4  format version: 0
//   8   8  "DAYBOOKI"
//  16  16  id of the journal
//  32   8  random id of the run
//  40   8  key of the hash
//  48   8  bits of the hash
//  56   8  first position
//  64   8  last position; the one before the first, where the run has no events
//  72   8  frames: the last one, which ends a segment, or is the last before a closing
//  80   8  number of the last system record up to there
//  88   8  serial of that segment
//  96   8  random id of that segment
// 104   8  the last frame before the run
// 112   8  number of the last system record before the run
// 120   8  fences of terms: offset      128  4  length      132  4  count
// 136   8  fences of names: offset      144  4  length      148  4  count
// 152   8  filter: offset               160  8  length
// 168   8  count of terms
// 176      zeros
//
// Integers are little-endian.

/// Lengths and limits of runs.
enum RunFormat {
    static let magic: UInt64 = 0x494B_4F4F_4259_4144
    static let version: UInt32 = 0
    static let footerBytes = 192
    static let pieceHeaderBytes = 8
    /// A block is closed once it is this long. It holds whole terms or names, so it may be longer: by a term of less
    /// than 4 KiB, by a name with its value.
    static let blockBytes = 2048
    /// Longer than any name that a journal takes; a term with it fits into the two bytes that tell its length.
    static let nameBytesMax = 4096
    /// A list of more lies in pieces of its own, before the block of its term.
    static let inlinePositionsMax = 192
    /// Chunks and directories are short enough for two bytes to tell their lengths.
    static let chunkPositions = 128
    static let directoryChunks = 200

    /// The checksum of a piece, from its length on.
    static func checksum(of piece: borrowing RawSpan, run: UInt64, offset: Int) -> UInt32 {
        let place = (run.littleEndian, UInt64(offset).littleEndian)
        // Safe: the bytes of two integers, read within the call.
        let seed = unsafe withUnsafeBytes(of: place) { unsafe CRC32C.checksum(of: $0.bytes) }
        return CRC32C.checksum(of: piece.extracting(4..<piece.byteCount), after: seed)
    }
}

/// What a run covers: whole segments, and of one in which the journal was closed the part before or behind that. There may
/// be system records and marks in them, and no event.
struct RunExtent: Hashable, Sendable {
    var journal: EventID
    var positions: PositionSpan
    /// The last frame before it, and the number of the last system record; 0 where there is none.
    var frameBefore: UInt64 = 0
    var recordBefore: UInt64 = 0
    var end: SegmentEnd

    /// Whether it begins right behind another, nil: at the beginning of the journal. Positions alone do not tell:
    /// segments without events may lie between.
    func follows(_ other: RunExtent?) -> Bool {
        positions.first == (other?.positions.last ?? 0) + 1
            && frameBefore == other?.end.frame ?? 0 && recordBefore == other?.end.record ?? 0
    }
}

/// Where a segment ends for good, whatever generation of it there is, or the journal was closed in the middle of it.
struct SegmentEnd: Hashable, Sendable {
    var serial: UInt64 = 0
    var randomID: UInt64 = 0
    /// The last frame.
    var frame: UInt64 = 0
    /// The number of the last system record up to there.
    var record: UInt64 = 0
}

/// The last bytes of a run.
struct RunFooter: Hashable, Sendable {
    struct Part: Hashable, Sendable {
        var offset = 0
        var length = 0
        var count = 0
    }

    var extent: RunExtent
    var randomID: UInt64
    var hash: NameHash
    var termFences = Part()
    var nameFences = Part()
    var filter = Part()
    var termCount = 0

    func encoded() -> SharedBytes {
        var writer = ByteWriter(capacity: RunFormat.footerBytes)
        writer.append(UInt32(0))
        writer.append(RunFormat.version)
        writer.append(RunFormat.magic)
        writer.append(extent.journal.high)
        writer.append(extent.journal.low)
        writer.append(randomID)
        writer.append(hash.key)
        writer.append(UInt64(hash.bits))
        writer.append(extent.positions.first)
        writer.append(extent.positions.last)
        writer.append(extent.end.frame)
        writer.append(extent.end.record)
        writer.append(extent.end.serial)
        writer.append(extent.end.randomID)
        writer.append(extent.frameBefore)
        writer.append(extent.recordBefore)
        for part in [termFences, nameFences] {
            writer.append(UInt64(part.offset))
            writer.append(UInt32(part.length))
            writer.append(UInt32(part.count))
        }
        writer.append(UInt64(filter.offset))
        writer.append(UInt64(filter.length))
        writer.append(UInt64(termCount))
        writer.appendZeros(RunFormat.footerBytes - writer.count)
        writer.patch(
            CRC32C.checksum(of: writer.bytes.extracting(4..<writer.count)), at: 0)
        return writer.finish()
    }

    /// Nil where the bytes are no whole footer of a version known here.
    init?(decoding bytes: borrowing RawSpan) {
        guard bytes.byteCount == RunFormat.footerBytes, bytes.u64(at: 8) == RunFormat.magic,
            bytes.u32(at: 4) == RunFormat.version,
            CRC32C.checksum(of: bytes.extracting(4..<bytes.byteCount)) == bytes.u32(at: 0),
            bytes.u64(at: 56) >= 1, bytes.u64(at: 56) - 1 <= bytes.u64(at: 64)
        else { return nil }
        func part(_ at: Int, _ bytes: borrowing RawSpan) -> Part {
            Part(
                offset: Int(truncatingIfNeeded: bytes.u64(at: at)),
                length: Int(bytes.u32(at: at + 8)), count: Int(bytes.u32(at: at + 12)))
        }
        extent = RunExtent(
            journal: EventID(high: bytes.u64(at: 16), low: bytes.u64(at: 24)),
            positions: PositionSpan(first: bytes.u64(at: 56), last: bytes.u64(at: 64)),
            frameBefore: bytes.u64(at: 104), recordBefore: bytes.u64(at: 112),
            end: SegmentEnd(
                serial: bytes.u64(at: 88), randomID: bytes.u64(at: 96),
                frame: bytes.u64(at: 72), record: bytes.u64(at: 80)))
        randomID = bytes.u64(at: 32)
        hash = NameHash(key: bytes.u64(at: 40), bits: Int(truncatingIfNeeded: bytes.u64(at: 48)))
        termFences = part(120, bytes)
        nameFences = part(136, bytes)
        filter = Part(
            offset: Int(truncatingIfNeeded: bytes.u64(at: 152)),
            length: Int(truncatingIfNeeded: bytes.u64(at: 160)))
        termCount = Int(truncatingIfNeeded: bytes.u64(at: 168))
    }

    init(extent: RunExtent, randomID: UInt64, hash: NameHash) {
        self.extent = extent
        self.randomID = randomID
        self.hash = hash
    }
}
