internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// A journal that is made whole before anybody sees it. While its folder holds the file `UNFINISHED`, nobody opens it.
struct StoreInMaking {
    private let disk: any Disk
    private let paths: JournalPaths
    private let lock: StoreLock
    var target: FolderTarget

    /// Takes a folder that holds no store, or one that was being made and is not whole: that is removed.
    /// - Parameter purpose: what is made, as an error tells it: "The restored store".
    /// - Throws: `invalid` where the folder holds anything else; `locked`, `diskFull`, `readOnly`, `inputOutput`.
    init(
        _ environment: JournalEnvironment, _ paths: JournalPaths, for purpose: String
    ) throws(StoreError) {
        let disk = environment.disk
        self.disk = disk
        self.paths = paths
        target = FolderTarget(disk, for: purpose)
        try Self.checkVacant(disk, paths)
        do throws(StoreError) { lock = try StoreLock(environment, makes: paths.folder) } catch {
            throw error.placed(on: disk)
        }
        do throws(Errno) {
            let mark = try OpenFile(disk, JournalPaths.unfinished, .createOrOpen)
            var text = ByteWriter()
            text.append("A store that is being made.\n")
            try mark.writeAll(text.bytes, at: 0)
            try mark.sync()
            try disk.syncDirectory("")
        } catch {
            try? disk.remove(JournalPaths.unfinished)
            throw .copying(purpose, disk.place(JournalPaths.unfinished), error)
        }
        do throws(Errno) { try Self.clear(disk, paths) } catch {
            throw .copying(purpose, disk.place(paths.folder), error)
        }
    }

    /// Nothing but what this makes may be there, and without its mark no store.
    private static func checkVacant(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) {
        let names: [String]
        do throws(Errno) { names = try disk.list("") } catch {
            if error == .ENOENT { return }
            throw .inputOutput("The folder cannot be read", disk.place(""), error)
        }
        if names.contains(JournalPaths.unfinished) { return }
        let own: Set<String> = [JournalPaths.lock, JournalPaths.segments, JournalPaths.journals]
        var found = names.first { !own.contains($0) }
        if found == nil {
            do throws(StoreError) {
                if try JournalFolder.read(disk, paths) != nil { found = paths.folder }
            } catch {
                if error.code == .inputOutput { throw error.placed(on: disk) }
                found = error.place ?? paths.folder
            }
        }
        guard let found else { return }
        throw .occupied(
            "The folder is not empty", why: "it holds \(StoreError.quoted(found))",
            remedy: "Name a folder that is empty or absent; nothing was changed.", disk.place(""))
    }

    /// Removes what an earlier try left.
    private static func clear(_ disk: any Disk, _ paths: JournalPaths) throws(Errno) {
        for folder in [JournalPaths.segments, paths.folder] {
            for name in try disk.list(folder) {
                let path = "\(folder)/\(name)"
                if try !disk.isDirectory(path) { try disk.remove(path) }
            }
            try disk.syncDirectory(folder)
        }
    }

    /// Makes the store whole: its segments, which the target has written, with this manifest.
    mutating func finish(_ manifest: Manifest) throws(StoreError) {
        let purpose = target.purpose
        let bytes = manifest.encoded()
        try target.put(bytes.bytes, as: paths.manifest(manifest.generation))
        do throws(Errno) {
            try disk.syncDirectory(JournalPaths.segments)
            try disk.syncDirectory(paths.folder)
            try disk.remove(JournalPaths.unfinished)
            try disk.syncDirectory("")
        } catch {
            throw .copying(purpose, disk.place(paths.folder), error)
        }
        lock.release()
    }

    /// Gives up: leaves a folder without a store, as far as it can.
    mutating func discard() {
        target.discard()
        // While anything is left, so is the mark.
        let isClear: Void? = try? Self.clear(disk, paths)
        if isClear != nil { try? disk.remove(JournalPaths.unfinished) }
        lock.release()
    }
}
