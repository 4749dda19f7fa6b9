internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// The descriptor of a backup, in the file `BACKUP`: what the backup consists of. It is written last.
//
//   0   8  "DAYBOOKB"
//   8   4  CRC-32C over bytes 12 to the end
//  12   4  format version: 0
//  16   8  taken at, microseconds since 1970
//  24   8  number of the last frame
//  32   8  position of the last event
//  40   4  s: count of segments
//  44   4  m: bytes of the manifest
//  48   4  n: bytes of the name of the journal · 52 4 0
//  56 12s  of each segment's file, in the order of the manifest: 8 bytes, 4 CRC-32C
//       m  the manifest (Manifest.swift): journal, epoch, and every segment sealed where its file ends
//       n  the name of the journal
//
// Beside it, in the folder `segments`, lies each segment, up to its end, under the name
// `<serial>.<generation>-<random id>-<end>`: another content has another name.

/// What a backup consists of.
struct BackupDescriptor: Hashable, Sendable {
    static let name = "BACKUP"
    static let folder = "segments"
    private static let magic: UInt64 = 0x424B_4F4F_4259_4144
    private static let version: UInt32 = 0
    private static let fixedBytes = 56

    var takenAt: Int64
    /// The name that the journal had in its store.
    var name: String
    var manifest: Manifest
    /// By segment.
    var files: [File]

    /// The file of a segment in a backup.
    struct File: Hashable, Sendable {
        static let encodedBytes = 12
        var byteCount: Int
        var checksum: UInt32
    }

    var lastFrame: UInt64 { manifest.end.frame - 1 }
    var lastPosition: Position { manifest.end.position - 1 }
    var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

    /// Where the file of a segment lies in a backup.
    static func path(of segment: Manifest.Segment) -> String {
        let name = JournalPaths.segmentName(segment.serial, segment.generation)
        let id = String(segment.randomID, radix: 16)
        return "\(folder)/\(name)-\(id)-\(segment.sealed?.end ?? 0)"
    }

    /// Whether a name in the folder of the segments is one that a backup gives.
    static func isSegment(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return false }
        return JournalPaths.segment(String(parts[0])) != nil
            && UInt64(parts[1], radix: 16) != nil && Int(parts[2]) != nil
    }

    func encoded() -> ByteWriter {
        let manifest = manifest.encoded()
        var writer = ByteWriter(
            capacity: Self.fixedBytes + File.encodedBytes * files.count + manifest.count
                + name.utf8.count)
        writer.append(Self.magic)
        writer.append(UInt32(0))
        writer.append(Self.version)
        writer.append(takenAt)
        writer.append(lastFrame)
        writer.append(lastPosition)
        writer.append(UInt32(files.count))
        writer.append(UInt32(manifest.count))
        writer.append(UInt32(name.utf8.count))
        writer.append(UInt32(0))
        for file in files {
            writer.append(UInt64(file.byteCount))
            writer.append(file.checksum)
        }
        writer.append(manifest.bytes)
        writer.append(name)
        writer.patch(CRC32C.checksum(of: writer.bytes.extracting(12..<writer.count)), at: 8)
        return writer
    }

    /// - Throws: `corrupt`, `newerFormat`.
    init(decoding bytes: borrowing RawSpan, _ path: String) throws(StoreError) {
        guard bytes.byteCount >= Self.fixedBytes, bytes.u64(at: 0) == Self.magic,
            CRC32C.checksum(of: bytes.extracting(12..<bytes.byteCount)) == bytes.u32(at: 8)
        else { throw .damagedBackup(path, offset: 0, "its descriptor is not what was written") }
        guard bytes.u32(at: 12) == Self.version else {
            throw .newerFormat(path, bytes.u32(at: 12))
        }
        takenAt = bytes.i64(at: 16)
        let count = Int(bytes.u32(at: 40))
        let manifestAt = Self.fixedBytes + File.encodedBytes * count
        let nameAt = manifestAt + Int(bytes.u32(at: 44))
        guard nameAt + Int(bytes.u32(at: 48)) == bytes.byteCount else {
            throw .damagedBackup(path, offset: 40, "its descriptor has another length")
        }
        files = (0..<count).map { place in
            let at = Self.fixedBytes + File.encodedBytes * place
            // Where so many bytes cannot be, the file has others.
            return File(
                byteCount: Int(UInt32(clamping: bytes.u64(at: at))),
                checksum: bytes.u32(at: at + 8))
        }
        let decoded: Manifest
        do throws(Manifest.Failure) {
            decoded = try Manifest(
                decoding: bytes.extracting(manifestAt..<nameAt))
        } catch {
            if case .newerFormat(let version) = error { throw .newerFormat(path, version) }
            throw .damagedBackup(path, offset: manifestAt, "the manifest in it is damaged")
        }
        manifest = decoded
        name = bytes.extracting(nameAt..<bytes.byteCount).text()
        guard JournalName.isValid(name) else {
            throw .damagedBackup(path, offset: nameAt, "no journal has the name in it")
        }
        guard decoded.segments.count == count, decoded.segments.allSatisfy({ $0.sealed != nil })
        else { throw .damagedBackup(path, offset: manifestAt, "it leaves a segment open") }
    }

    init(takenAt: Int64, name: String, manifest: Manifest, files: [File]) {
        self.takenAt = takenAt
        self.name = name
        self.manifest = manifest
        self.files = files
    }
}
