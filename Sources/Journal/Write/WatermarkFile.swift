internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// The watermark file: how far a writer is durable, for readers in other processes. Written only when what it tells
// of was synced, so it never says too much, and holds when the writer is gone: what is durable stays. It may be
// missing or behind, for it is never synced itself.
//
//   0   8  "DAYBOOKW"
//   8   4  CRC-32C over bytes 12 to 64
//  12   4  process id of the writer
//  16   8  identity of the writer: random, one for each opening
//  24   8  number of the last durable frame
//  32   8  position of the last durable event
//  40  24  0

/// Tells other processes how far they may read.
final class WatermarkFile: Sendable {
    static let magic: UInt64 = 0x574B_4F4F_4259_4144
    static let byteCount = 64

    /// What the file says.
    struct Content: Hashable, Sendable {
        var process: UInt32
        var writer: UInt64
        var mark: Watermark.Mark
    }

    private let file: OpenFile
    private let process: UInt32
    private let writer: UInt64

    init(_ disk: any Disk, _ path: String, process: UInt32, writer: UInt64) throws(Errno) {
        file = try OpenFile(disk, path, .createOrOpen)
        self.process = process
        self.writer = writer
    }

    /// Says how far. A failure only makes readers elsewhere see less.
    func write(_ mark: Watermark.Mark) {
        var bytes = ByteWriter(capacity: Self.byteCount)
        bytes.append(Self.magic)
        bytes.append(UInt32(0))
        bytes.append(process)
        bytes.append(writer)
        bytes.append(mark.frame)
        bytes.append(mark.position)
        bytes.appendZeros(Self.byteCount - bytes.count)
        bytes.patch(CRC32C.checksum(of: bytes.bytes.extracting(12..<Self.byteCount)), at: 8)
        try? file.writeAll(bytes.bytes, at: 0)
    }

    /// What the file says, nil where it is missing or damaged.
    static func read(_ disk: any Disk, _ path: String) -> Content? {
        guard let file = try? OpenFile(disk, path, .read) else { return nil }
        // What is just being written is whole a moment later.
        for _ in 0..<4 {
            guard let block = try? file.read(byteCount, at: 0) else { return nil }
            if let content = Content(decoding: block.bytes) { return content }
        }
        return nil
    }
}

extension WatermarkFile.Content {
    fileprivate init?(decoding bytes: borrowing RawSpan) {
        let end = WatermarkFile.byteCount
        guard bytes.byteCount == end, bytes.u64(at: 0) == WatermarkFile.magic,
            CRC32C.checksum(of: bytes.extracting(12..<end)) == bytes.u32(at: 8)
        else { return nil }
        process = bytes.u32(at: 12)
        writer = bytes.u64(at: 16)
        mark = Watermark.Mark(position: bytes.u64(at: 32), frame: bytes.u64(at: 24))
    }
}
