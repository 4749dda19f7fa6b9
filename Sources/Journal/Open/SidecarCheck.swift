internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Compares the files beside a sealed segment with what its events say they have to hold, byte for byte.
///
/// Memory: the files, and 12 bytes an event.
struct SidecarCheck {
    private let offsets: Sidecar?
    private let ids: Sidecar?
    private let key: UInt64?
    private let unreadable: [Verifier.Finding]
    private var starts: [UInt32] = []
    private var hashes: [UInt64] = []

    private struct Sidecar {
        var file: OpenFile
        var bytes: SharedBytes
        var path: String { file.path }
    }

    /// Reads the files that are there; one that is missing is made again, and is no damage.
    /// - Throws: `inputOutput`.
    init(_ disk: any Disk, of segment: String) throws(StoreError) {
        var unreadable: [Verifier.Finding] = []
        offsets = try Self.read(disk, OffsetFile.path(of: segment), &unreadable)
        ids = try Self.read(disk, IDFile.path(of: segment), &unreadable)
        self.unreadable = unreadable
        key = ids.flatMap { IDFile.key(in: $0.bytes.bytes) }
    }

    private static func read(
        _ disk: any Disk, _ path: String, _ unreadable: inout [Verifier.Finding]
    ) throws(StoreError) -> Sidecar? {
        do throws(Errno) {
            let file = try OpenFile(disk, path, .read)
            return Sidecar(file: file, bytes: try file.read(try file.size(), at: 0))
        } catch {
            if error == .ENOENT { return nil }
            if error.isLostSector {
                unreadable.append(.derived("it cannot be read (\(error))", path))
                return nil
            }
            throw .inputOutput("A file beside a segment cannot be read", path, error)
        }
    }

    /// Takes in the next frame of the segment.
    mutating func take(_ frame: ScannedFrame) {
        if offsets != nil {
            let stored = frame.stored
            var at = stored.frame.offset + stored.frame.header.eventsAt
            for _ in 0..<stored.frame.header.eventCount {
                starts.append(UInt32(stored.base + at))
                at += Int(stored.block.bytes.u32(at: at))
            }
        }
        if let key { IDHash.add(frame.frame, in: frame.block.bytes, key: key, to: &hashes) }
    }

    /// What is wrong with the files, once all frames were taken in.
    func findings(randomID: UInt64, first: Position) -> [Verifier.Finding] {
        var findings = unreadable
        if let offsets {
            let right = OffsetFile.encoded(starts, randomID: randomID, first: first)
            findings += Self.compare(offsets, right)
        }
        if let ids {
            let right = IDFile.encoded(hashes, randomID: randomID, first: first, key: key ?? 0)
            findings += Self.compare(ids, right)
        }
        return findings
    }

    /// What the files say of themselves, of a segment of which not all events can be read.
    /// - Parameter count: how many it has.
    func ownFindings(randomID: UInt64, first: Position, count: Int) -> [Verifier.Finding] {
        let why = "its checksums do not match, or it is another segment's"
        var findings = unreadable
        if let offsets,
            !OffsetFile.isWhole(offsets.file, randomID: randomID, first: first, count: count)
        {
            findings.append(.derived(why, offsets.path))
        }
        if let ids,
            !IDFile.isWhole(ids.bytes.bytes, randomID: randomID, first: first, count: count)
        {
            findings.append(.derived(why, ids.path))
        }
        return findings
    }

    private static func compare(
        _ found: Sidecar, _ right: borrowing ByteWriter
    ) -> [Verifier.Finding] {
        if found.bytes.bytes.isEqual(to: right.bytes) { return [] }
        let common = min(found.bytes.count, right.count)
        var at = 0
        while at < common && found.bytes.bytes.u8(at: at) == right.bytes.u8(at: at) { at += 1 }
        return [
            .derived("it is not what the events of its segment say", found.path, offset: at)
        ]
    }
}
