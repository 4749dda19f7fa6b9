internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// What lies in the folder is looked at by names first: manifests, then the segments that they name, then the others.

extension JournalFolder {
    /// Reads manifests and headers; nil where there is no journal. What was found while a writer replaced the
    /// manifest is looked at again: it may name what is gone, and not name what is there.
    /// - Throws: `corrupt`, `newerFormat`, `inputOutput`.
    static func read(
        _ disk: any Disk, _ paths: JournalPaths, sealed: SealedFiles = .unopened
    ) throws(StoreError) -> JournalFolder? {
        try refuseUnfinished(disk, paths)
        let files = ManifestFiles(disk: disk, paths: paths)
        for _ in 1..<WriterSign.looksMax {
            let before = files.newest()
            let found = Result { () throws(StoreError) in
                try look(disk, files, sealed)
            }
            if files.newest() == before { return try found.get() }
        }
        return try look(disk, files, sealed)
    }

    /// A journal that is being made is nobody's yet.
    static func refuseUnfinished(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) {
        let isUnfinished: Bool
        do throws(Errno) { isUnfinished = try disk.exists(paths.unfinished) } catch {
            throw .inputOutput("The store cannot be opened", paths.unfinished, error)
        }
        if isUnfinished { throw .unfinished(paths.unfinished) }
    }

    /// What a repair wrote counts when its manifest is there. Asked when the names of the segments are known: whoever
    /// wrote one of them has left the note before.
    private static func refuseUnfinishedRepair(
        _ disk: any Disk, _ paths: JournalPaths, _ manifest: Manifest?
    ) throws(StoreError) {
        guard let note = try RepairNote.read(disk, paths) else { return }
        if note.generation > manifest?.generation ?? 0 { throw .unfinishedRepair(paths.repair) }
    }

    private static func look(
        _ disk: any Disk, _ files: ManifestFiles, _ opening: SealedFiles
    ) throws(StoreError) -> JournalFolder? {
        let found = try files.load()
        let names = try SegmentNames(disk, files.paths)
        try refuseUnfinishedRepair(disk, files.paths, found.manifest)
        if found.manifest == nil && names.bySerial.isEmpty {
            try refuseLoss(disk, files.paths)
            return nil
        }
        var folder = JournalFolder(
            manifest: found.manifest
                ?? Manifest(
                    generation: 0, journal: EventID(high: 0, low: 0), epoch: 0, createdAt: 0))
        folder.hasAllManifests = found.hasAll
        folder.unfinished = names.unfinished
        folder.lastSerial = names.bySerial.keys.max() ?? 0
        folder.damagedManifests = found.damaged + found.damagedOlder
        let goesOn = opening == .openedWherePossible
        try folder.readNamed(disk, names, isOlder: found.isOlder, goesOn: goesOn)
        let known = Set(folder.manifest.segments.map(\.serial))
        let lastKnown = known.max() ?? 0
        for serial in names.bySerial.keys.sorted() where !known.contains(serial) {
            do throws(StoreError) {
                try folder.readUnnamed(
                    disk, names.paths(of: serial), isLater: serial > lastKnown, goesOn: goesOn)
            } catch {
                guard goesOn, error.isDamage else { throw error }
                folder.flawsOfOpen.append(error)
            }
        }
        if opening != .unopened { try folder.openSealed(disk, opening) }
        for segment in folder.manifest.segments {
            folder.replaced += names.others(of: segment.serial, than: segment.generation)
        }
        if found.manifest != nil { return folder }
        let holdsNothing = folder.open.isEmpty && found.damaged.isEmpty
        if holdsNothing { folder.isBlank = try folder.leftoversAreEmpty(disk) }
        if folder.isBlank {
            try refuseLoss(disk, files.paths)
        } else {
            try folder.adoptIdentity(files.paths.segments)
        }
        return folder
    }

    private mutating func openSealed(
        _ disk: any Disk, _ opening: SealedFiles
    ) throws(StoreError) {
        for (number, segment) in sealed.enumerated() {
            do throws(StoreError) {
                let file = try segment.open(disk)
                sealedFiles.append((file, segment.extent))
            } catch {
                guard error.isDamage, opening == .openedWherePossible else { throw error }
                unusable[number] = error
            }
        }
    }

    /// Without a manifest and without frames a store was only begun, or all that it held is gone. A watermark is
    /// written only behind a durable manifest, and offsets only of frames that were durable.
    private static func refuseLoss(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) {
        let isThere: Bool
        var offsets: [String] = []
        do throws(Errno) {
            isThere = try disk.exists(paths.watermark)
            if try disk.isDirectory(paths.segments) {
                let suffix = OffsetFile.path(of: "")
                offsets = try disk.list(paths.segments).filter { $0.hasSuffix(suffix) }
            }
        } catch {
            throw .inputOutput("The store cannot be opened", paths.folder, error)
        }
        if let name = offsets.first {
            throw .lost(paths.folder, "\(paths.segments)/\(name)")
        }
        // One that says nothing was recorded tells of no loss; one that cannot be read may.
        if isThere && WatermarkFile.read(disk, paths.watermark)?.mark.frame != 0 {
            throw .lost(paths.folder, paths.watermark)
        }
    }

    /// Without any manifest the segments say whose they are.
    private mutating func adoptIdentity(_ segments: String) throws(StoreError) {
        guard let first = open.first else {
            throw .corrupt(
                segments, offset: 0, position: nil,
                "there are segments, but no manifest, and none of them holds a frame")
        }
        manifest.journal = first.header.journal
        // An epoch is no number that grows: that of the latest segment is the present one.
        manifest.epoch = (open.last ?? first).header.epoch
        manifest.createdAt = first.header.preparedAt
        notes.append("the manifest was lost; it was made again from the segments")
    }
}
