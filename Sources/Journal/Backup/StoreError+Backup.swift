internal import Daybook
internal import DaybookPlatform

// What can go wrong with copies of a journal, in words.

extension Disk {
    /// A path on this disk as a person finds it: from the root of the file system, where it is one of this machine. What
    /// is copied lies on one disk, and the copy on another.
    func place(_ path: String) -> String {
        guard let disk = self as? LinuxDisk else { return path }
        return path.isEmpty ? disk.root : disk.root + "/" + path
    }
}

extension StoreError {
    /// The same, with the place as it is found on a disk.
    func placed(on disk: any Disk) -> StoreError {
        with(place: place.map(disk.place))
    }

    /// The system refused while a copy was written.
    /// - Parameter purpose: "The backup", "The restored store", …
    static func copying(_ purpose: String, _ path: String, _ errno: Errno) -> StoreError {
        if errno.isNoSpace {
            return StoreError(
                .diskFull, "\(purpose) has no room", why: "the system said '\(errno)'",
                remedy: "Make room and start again; what was there before is as it was.",
                place: path, systemError: errno.code)
        }
        if errno == .EISDIR {
            return StoreError(
                .invalid, "\(purpose) cannot be written",
                why: "a folder stands where the file is to be",
                remedy:
                    "Name a file. Into a folder a backup goes without --file, where its name does not end "
                    + "in .tar.", place: path, systemError: errno.code)
        }
        return StoreError(
            errno.isReadOnly ? .readOnly : .inputOutput, "\(purpose) cannot be written",
            why: "the system said '\(errno)'",
            remedy: errno.isReadOnly
                ? "Give the process the right to write there."
                : "See to the device and its file system, and start again; what was there before "
                    + "is as it was.",
            place: path, systemError: errno.code)
    }

    /// What was written does not read back.
    static func miscopied(_ purpose: String, _ path: String) -> StoreError {
        StoreError(
            .inputOutput, "\(purpose) cannot be written",
            why: "what was read back is not what was written",
            remedy: "The device keeps nothing faithfully: copy to another one.", place: path)
    }

    /// A folder that is not what something can be written into.
    static func occupied(_ what: String, why: String, remedy: String, _ path: String)
        -> StoreError
    {
        StoreError(.invalid, what, why: why, remedy: remedy, place: path.isEmpty ? nil : path)
    }

    /// A journal that was being made in this folder, and is not whole.
    static func unfinished(_ path: String) -> StoreError {
        StoreError(
            .corrupt, "The journal is not finished",
            why: "a restore or an exact import did not come to its end, or has not yet",
            remedy: "Run it again: it begins anew. Or remove the folder of the journal.",
            place: path)
    }

    /// A repair of the journal was stopped: what it had begun must not be taken for the journal.
    static func unfinishedRepair(_ path: String) -> StoreError {
        StoreError(
            .corrupt, "A repair of the journal is not finished",
            why: "it was stopped, or is under way",
            remedy:
                "Run `daybook repair` again, or open the journal for writing: what the repair had "
                + "begun is then taken back.", place: path)
    }

    /// The note of a repair cannot tell what the repair was at.
    static func damagedNote(_ path: String) -> StoreError {
        StoreError(
            .corrupt, "The note of a repair is damaged", why: "it is not what was written",
            remedy:
                "Restore a backup; or move the note elsewhere and run `daybook verify`, which tells "
                + "what there is without it.", place: path)
    }

    /// The manifest of a repair is damaged that was stopped behind it: what is used, and what is not, only it said.
    static func damagedRepair(
        _ manifest: String, movedTo folder: String, _ paths: JournalPaths
    ) -> StoreError {
        StoreError(
            .corrupt, "The manifest of a repair is damaged",
            why:
                "it cannot be read, and the repair was stopped before it had moved away what is not "
                + "used any more",
            remedy:
                "Restore a backup. Or take the repair back: move the files in \(folder) whose names "
                + "begin with a digit to \(paths.segments), and the file watermark to "
                + "\(paths.folder); remove \(manifest); then run `daybook repair` again.",
            place: manifest)
    }

    /// The manifest of a repair may be in force or not.
    static func unsureRepair(_ error: StoreError) -> StoreError {
        StoreError(
            error.code, "Whether the journal is repaired is not known", why: error.why,
            remedy:
                "See to the device and its file system, and run `daybook repair` again: it goes on from "
                + "either.", place: error.place, systemError: error.systemError)
    }

    /// Whoever copies a store with several journals has to say which.
    static func severalJournals(_ names: [String]) -> StoreError {
        StoreError(
            .invalid, "It has to be said which journal is meant",
            why: "the store has \(names.count): \(names.joined(separator: ", ")); this is done "
                + "journal by journal, and none is to be left out in silence",
            remedy: "Name one with --journal, and do it for each of them.", place: "journals")
    }

    /// Something that should be a backup.
    static func noBackup(_ why: String, _ path: String) -> StoreError {
        StoreError(
            .notFound, "There is no backup", why: why,
            remedy: "Name a folder or an archive that `daybook backup` has finished.", place: path)
    }

    /// An archive as somebody packed it.
    static func packedBackup(_ packing: TarArchive.Packing, _ path: String) -> StoreError {
        StoreError(
            .invalid, "The archive is compressed", why: "it is packed with \(packing.rawValue)",
            remedy:
                "Unpack it first, by `\(packing.unpacking)`, and name the file that comes of it.",
            place: path)
    }

    /// A backup where there should be a store.
    static func isBackup(_ path: String) -> StoreError {
        StoreError(
            .notFound, "There is no store", why: "the folder holds a backup, and no journal",
            remedy:
                "Check it by `daybook backup --verify`; make a store of it by `daybook restore`.",
            place: path)
    }

    /// Bytes of a backup that are not what was written.
    static func damagedBackup(_ path: String, offset: Int, _ why: String) -> StoreError {
        StoreError(
            .corrupt, "The backup is damaged", why: why, remedy: backupRemedy,
            place: "\(path), offset \(offset)")
    }

    private static let backupRemedy =
        "`daybook backup --verify` tells all that is damaged. Take the backup anew, where the store is "
        + "still whole, or use another one."

    /// Damage that was met in a backup, which is read as a journal is.
    var ofBackup: StoreError {
        if code != .corrupt { return self }
        return StoreError(
            .corrupt, "The backup is damaged", why: why, remedy: Self.backupRemedy, place: place,
            position: position)
    }
}
