internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// The ids of the events of a sealed segment, as hashes: derived, beside the segment for as long as appends may be
// recognised by them, made again where it is missing or damaged.
//
//   0   8  "DAYBOOKU"
//   8   4  CRC-32C over bytes 12 to the end
//  12   4  format version: 0
//  16   8  random id of the segment
//  24   8  position of its first event
//  32   8  key of the hash
//  40   8  n: count of events
//      8n  by event: its IDHash

/// The ids of a sealed segment on disk.
enum IDFile {
    private static let magic: UInt64 = 0x554B_4F4F_4259_4144
    private static let headerBytes = 48

    /// The length of the file of so many events.
    static func byteCount(of count: Int) -> Int { headerBytes + 8 * count }

    /// - Parameter segment: the path of the segment. Its ids stay what they are when it is compacted: the generation,
    ///   behind the last dot, does not count.
    static func path(of segment: String) -> String {
        segment.prefix(upTo: segment.lastIndex(of: ".") ?? segment.endIndex) + ".ids"
    }

    /// The bytes of the file of a segment.
    static func encoded(
        _ hashes: [UInt64], randomID: UInt64, first: Position, key: UInt64
    ) -> ByteWriter {
        var writer = ByteWriter(capacity: byteCount(of: hashes.count))
        writer.append(magic)
        writer.append(UInt32(0))
        writer.append(UInt32(0))
        writer.append(randomID)
        writer.append(first)
        writer.append(key)
        writer.append(UInt64(hashes.count))
        for hash in hashes { writer.append(hash) }
        writer.patch(CRC32C.checksum(of: writer.bytes.extracting(12..<writer.count)), at: 8)
        return writer
    }

    /// The key by which the hashes were made, as the beginning of a file says; nil where it is shorter.
    static func key(in bytes: borrowing RawSpan) -> UInt64? {
        bytes.byteCount < headerBytes ? nil : bytes.u64(at: 32)
    }

    /// Writes the file of a segment anew.
    static func write(
        _ hashes: [UInt64], _ disk: any Disk, of segment: Segment, key: UInt64
    ) throws(Errno) {
        let bytes = encoded(
            hashes, randomID: segment.randomID, first: segment.firstPosition, key: key)
        try DerivedFile.write(bytes, disk, path(of: segment.file.path))
    }

    /// The hashes of a segment with so many events; nil where the file is missing, damaged, another segment's, or of
    /// another key.
    static func read(
        _ disk: any Disk, of segment: Segment, key: UInt64, count: Int
    ) -> [UInt64]? {
        let byteCount = byteCount(of: count)
        guard let file = try? OpenFile(disk, path(of: segment.file.path), .read),
            let read = try? file.read(byteCount + 1, at: 0),
            isWhole(
                read.bytes, randomID: segment.randomID, first: segment.firstPosition, count: count),
            self.key(in: read.bytes) == key
        else { return nil }
        return (0..<count).map { read.bytes.u64(at: headerBytes + 8 * $0) }
    }

    /// Whether bytes are the file of a segment with so many events.
    static func isWhole(
        _ bytes: borrowing RawSpan, randomID: UInt64, first: Position, count: Int
    ) -> Bool {
        bytes.byteCount == byteCount(of: count) && bytes.u64(at: 0) == magic
            && bytes.u32(at: 12) == 0
            && CRC32C.checksum(of: bytes.extracting(12..<bytes.byteCount)) == bytes.u32(at: 8)
            && bytes.u64(at: 16) == randomID && bytes.u64(at: 24) == first
            && bytes.u64(at: 40) == UInt64(count)
    }

    /// Removes the file of a segment, if it has one.
    static func remove(_ disk: any Disk, of segment: String) {
        // What cannot be removed is tried again after the journal is opened.
        try? disk.remove(path(of: segment))
    }
}
