package import Daybook
internal import DaybookBytes
package import DaybookPlatform

/// Copies a journal as it stands, also beside a process that writes, to where a `Restore` finds it.
///
/// Copied are the segments, up to the watermark, with the events, tracking marks and system records in them. Every
/// frame is checked on the way, and what was written is read back. The index is not copied: it is made again.
package struct Backup {
    /// Told bytes done and in total; what it throws calls the work off.
    package typealias Progress = (Int, Int) throws(StoreError) -> Void

    private static let purpose = "The backup"

    private let environment: JournalEnvironment
    private let pinned: PinnedJournal
    private let name: String
    private let takenAt: Int64
    /// Makes the name of an archive that is not finished its own.
    private let number: UInt64
    private var report: CopyReport
    private var files: [BackupDescriptor.File] = []

    /// Pins the journal as it stands now.
    /// - Throws: `notFound`, `corrupt`, `newerFormat`, `inputOutput`.
    package init(of environment: JournalEnvironment, name: String = JournalName.main)
        throws(StoreError)
    {
        let pinned = try PinnedJournal.pin(environment.disk, JournalPaths(name: name))
        self.environment = environment
        self.pinned = pinned
        self.name = name
        takenAt = environment.time.wallMicroseconds()
        number = environment.randomness.next()
        report = CopyReport(
            pinned.manifest, name: name, bytes: pinned.byteCount, takenAt: takenAt)
        report.notes = pinned.notes
    }

    private var descriptor: BackupDescriptor {
        BackupDescriptor(
            takenAt: takenAt, name: name, manifest: pinned.manifest, files: files)
    }

    // MARK: To a folder

    /// Writes the backup into a folder, or brings the one there up to date: segments that are there already are read
    /// and stay, unless they are damaged: then they are copied again, and the report says so. Until the descriptor is
    /// replaced, at the end and at once, the former backup is what it was; one that fails leaves nothing of its own.
    /// - Throws: `invalid` where the folder holds anything else, or a backup of another history; `locked`, `corrupt`,
    ///   `diskFull`, `readOnly`, `inputOutput`.
    package mutating func write(
        to disk: any Disk, progress: Progress = { (_, _) throws(StoreError) in }
    ) throws(StoreError) -> CopyReport {
        let folder = BackupFolder(disk)
        let lock = try folder.lock()
        defer { _ = lock }
        do throws(StoreError) { return try write(to: folder, progress) } catch {
            folder.remove(lock.made)
            throw error
        }
    }

    private mutating func write(
        to folder: BackupFolder, _ progress: Progress
    ) throws(StoreError) -> CopyReport {
        let disk = folder.disk
        let former = try folder.former()
        if let former {
            // Another one may have ended between the pinning and the lock: it holds what was recorded since.
            if former.manifest.goesFurther(than: pinned.manifest) {
                self = try Backup(of: environment, name: name)
            }
            try folder.checkHistory(former, pinned, named: name)
        }
        var target = FolderTarget(disk, for: Self.purpose)
        var damaged: [String] = []
        do throws(StoreError) {
            try copy(to: &target, progress) { (segment) throws(StoreError) in
                switch try folder.kept(segment, of: former) {
                case .nothing: return nil
                case .whole(let file): return file
                case .damaged(let path):
                    damaged.append(path)
                    return nil
                }
            }
            try folder.syncSegments()
            let bytes = descriptor.encoded()
            try target.put(bytes.bytes, as: BackupDescriptor.name)
            try folder.syncDescriptor()
        } catch {
            // What was copied is of no use to anybody, and takes room.
            target.discard()
            folder.removeUnused(besides: former)
            throw error
        }
        folder.removeUnused(pinned.manifest)
        report.notes += damaged.map {
            "\(disk.place($0)) of the earlier backup was damaged or missing, and was copied again"
        }
        return report
    }

    // MARK: To an archive

    /// Writes the backup as one archive, through `send`.
    /// - Throws: `corrupt`, and what `send` throws.
    package mutating func write(
        progress: Progress = { (_, _) throws(StoreError) in },
        send: @escaping (borrowing RawSpan) throws(StoreError) -> Void
    ) throws(StoreError) -> CopyReport {
        try write(progress, send: send) { (_) throws(StoreError) in nil }
    }

    /// Writes the backup as one archive into a file, which gets its name when it is whole. Where two are written at a
    /// time, each is whole, and the one that ends last stays.
    /// - Throws: `corrupt`, `locked`, `diskFull`, `readOnly`, `inputOutput`.
    package mutating func write(
        to disk: any Disk, file name: String,
        progress: Progress = { (_, _) throws(StoreError) in }
    ) throws(StoreError) -> CopyReport {
        let archive = ArchiveName(name)
        archive.removeUnfinished(disk)
        var target = FolderTarget(disk, for: Self.purpose, aside: archive.suffix(number))
        let aside: OpenFile
        do throws(StoreError) {
            try target.begin(name, byteCount: report.bytes)
            aside = try target.opened()
            try archive.lock(aside)
        } catch {
            target.discard()
            throw error
        }
        var checksum: UInt32 = 0
        do throws(StoreError) {
            let report = try write(progress) { (bytes) throws(StoreError) in
                checksum = CRC32C.checksum(of: bytes, after: checksum)
                try target.write(bytes)
            } readBack: { (range) throws(StoreError) in
                do throws(Errno) { return try aside.checksum(of: range) } catch {
                    throw .copying(Self.purpose, disk.place(name), error)
                }
            }
            try target.end(checksum: checksum)
            do throws(Errno) { try disk.syncDirectory("") } catch {
                throw .copying(Self.purpose, disk.place(name), error)
            }
            return report
        } catch {
            target.discard()
            throw error
        }
    }

    private mutating func write(
        _ progress: Progress, send: @escaping (borrowing RawSpan) throws(StoreError) -> Void,
        readBack: @escaping (Range<Int>) throws(StoreError) -> UInt32?
    ) throws(StoreError) -> CopyReport {
        var target = TarTarget(
            time: takenAt / 1_000_000, for: Self.purpose, send: send, readBack: readBack)
        try copy(to: &target, progress) { (_) throws(StoreError) in nil }
        let bytes = descriptor.encoded()
        try target.begin(BackupDescriptor.name, byteCount: bytes.count)
        try target.write(bytes.bytes)
        try target.end(checksum: CRC32C.checksum(of: bytes.bytes))
        try target.finish()
        return report
    }

    // MARK: The copying

    /// - Parameter kept: the file of a segment that is there already.
    private mutating func copy(
        to target: inout some CopyTarget & ~Copyable, _ progress: Progress,
        kept: (Manifest.Segment) throws(StoreError) -> BackupDescriptor.File?
    ) throws(StoreError) {
        let total = report.bytes
        var done = 0
        var frames = SegmentCopy()
        for segment in pinned.segments {
            if let file = try kept(segment.asSealed) {
                try frames.pass(segment)
                files.append(file)
                report.segmentsKept += 1
                report.bytesKept += segment.byteCount
            } else {
                let checksum = try frames.copy(
                    segment, header: segment.header,
                    as: BackupDescriptor.path(of: segment.asSealed), to: &target
                ) { (bytes) throws(StoreError) in try progress(done + bytes, total) }
                files.append(
                    BackupDescriptor.File(byteCount: segment.byteCount, checksum: checksum))
            }
            done += segment.byteCount
            try progress(done, total)
        }
    }
}
