public import Daybook
internal import DaybookJournal
internal import DaybookPlatform

/// Where a backup goes.
public enum BackupDestination: Sendable {
    /// A folder, which an earlier backup of the same store may have filled: what is there already stays.
    case folder(String)
    /// One file, a POSIX archive of such a folder; replaced when the new one is whole.
    case file(String)
    /// The same archive, piece by piece.
    case stream(@Sendable (borrowing RawSpan) throws(StoreError) -> Void)
}

/// Where a restored store ends.
public enum RestoreEnd: Hashable, Sendable {
    /// With all that the backup holds.
    case whole
    /// With the append whose last event has this position.
    case position(Position)
    /// With the last append recorded at or before this time.
    case time(Timestamp)
}

/// Told bytes done and in total; what it throws calls the work off.
public typealias CopyProgress = @Sendable (Int, Int) throws(StoreError) -> Void

extension EmbeddedStore {
    /// Backs up a journal of the store in a folder as it stands, also while a process writes to it, and checks every
    /// frame on the way. It holds all that was acknowledged before this was called.
    /// - Parameters:
    ///   - path: the folder of the store.
    ///   - journal: its name; nil: `main`, where the store has no other.
    ///   - destination: where it is written to.
    ///   - progress: told how far it is, on a thread of its own.
    /// - Throws: `notFound`, `corrupt` with the place, `newerFormat`; `invalid` where the store has several journals and
    ///   none is named, or the destination lies inside a store, holds anything else, or a backup of another history;
    ///   `locked`, `diskFull`, `readOnly`, `inputOutput`. The destination is as it was then.
    public static func backup(
        _ path: String, journal: String? = nil, to destination: BackupDestination,
        progress: @escaping CopyProgress
    ) async throws(StoreError) -> BackupReport {
        let environment = environment(at: path)
        let done = try await blocking { () throws(StoreError) in
            let name = try JournalNames.only(journal, environment.disk)
            var backup = try Backup(of: environment, name: name)
            switch destination {
            case .folder(let folder):
                try checkOutside(folder)
                let disk = LinuxDisk(root: folder)
                let unmake = try make(disk)
                do throws(StoreError) {
                    return try backup.write(to: disk, progress: progress)
                } catch {
                    unmake()
                    throw error
                }
            case .file(let file):
                try checkOutside(file)
                let (disk, name) = parent(of: file)
                return try backup.write(to: disk, file: name, progress: progress)
            case .stream(let send):
                return try backup.write(progress: progress, send: send)
            }
        }
        return BackupReport(
            journal: done.journal, name: done.name, lastPosition: done.lastPosition,
            segments: done.segments,
            bytes: UInt64(done.bytes), segmentsKept: done.segmentsKept,
            bytesKept: UInt64(done.bytesKept), notes: done.notes)
    }

    /// Reads a backup, a folder or an archive, and checks all of it.
    /// - Throws: `notFound`, `corrupt` where it cannot be read as a backup, `newerFormat`, `inputOutput`; other damage
    ///   is a finding of the report.
    public static func verifyBackup(
        _ path: String, progress: @escaping CopyProgress
    ) async throws(StoreError) -> VerifyReport {
        try await blocking { () throws(StoreError) in
            let reader = try reader(path)
            var report = VerifyReport(journals: [reader.name])
            report.add(try reader.verify(progress: progress), of: reader.name)
            return report
        }
    }

    /// Makes a journal out of a backup, a folder or an archive, in a store that has none of its name; a folder that is
    /// empty or absent becomes a store. Checkpoints taken before do not fit what is restored.
    /// - Parameters:
    ///   - backup: the folder or the archive.
    ///   - path: the folder of the store.
    ///   - journal: the name it gets; nil: the one it had.
    ///   - end: up to where.
    ///   - progress: told how far it is, on a thread of its own.
    /// - Throws: `notFound`, `corrupt` with the place in the backup, `newerFormat`; `invalid` where the store has that
    ///   journal, its folder holds anything else, or the end is inside an append; `locked`, `diskFull`, `readOnly`,
    ///   `inputOutput`. The folder is as it was then.
    public static func restore(
        _ backup: String, to path: String, journal: String? = nil, upTo end: RestoreEnd = .whole,
        progress: @escaping CopyProgress
    ) async throws(StoreError) -> RestoreReport {
        let environment = environment(at: path)
        let done = try await blocking { () throws(StoreError) in
            let restore = Restore(try reader(backup), upTo: Restore.End(end))
            if let journal { try JournalName.validate(journal) }
            let unmake = try make(LinuxDisk(root: path))
            do throws(StoreError) {
                return try restore.run(in: environment, name: journal, progress: progress)
            } catch {
                unmake()
                throw error
            }
        }
        return RestoreReport(
            journal: done.journal, name: done.name, lastPosition: done.lastPosition,
            segments: done.segments,
            bytes: UInt64(done.bytes), backupPosition: done.backupPosition, takenAt: done.takenAt)
    }

