internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// The note of a repair, in the file `REPAIR` of the folder of the journal: there from before its first change until
// after its last one. A manifest of its generation, which nobody else writes meanwhile, says that it took place.
//
//   0   8  "DAYBOOKF"
//   8   4  CRC-32C over bytes 12 to the end
//  12   4  format version: 0
//  16   8  generation of the manifest that makes it so
//  24   4  flags: 1 something is lost by it
//  28   4  n: count of segments that it writes
//  32 16n  of each: 8 serial number, 4 generation, 4 0

/// What a repair is about to do, so that whoever comes after one that was stopped takes it back or ends it.
struct RepairNote: Hashable {
    /// The file of a segment that the repair writes.
    struct File: Hashable {
        static let encodedBytes = 16
        var serial: UInt64
        var generation: UInt32
    }

    private static let magic: UInt64 = 0x464B_4F4F_4259_4144
    private static let version: UInt32 = 0
    private static let fixedBytes = 32
    static let purpose = "The repaired store"

    var generation: UInt64
    var loses: Bool
    var files: [File]

    /// Where the files go that the repaired journal does not use.
    func folder(_ paths: JournalPaths) -> String { "\(paths.folder)/damaged-\(generation)" }

    // MARK: Reading and writing

    func encoded() -> ByteWriter {
        var writer = ByteWriter(capacity: Self.fixedBytes + File.encodedBytes * files.count)
        writer.append(Self.magic)
        writer.append(UInt32(0))
        writer.append(Self.version)
        writer.append(generation)
        writer.append(UInt32(loses ? 1 : 0))
        writer.append(UInt32(files.count))
        for file in files {
            writer.append(file.serial)
            writer.append(file.generation)
            writer.append(UInt32(0))
        }
        writer.patch(CRC32C.checksum(of: writer.bytes.extracting(12..<writer.count)), at: 8)
        return writer
    }

    /// - Throws: `corrupt`, `newerFormat`.
    init(decoding bytes: borrowing RawSpan, _ path: String) throws(StoreError) {
        guard bytes.byteCount >= Self.fixedBytes, bytes.u64(at: 0) == Self.magic,
            CRC32C.checksum(of: bytes.extracting(12..<bytes.byteCount)) == bytes.u32(at: 8)
        else { throw .damagedNote(path) }
        guard bytes.u32(at: 12) == Self.version else {
            throw .newerFormat(path, bytes.u32(at: 12))
        }
        generation = bytes.u64(at: 16)
        loses = bytes.u32(at: 24) & 1 != 0
        let count = Int(bytes.u32(at: 28))
        guard bytes.byteCount == Self.fixedBytes + File.encodedBytes * count else {
            throw .damagedNote(path)
        }
        files = (0..<count).map { place in
            let at = Self.fixedBytes + File.encodedBytes * place
            return File(serial: bytes.u64(at: at), generation: bytes.u32(at: at + 8))
        }
    }

    init(generation: UInt64, loses: Bool, files: [File]) {
        self.generation = generation
        self.loses = loses
        self.files = files
    }

    /// The note in the folder of a journal; nil where no repair is under way.
    /// - Throws: `corrupt`, `newerFormat`, `inputOutput`.
    static func read(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) -> RepairNote? {
        let bytes: SharedBytes
        do throws(Errno) {
            let file = try OpenFile(disk, paths.repair, .read)
            bytes = try file.read(try file.size(), at: 0)
        } catch {
            if error == .ENOENT { return nil }
            throw .inputOutput("The note of a repair cannot be read", paths.repair, error)
        }
        return try RepairNote(decoding: bytes.bytes, paths.repair)
    }

    func write(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) {
        var target = FolderTarget(disk, for: Self.purpose)
        let bytes = encoded()
        do throws(StoreError) { try target.put(bytes.bytes, as: paths.repair) } catch {
            target.discard()
            throw error
        }
        do throws(Errno) { try disk.syncDirectory(paths.folder) } catch {
            throw .copying(Self.purpose, paths.folder, error)
        }
    }

    // MARK: A repair that was stopped

    /// Takes back what a repair began, or does what it left undone. Only for whoever holds the lock of the journal,
    /// and before its folder is read.
    /// - Returns: what was done, in words.
    /// - Throws: `corrupt`, `newerFormat`, `diskFull`, `readOnly`, `inputOutput`.
    static func settle(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) -> [String] {
        guard let note = try read(disk, paths) else { return [] }
        let files = ManifestFiles(disk: disk, paths: paths)
        let present = try files.load().manifest
        if let present, present.generation >= note.generation {
            var moved: [String] = []
            try note.moveUnused(disk, paths, present, &moved)
            return [
                "a repair was stopped behind its last step but one; the files that it replaced were moved to "
                    + note.folder(paths)
            ]
        }
        if let newest = files.newest(), newest >= note.generation {
            // It may have been moved away already what the one before names.
            throw .damagedRepair(paths.manifest(newest), movedTo: note.folder(paths), paths)
        }
        try note.takeBack(disk, paths)
        return ["a repair was stopped before it changed anything; what it had begun was removed"]
    }

    /// Removes what the repair has written, and last the note. What is not used stays in its place.
    func takeBack(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) {
        do throws(Errno) {
            for file in files {
                let path = paths.segment(serial: file.serial, generation: file.generation)
                for path in [path, FolderTarget.aside(path)] where try disk.exists(path) {
                    try disk.remove(path)
                }
            }
            try disk.syncDirectory(paths.segments)
            if try disk.exists(paths.repair) { try disk.remove(paths.repair) }
            try disk.syncDirectory(paths.folder)
        } catch {
            throw .inputOutput(
                "What a repair has begun cannot be removed", paths.repair, error)
        }
    }

    /// Moves the files away that the manifest of the repair does not name, with the offsets and ids that belong to
    /// them, and removes the note.
    /// - Parameter moved: gets the path of each, also where another cannot be moved.
    func moveUnused(
        _ disk: any Disk, _ paths: JournalPaths, _ manifest: Manifest, _ moved: inout [String]
    ) throws(StoreError) {
        let unused = try SegmentNames(disk, paths).unused(by: manifest)
        // A segment goes last: what belongs to it is found by its name.
        var leaving = unused.reversed().flatMap { [IDFile.path(of: $0), $0] }
        if loses { leaving.append(paths.watermark) }
        let folder = folder(paths)
        do throws(Errno) {
            // The manifest is seen; only now it is certain to stay.
            try disk.syncDirectory(paths.folder)
            try disk.createDirectories(folder)
            for path in leaving where try disk.exists(path) {
                let name = path.split(separator: "/").last.map(String.init) ?? path
                try disk.rename(path, to: "\(folder)/\(name)")
                moved.append(path)
            }
            try disk.syncDirectory(folder)
            try disk.syncDirectory(paths.segments)
            try disk.remove(paths.repair)
            try disk.syncDirectory(paths.folder)
        } catch {
            throw .inputOutput("What a repair has replaced cannot be moved away", folder, error)
        }
    }
}
