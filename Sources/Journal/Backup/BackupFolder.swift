internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// The folder of a backup: what it holds, and what may go.
struct BackupFolder {
    private static let lockName = "LOCK"
    private static let names: Set<String> = [
        BackupDescriptor.name, BackupDescriptor.folder, lockName,
    ]

    let disk: any Disk

    init(_ disk: any Disk) { self.disk = disk }

    /// Keeps others from writing to the folder while it is there.
    struct Lock {
        let file: OpenFile
        /// What of the folder was made for this backup, in this order.
        var made: [String] = []
    }

    /// Makes what a backup needs of the folder, if it holds a backup or nothing.
    func lock() throws(StoreError) -> Lock {
        try checkContent()
        var lock: Lock
        do throws(Errno) { lock = try openLock() } catch {
            throw .copying("The backup", disk.place(Self.lockName), error)
        }
        do throws(Errno) {
            // Until it was locked, another backup that came to nothing may have removed it, and a third made its own.
            if try lock.file.lock(), try lock.file.isNamed(Self.lockName) {
                lock.made += try disk.createDirectories(BackupDescriptor.folder)
                return lock
            }
        } catch {
            remove(lock.made)
            throw .copying("The backup", disk.place(Self.lockName), error)
        }
        throw StoreError(
            .locked, "Another backup is being written into this folder",
            why: "another process holds its lock", remedy: "Wait until it has ended.",
            place: disk.place(Self.lockName))
    }

    private func openLock() throws(Errno) -> Lock {
        do throws(Errno) {
            return Lock(
                file: try OpenFile(disk, Self.lockName, .createNew), made: [Self.lockName])
        } catch {
            if error != .EEXIST { throw error }
            return Lock(file: try OpenFile(disk, Self.lockName, .createOrOpen))
        }
    }

    /// Removes what was made for a backup that came to nothing, as far as nothing is in it: the lock last, for as long as
    /// it is there nobody else begins.
    func remove(_ made: [String]) { for path in made.reversed() { try? disk.remove(path) } }

    /// - Throws: `invalid` where the folder holds something that no backup has; `inputOutput`.
    private func checkContent() throws(StoreError) {
        let others: [String]
        do throws(Errno) {
            var found = try disk.list("").filter {
                !Self.names.contains($0) && !FolderTarget.isAside($0)
            }
            if try disk.isDirectory(BackupDescriptor.folder) {
                found += try disk.list(BackupDescriptor.folder).filter {
                    !BackupDescriptor.isSegment($0) && !FolderTarget.isAside($0)
                }
            }
            others = found
        } catch {
            throw .copying("The backup", disk.place(""), error)
        }
        if let other = others.first {
            throw .occupied(
                "The folder is not one for a backup",
                why: "it holds \(StoreError.quoted(other)), which no backup has",
                remedy: "Name a folder that is empty, absent, or holds a backup of this store.",
                disk.place(""))
        }
    }

    /// What the backup in the folder consists of, nil where there is none yet.
    func former() throws(StoreError) -> BackupDescriptor? {
        do throws(Errno) {
            if try !disk.exists(BackupDescriptor.name) { return nil }
        } catch {
            throw .inputOutput(
                "The backup cannot be read", disk.place(BackupDescriptor.name), error)
        }
        do throws(StoreError) { return try BackupReader.descriptor(disk) } catch {
            throw error.placed(on: disk)
        }
    }

    /// What the folder has of a segment.
    enum Kept {
        case nothing
        /// The file is as the former backup wrote it.
        case whole(BackupDescriptor.File)
        /// The former backup had it, and it is not what was written: it has to be copied again.
        case damaged(String)
    }

    /// The file of a segment that lies in the folder, as the former backup has it. Reads all of it.
    func kept(
        _ segment: Manifest.Segment, of former: BackupDescriptor?
    ) throws(StoreError) -> Kept {
        // That it was looked through for a compaction and nothing was found changes no file.
        let path = BackupDescriptor.path(of: segment)
        guard let former,
            let place = former.manifest.segments.firstIndex(where: {
                BackupDescriptor.path(of: $0) == path && $0.sealed == segment.sealed
            })
        else { return .nothing }
        let written = former.files[place]
        do throws(Errno) {
            let file = try OpenFile(disk, path, .read)
            guard try file.size() == written.byteCount,
                try file.checksum(of: 0..<written.byteCount) == written.checksum
            else { return .damaged(path) }
            return .whole(written)
        } catch {
            if error == .ENOENT || error.isLostSector { return .damaged(path) }
            throw .inputOutput("The former backup cannot be read", disk.place(path), error)
        }
    }

    func syncSegments() throws(StoreError) { try sync(BackupDescriptor.folder) }
    func syncDescriptor() throws(StoreError) { try sync("") }

    private func sync(_ folder: String) throws(StoreError) {
        do throws(Errno) { try disk.syncDirectory(folder) } catch {
            throw .copying("The backup", disk.place(folder), error)
        }
    }

    /// Removes what the former backup does not refer to, unless another descriptor is in its place, or may be: of that
    /// a power cut may leave either.
    func removeUnused(besides former: BackupDescriptor?) {
        do throws(StoreError) {
            if try self.former() == former { removeUnused(former?.manifest) }
        } catch {
            // Which backup it would belong to is not known.
        }
    }

    /// Removes what a backup does not refer to, or everything where there is none; what cannot be removed is found
    /// again by the next one.
    func removeUnused(_ manifest: Manifest?) {
        let used = Set((manifest?.segments ?? []).map { BackupDescriptor.path(of: $0) })
        for name in (try? disk.list(BackupDescriptor.folder)) ?? [] {
            let path = "\(BackupDescriptor.folder)/\(name)"
            if !used.contains(path) { try? disk.remove(path) }
        }
    }
}
