internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Reads and replaces the manifest of a journal.
struct ManifestFiles: Sendable {
    let disk: any Disk
    let paths: JournalPaths

    /// What was found of manifests.
    struct Found {
        /// The newest that can be read.
        var manifest: Manifest?
        /// Files with the name of a manifest that are none.
        var damaged: [String] = []
        /// The same of those before the one that was read.
        var damagedOlder: [String] = []
        /// A later one was there and is damaged or gone: two are kept, but for the first.
        var isOlder = false
        /// It and the one before it are there: of the first alone nobody can tell whether a second is lost.
        var hasAll = false
    }

    /// The newest manifest that can be read; later ones that cannot are told.
    /// - Throws: `newerFormat`, `inputOutput`.
    func load() throws(StoreError) -> Found {
        var found = Found()
        let names: [String]
        do throws(Errno) { names = try disk.list(paths.folder) } catch {
            if error == .ENOENT { return found }
            throw .inputOutput("The folder of the journal cannot be read", paths.folder, error)
        }
        let generations = names.compactMap(JournalPaths.generation).sorted(by: >)
        for (place, generation) in generations.enumerated() {
            let path = paths.manifest(generation)
            let bytes = try bytes(of: path)
            do throws(Manifest.Failure) {
                found.manifest = try Manifest(decoding: bytes.bytes)
                found.hasAll = found.damaged.isEmpty && generations.count > 1
                found.isOlder =
                    !found.damaged.isEmpty || generations.count == 1 && generation > 1
                found.damagedOlder = damaged(generations[(place + 1)...])
                return found
            } catch {
                switch error {
                case .damaged: found.damaged.append(path)
                case .newerFormat(let version): throw .newerFormat(path, version)
                }
            }
        }
        return found
    }

    /// Those that are none. One that is gone was replaced meanwhile.
    private func damaged(_ generations: ArraySlice<UInt64>) -> [String] {
        generations.map(paths.manifest).filter { path in
            guard let bytes = try? bytes(of: path) else { return false }
            do throws(Manifest.Failure) {
                _ = try Manifest(decoding: bytes.bytes)
                return false
            } catch {
                return error == .damaged
            }
        }
    }

    /// What a manifest's file holds.
    /// - Throws: `inputOutput`.
    func bytes(of path: String) throws(StoreError) -> SharedBytes {
        do throws(Errno) {
            let file = try OpenFile(disk, path, .read)
            return try file.read(try file.size(), at: 0)
        } catch {
            throw .inputOutput("A manifest cannot be read", path, error)
        }
    }

    /// The highest number of any manifest there is: another one says that it was replaced meanwhile.
    func newest() -> UInt64? {
        (try? disk.list(paths.folder))?.compactMap(JournalPaths.generation).max()
    }

    /// Makes a manifest the present one: written aside, synced, renamed, directory synced; the one before it
    /// is kept, older ones go.
    func store(_ manifest: Manifest) throws(Errno) {
        try writeAside(manifest)
        try commit(manifest)
    }

    /// The same, with what an error means.
    func replace(with manifest: Manifest) -> ManifestChange {
        do throws(Errno) { try writeAside(manifest) } catch {
            return .refused(failure(error))
        }
        do throws(Errno) { try commit(manifest) } catch {
            return .unsure(failure(error))
        }
        return .done
    }

    private func failure(_ error: Errno) -> StoreError {
        .inputOutput("The manifest cannot be written", paths.folder, error)
    }

    /// The first half: after an error the present manifest is the one before, for certain.
    func writeAside(_ manifest: Manifest) throws(Errno) {
        let aside = aside(manifest)
        do throws(Errno) { try disk.remove(aside) } catch {
            if error != .ENOENT { throw error }
        }
        do throws(Errno) {
            let file = try OpenFile(disk, aside, .createNew)
            let bytes = manifest.encoded()
            try file.writeAll(bytes.bytes, at: 0)
            try file.sync()
        } catch {
            try? disk.remove(aside)
            throw error
        }
    }

    /// The second half: after an error either may be the present one.
    func commit(_ manifest: Manifest) throws(Errno) {
        try disk.rename(aside(manifest), to: paths.manifest(manifest.generation))
        try disk.syncDirectory(paths.folder)
        for generation in try disk.list(paths.folder).compactMap(JournalPaths.generation)
        where generation + 1 < manifest.generation {
            // What stays behind is older than what counts, and is tried again next time.
            try? disk.remove(paths.manifest(generation))
        }
    }

    private func aside(_ manifest: Manifest) -> String {
        paths.manifest(manifest.generation) + ".new"
    }
}

/// What became of a manifest that was to be written.
enum ManifestChange: Sendable {
    /// It is durable.
    case done
    /// The one before it is the present one.
    case refused(StoreError)
    /// Either may be.
    case unsure(StoreError)

    /// - Throws: what it was refused with.
    func get() throws(StoreError) {
        switch self {
        case .done: return
        case .refused(let error), .unsure(let error): throw error
        }
    }
}
