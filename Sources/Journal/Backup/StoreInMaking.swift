internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// A journal that is made whole before anybody sees it. While its folder holds the file `UNFINISHED`, nobody opens it.
/// Nothing else of the store is touched.
struct StoreInMaking {
    private let disk: any Disk
    private let paths: JournalPaths
    private let lock: JournalLock
    /// What of the store was not there before, in the order in which it is made.
    private let made: [String]
    var target: FolderTarget

    /// Takes the folder of a journal that is not there, or that was being made and is not whole: that is removed.
    /// - Parameter purpose: what is made, as an error tells it: "The restored store".
    /// - Throws: `invalid` where the journal is there, or the folder of the store holds anything else; `locked`,
    ///   `diskFull`, `readOnly`, `inputOutput`.
    init(
        _ environment: JournalEnvironment, _ paths: JournalPaths, for purpose: String
    ) throws(StoreError) {
        let disk = environment.disk
        self.disk = disk
        self.paths = paths
        target = FolderTarget(disk, for: purpose)
        try Self.checkVacant(disk, paths)
        let all = [
            JournalPaths.storeLock, JournalPaths.journals, paths.folder, paths.lock, paths.segments,
        ]
        made = all.filter { (try? disk.exists($0)) == false }
        do throws(StoreError) {
            lock = try JournalLock.take(environment, paths, beside: nil, making: made)
        } catch {
            throw error.placed(on: disk)
        }
        // Another process may have made the journal before the lock was taken.
        do throws(StoreError) { try Self.checkVacant(disk, paths) } catch {
            disk.unmake(made)
            throw error
        }
        // The mark of an earlier try stays until what that left is gone.
        let isMarked = (try? disk.exists(paths.unfinished)) ?? true
        do throws(Errno) { try Self.mark(disk, paths) } catch {
            if !isMarked { try? disk.remove(paths.unfinished) }
            disk.unmake(made)
            throw .copying(purpose, disk.place(paths.unfinished), error)
        }
        do throws(Errno) { try Self.clear(disk, paths) } catch {
            if made.contains(paths.folder) {
                // There is nothing but the mark.
                try? disk.remove(paths.unfinished)
                disk.unmake(made)
            }
            throw .copying(purpose, disk.place(paths.folder), error)
        }
    }

    /// The store must have no such journal, and its folder nothing but journals.
    private static func checkVacant(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) {
        let names: [String]
        let isUnfinished: Bool
        do throws(Errno) {
            names = try disk.list("")
            isUnfinished = try disk.exists(paths.unfinished)
        } catch {
            if error == .ENOENT { return }
            throw .inputOutput("The folder cannot be read", disk.place(""), error)
        }
        let own: Set<String> = [JournalPaths.storeLock, JournalPaths.journals]
        if let other = names.first(where: { !own.contains($0) }) {
            throw .occupied(
                "The folder is not one for a store", why: "it holds \(StoreError.quoted(other))",
                remedy: "Name a folder that is empty or absent, or a store; nothing was changed.",
                disk.place(""))
        }
        if isUnfinished { return }
        let isThere: Bool
        do throws(StoreError) {
            isThere = try JournalFolder.read(disk, paths).map { !$0.isBlank } ?? false
        } catch {
            // One that cannot be read is there as well.
            if error.code == .inputOutput { throw error.placed(on: disk) }
            isThere = true
        }
        if isThere {
            throw .occupied(
                "The store has a journal \(StoreError.quoted(paths.name)) already",
                why: "a journal that is there is never written over",
                remedy:
                    "Name another folder, or another journal with --journal; nothing was changed.",
                disk.place(paths.folder))
        }
    }

    /// Says that the journal is not finished.
    private static func mark(_ disk: any Disk, _ paths: JournalPaths) throws(Errno) {
        let mark = try OpenFile(disk, paths.unfinished, .createOrOpen)
        var text = ByteWriter()
        text.append("A journal that is being made.\n")
        try mark.writeAll(text.bytes, at: 0)
        try mark.sync()
        try disk.syncDirectory(paths.folder)
    }

    /// Removes what an earlier try, or the begun making of a journal, left.
    private static func clear(_ disk: any Disk, _ paths: JournalPaths) throws(Errno) {
        let stays: Set<String> = [paths.lock, paths.unfinished]
        for folder in [paths.index, paths.segments, paths.folder] {
            if try !disk.isDirectory(folder) { continue }
            for name in try disk.list(folder) {
                let path = "\(folder)/\(name)"
                if stays.contains(path) { continue }
                if try !disk.isDirectory(path) { try disk.remove(path) }
            }
            try disk.syncDirectory(folder)
        }
    }

    /// Makes the journal whole: its segments, which the target has written, with this manifest.
    mutating func finish(_ manifest: Manifest) throws(StoreError) {
        let purpose = target.purpose
        let bytes = manifest.encoded()
        try target.put(bytes.bytes, as: paths.manifest(manifest.generation))
        do throws(Errno) {
            try disk.syncDirectory(paths.segments)
            try disk.syncDirectory(paths.folder)
            try disk.remove(paths.unfinished)
            try disk.syncDirectory(paths.folder)
        } catch {
            throw .copying(purpose, disk.place(paths.folder), error)
        }
        lock.release()
    }

    /// Gives up: leaves the folder as it was found, without the journal, as far as it can.
    mutating func discard() {
        target.discard()
        // While anything is left, so is the mark: also where it was removed already, and the sync behind that failed.
        do throws(Errno) {
            if try !disk.exists(paths.unfinished) { try Self.mark(disk, paths) }
            try Self.clear(disk, paths)
            try disk.remove(paths.unfinished)
            disk.unmake(made)
        } catch {
            // What is left is the mark, or a journal that is whole.
        }
        lock.release()
    }
}