    /// Looks at a journal that is refused or fails `verify`, and makes it one that opens, with its longest whole
    /// beginning. Nothing is deleted: what is not used any more is moved into a folder of the journal.
    /// - Parameters:
    ///   - path: the folder of the store.
    ///   - journal: its name; nil: `main`, where the store has no other.
    ///   - acceptsLoss: repairs also where events are lost by it; else it only tells which.
    ///   - compression: as at its opening.
    /// - Throws: `invalid` where the store has several journals and none is named; `locked`, `notFound`,
    ///   `newerFormat`, `needsCompression`, `corrupt` where nothing is left to begin with, `diskFull`, `readOnly`,
    ///   `inputOutput`.
    public static func repair(
        _ path: String, journal: String? = nil, acceptsLoss: Bool,
        compression: StoreCompression? = nil
    ) async throws(StoreError) -> RepairReport {
        let environment = environment(at: path, compression)
        return try await blocking { () throws(StoreError) in
            let name = try JournalNames.only(journal, environment.disk)
            let done = try Repair(of: environment, name: name).run(acceptsLoss: acceptsLoss)
            return RepairReport(done, of: name)
        }
    }

    /// The journal of the store in a folder that is meant where it matters that no other is left out.
    /// - Parameter name: the one that was named; nil: `main`, where the store has no other.
    /// - Throws: `invalid` where the store has several journals and none was named; `inputOutput`.
    package static func onlyJournal(
        _ name: String?, at path: String
    ) async throws(StoreError) -> String {
        try await blocking { () throws(StoreError) in
            try JournalNames.only(name, LinuxDisk(root: path))
        }
    }

    /// Refuses a path inside the folder of a store, this one or another: what is no part of it would be in its way.
    /// - Throws: `invalid`.
    package static func checkOutside(_ path: String) throws(StoreError) {
        var folders: [Substring] = []
        for name in LinuxDisk(root: path).root.split(separator: "/") where name != "." {
            if name == ".." { _ = folders.popLast() } else { folders.append(name) }
        }
        while folders.popLast() != nil {
            let folder = "/" + folders.joined(separator: "/")
            let disk = LinuxDisk(root: folder)
            // A folder that cannot be looked into is none that could be written to either.
            guard let isStore = try? disk.exists("LOCK") && disk.isDirectory("journals"), isStore
            else { continue }
            throw StoreError(
                .invalid, "Nothing may be written into the folder of a store",
                why: "\(folder) is one, and a store takes no files but its own",
                remedy: "Name a place outside of it.", place: path)
        }
    }

    static func environment(
        at path: String, _ compression: StoreCompression? = nil
    ) -> JournalEnvironment {
        environment(on: LinuxDisk(root: path), compression)
    }

    static func environment(
        on disk: any Disk, _ compression: StoreCompression?
    ) -> JournalEnvironment {
        JournalEnvironment(
            disk: disk, time: SystemTime(), randomness: SystemRandomness(),
            process: UInt32(Host.processID), codec: compression?.codec)
    }

    /// Makes the folder of a disk.
    /// - Returns: what removes it again, as far as it is new and empty.
    @discardableResult
    static func make(_ disk: LinuxDisk) throws(StoreError) -> () -> Void {
        do throws(Errno) { return try disk.createRoot() } catch {
            throw .inputOutput("The folder cannot be made", disk.root, error)
        }
    }

    private static func parent(of file: String) -> (disk: LinuxDisk, name: String) {
        let whole = LinuxDisk(root: file).root
        let parts = whole.split(separator: "/")
        return (
            LinuxDisk(root: "/" + parts.dropLast().joined(separator: "/")),
            parts.last.map(String.init) ?? ""
        )
    }

    private static func reader(_ path: String) throws(StoreError) -> BackupReader {
        let disk = LinuxDisk(root: path)
        let isFolder: Bool
        do throws(Errno) { isFolder = try disk.isDirectory("") } catch {
            throw .inputOutput("The backup cannot be read", path, error)
        }
        if isFolder { return try BackupReader(disk) }
        let (parent, name) = parent(of: path)
        return try BackupReader(parent, file: name)
    }
}

extension Restore.End {
    fileprivate init(_ end: RestoreEnd) {
        self =
            switch end {
            case .whole: .whole
            case .position(let position): .position(position)
            case .time(let time): .time(time)
            }
    }
}
