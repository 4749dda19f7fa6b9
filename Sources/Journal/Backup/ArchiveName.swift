internal import Daybook
internal import DaybookPlatform

/// The names under which an archive is written before it has its own: one for each that is being written, so that they
/// do not meet. Each is locked while it is written; one that is not was left by a backup that was stopped.
struct ArchiveName {
    private let name: String

    init(_ name: String) { self.name = name }

    /// What follows the name of the archive while it is written.
    func suffix(_ number: UInt64) -> String {
        "." + String(number, radix: 16) + FolderTarget.suffix
    }

    private func isUnfinished(_ other: String) -> Bool {
        guard other.hasPrefix(name + "."), FolderTarget.isAside(other) else { return false }
        let middle = other.dropFirst(name.count + 1).dropLast(FolderTarget.suffix.count)
        return UInt64(middle, radix: 16) != nil
    }

    /// Holds the file as one that is being written, as long as it is open.
    /// - Throws: `locked` in the moment in which another backup looks whether it is left over.
    func lock(_ file: OpenFile) throws(StoreError) {
        let isFree: Bool
        do throws(Errno) {
            // Until it was locked, another backup may have taken it for one that was left over.
            let isLocked = try file.lock()
            let isThere = try file.disk.exists(file.path)
            isFree = isLocked && isThere
        } catch {
            throw .copying("The backup", file.disk.place(file.path), error)
        }
        if isFree { return }
        throw StoreError(
            .locked, "Another backup is being written to this archive",
            why: "it was just looking for what others left unfinished",
            remedy: "Start again.", place: file.disk.place(name))
    }

    /// Removes what was left unfinished, as far as it can be.
    func removeUnfinished(_ disk: any Disk) {
        for other in (try? disk.list(""))?.filter(isUnfinished) ?? [] {
            guard let file = try? OpenFile(disk, other, .readWrite),
                (try? file.lock()) == true
            else { continue }
            try? disk.remove(other)
        }
    }
}
