internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// Where the events of a sealed segment lie: derived, beside the segment, made again where it is missing or damaged.
//
//   0   8  "DAYBOOKO"
//   8   4  CRC-32C over bytes 12 to 40 + 4b
//  12   4  format version: 0
//  16   8  random id of the segment
//  24   8  position of its first event
//  32   4  n: count of events
//  36   4  b: count of blocks of 128 events
//  40  4b  CRC-32C of each block
//          zeros to a multiple of 4,096
//      4n  by event: the offset of its record in the segment

/// The offsets of a sealed segment on disk; only the checksums of their blocks are in memory.
struct OffsetFile: Sendable {
    private static let magic: UInt64 = 0x4F4B_4F4F_4259_4144
    /// An event here and there costs one block.
    private static let blockEvents = 128
    private static let alignment = 4096

    let file: OpenFile
    private let checksums: [UInt32]
    private let tableAt: Int
    let count: Int

    static func path(of segment: String) -> String { segment + ".offsets" }

    /// Reads what stands before the offsets; nil where the file is missing, damaged, or another segment's.
    init?(_ file: OpenFile, randomID: UInt64, first: Position) {
        guard let fixed = try? file.read(40, at: 0), fixed.count == 40,
            fixed.bytes.u64(at: 0) == Self.magic, fixed.bytes.u32(at: 12) == 0
        else { return nil }
        let blocks = Int(fixed.bytes.u32(at: 36))
        let headerBytes = 40 + 4 * blocks
        guard blocks < 1 << 20, let header = try? file.read(headerBytes, at: 0),
            header.count == headerBytes,
            CRC32C.checksum(of: header.bytes.extracting(12..<headerBytes))
                == header.bytes.u32(at: 8),
            header.bytes.u64(at: 16) == randomID, header.bytes.u64(at: 24) == first
        else { return nil }
        self.file = file
        count = Int(header.bytes.u32(at: 32))
        checksums = (0..<blocks).map { header.bytes.u32(at: 40 + 4 * $0) }
        tableAt = Self.tableAt(blocks: blocks)
        guard (count + Self.blockEvents - 1) / Self.blockEvents == blocks else { return nil }
    }

    /// Whether a file is that of a segment with so many events, and can be read.
    static func isWhole(
        _ file: OpenFile, randomID: UInt64, first: Position, count: Int
    ) -> Bool {
        guard let found = OffsetFile(file, randomID: randomID, first: first), found.count == count
        else { return false }
        return count == 0 || (try? found.read(0..<count, .mayBlock)) != nil
    }

    private static func tableAt(blocks: Int) -> Int {
        (40 + 4 * blocks + alignment - 1) / alignment * alignment
    }

    /// The bytes of the file of a segment.
    static func encoded(
        _ offsets: [UInt32], randomID: UInt64, first: Position
    ) -> ByteWriter {
        let blocks = (offsets.count + blockEvents - 1) / blockEvents
        var table = ByteWriter(capacity: 4 * offsets.count)
        for offset in offsets { table.append(offset) }
        var writer = ByteWriter(capacity: tableAt(blocks: blocks) + 4 * offsets.count)
        writer.append(magic)
        writer.append(UInt32(0))
        writer.append(UInt32(0))
        writer.append(randomID)
        writer.append(first)
        writer.append(UInt32(offsets.count))
        writer.append(UInt32(blocks))
        for block in 0..<blocks {
            let start = 4 * block * blockEvents
            let end = min(start + 4 * blockEvents, table.count)
            writer.append(CRC32C.checksum(of: table.bytes.extracting(start..<end)))
        }
        writer.patch(CRC32C.checksum(of: writer.bytes.extracting(12..<writer.count)), at: 8)
        writer.appendZeros(tableAt(blocks: blocks) - writer.count)
        writer.append(table.bytes)
        return writer
    }

    /// Writes the file of a segment anew.
    static func write(
        _ offsets: [UInt32], _ disk: any Disk, of segment: String, randomID: UInt64, first: Position
    ) throws(Errno) {
        let bytes = encoded(offsets, randomID: randomID, first: first)
        try DerivedFile.write(bytes, disk, path(of: segment))
    }

    /// Where in the file of so many events stands what is read before any offset, and the offsets behind it.
    static func range(of count: Int, withTable: Bool) -> Range<Int> {
        0..<tableAt(blocks: (count + blockEvents - 1) / blockEvents) + (withTable ? 4 * count : 0)
    }

    /// Where the block with the offset of an event stands.
    func range(holding index: Int) -> Range<Int> {
        let start = tableAt + 4 * (index / Self.blockEvents * Self.blockEvents)
        return start..<start + 4 * Self.blockEvents
    }

    /// Why offsets could not be read.
    enum Failure: Error {
        case wouldBlock
        /// The system refused, a checksum does not match, or they do not ascend: they have to be found in the segment.
        case unusable
    }

    /// The offsets of some events, by index in the segment, ascending.
    func read(_ range: Range<Int>, _ mode: ReadMode) throws(Failure) -> [UInt32] {
        let firstBlock = range.lowerBound / Self.blockEvents
        let lastBlock = (range.upperBound - 1) / Self.blockEvents
        let start = firstBlock * Self.blockEvents
        let end = min((lastBlock + 1) * Self.blockEvents, count)
        let block: SharedBytes
        do throws(Errno) {
            block = try file.read(4 * (end - start), at: tableAt + 4 * start, mode)
        } catch {
            throw error == .EAGAIN && mode == .cachedOnly ? .wouldBlock : .unusable
        }
        guard block.count == 4 * (end - start) else { throw .unusable }
        for number in firstBlock...lastBlock {
            let from = 4 * (number * Self.blockEvents - start)
            let to = min(from + 4 * Self.blockEvents, block.count)
            let checksum = CRC32C.checksum(of: block.bytes.extracting(from..<to))
            if checksum != checksums[number] { throw .unusable }
        }
        var offsets: [UInt32] = []
        offsets.reserveCapacity(range.count)
        for index in range {
            let offset = block.bytes.u32(at: 4 * (index - start))
            // Checksums can be right where what was written was not.
            if let before = offsets.last, offset <= before { throw .unusable }
            offsets.append(offset)
        }
        return offsets
    }
}
