package import Daybook
package import DaybookPlatform

/// The journals of a store, each a folder of its own.
package enum JournalNames {
    /// The names of the journals that hold something, in order, the damaged ones included. What a crash left of the
    /// making of a journal is none. O(segments of all journals): their headers are read.
    /// - Throws: `inputOutput`.
    package static func list(_ disk: any Disk) throws(StoreError) -> [String] {
        let found: [String]
        do throws(Errno) { found = try disk.list(JournalPaths.journals) } catch {
            if error == .ENOENT || error == .ENOTDIR { return [] }
            throw .inputOutput(
                "The folder of the journals cannot be read", JournalPaths.journals, error)
        }
        return found.filter { name in
            JournalName.isValid(name) && JournalFolder.isThere(disk, JournalPaths(name: name))
        }.sorted()
    }

    /// The journal that is meant where it matters that no other is left out.
    /// - Parameter name: the one that was named; nil: `main`, where it is the only one.
    /// - Throws: `invalid` where several are there and none was named; `inputOutput`.
    package static func only(_ name: String?, _ disk: any Disk) throws(StoreError) -> String {
        if let name {
            try JournalName.validate(name)
            return name
        }
        let names = try list(disk)
        if names.count > 1 { throw .severalJournals(names) }
        return JournalName.main
    }
}

extension JournalFolder {
    /// Whether there is a journal; one that cannot be read is.
    fileprivate static func isThere(_ disk: any Disk, _ paths: JournalPaths) -> Bool {
        do throws(StoreError) {
            let folder = try read(disk, paths)
            return folder.map { !$0.isBlank } ?? false
        } catch {
            return true
        }
    }

    /// Why a journal cannot be opened that is not there: the store has others, or there is no store.
    static func notFound(_ disk: any Disk, _ paths: JournalPaths) -> StoreError {
        if (try? disk.exists(BackupDescriptor.name)) == true {
            return .isBackup(disk.place(BackupDescriptor.name))
        }
        let names = ((try? JournalNames.list(disk)) ?? []).filter { $0 != paths.name }
        return names.isEmpty
            ? .notFound(paths.folder) : .noJournal(paths.name, among: names)
    }
}
