internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// What lies in the folder of a journal: its manifest, and the files of its segments.
struct JournalFolder {
    /// A segment file whose header was read.
    struct File {
        var header: SegmentHeader
        var file: OpenFile
        var byteCount: Int
        /// The number of the first frame, nil where there is none.
        var firstFrame: UInt64?
    }

    var manifest: Manifest
    /// Segments that the manifest says are sealed, in order.
    var sealed: [(file: File, extent: Manifest.Sealed)] = []
    /// Segments that may have got frames since, by serial number.
    var open: [File] = []
    /// Files without frames that no manifest names.
    var leftovers: [String] = []
    /// No manifest is lost: what the one that was read does not name was never in use.
    var hasAllManifests = false
    /// The highest serial number of any file.
    var lastSerial: UInt64 = 0
    var notes: [String] = []
    /// Segments without an extent that an older manifest names and that are not there.
    var missing: [String] = []
    /// Nothing was ever recorded: there is no manifest, and no file holds more than a header. What a crash
    /// leaves of the making of a journal.
    var isBlank = false

    /// The last position that the manifest says to be in a sealed segment; 0 where it says so of none.
    var lastSealed: Position {
        sealed.last.map { $0.extent.firstPosition + $0.extent.events - 1 } ?? 0
    }

    /// Reads manifests and headers; nil where there is no journal. What was found while a writer replaced the
    /// manifest is looked at again: it may name what is gone, and not name what is there.
    /// - Throws: `corrupt`, `newerFormat`, `inputOutput`.
    static func read(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) -> JournalFolder? {
        try refuseUnfinished(disk)
        let files = ManifestFiles(disk: disk, paths: paths)
        for _ in 1..<WriterSign.looksMax {
            let before = files.newest()
            let found = Result { () throws(StoreError) in try look(disk, files) }
            if files.newest() == before { return try found.get() }
        }
        return try look(disk, files)
    }

    /// A store that is being made is nobody's yet.
    static func refuseUnfinished(_ disk: any Disk) throws(StoreError) {
        let isUnfinished: Bool
        do throws(Errno) { isUnfinished = try disk.exists(JournalPaths.unfinished) } catch {
            throw .inputOutput("The store cannot be opened", JournalPaths.unfinished, error)
        }
        if isUnfinished { throw .unfinished(JournalPaths.unfinished) }
    }

    private static func look(
        _ disk: any Disk, _ files: ManifestFiles
    ) throws(StoreError) -> JournalFolder? {
        let found = try files.load()
        var names: [(path: String, serial: UInt64, generation: UInt32)] = []
        do throws(Errno) {
            for name in try disk.list(JournalPaths.segments) {
                guard let (serial, generation) = JournalPaths.segment(name) else { continue }
                names.append(("\(JournalPaths.segments)/\(name)", serial, generation))
            }
        } catch {
            if error != .ENOENT {
                throw .inputOutput(
                    "The folder of the segments cannot be read", JournalPaths.segments, error)
            }
        }
        if found.manifest == nil && names.isEmpty {
            try refuseLoss(disk, files.paths)
            return nil
        }
        var folder = JournalFolder(
            manifest: found.manifest
                ?? Manifest(
                    generation: 0, journal: EventID(high: 0, low: 0), epoch: 0, createdAt: 0))
        folder.hasAllManifests = found.hasAll
        folder.lastSerial = names.map(\.serial).max() ?? 0
        for path in found.damaged {
            folder.notes.append(
                "\(path) is damaged; the manifest before it and the segments themselves served instead"
            )
        }
        try folder.readNamed(disk, isOlder: found.isOlder)
        let known = Set(folder.manifest.segments.map(\.serial))
        let lastKnown = known.max() ?? 0
        for entry in names.sorted(by: { $0.serial < $1.serial }) where !known.contains(entry.serial)
        {
            try folder.readUnnamed(disk, entry.path, isLater: entry.serial > lastKnown)
        }
        if found.manifest != nil { return folder }
        let holdsNothing = folder.open.isEmpty && found.damaged.isEmpty
        if holdsNothing { folder.isBlank = try folder.leftoversAreEmpty(disk) }
        if folder.isBlank { try refuseLoss(disk, files.paths) } else { try folder.adoptIdentity() }
        return folder
    }

    /// Without a manifest and without frames a store was only begun, or all that it held is gone. A watermark is
    /// written only behind a durable manifest, and offsets only of frames that were durable.
    private static func refuseLoss(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) {
        let isThere: Bool
        var offsets: [String] = []
        do throws(Errno) {
            isThere = try disk.exists(paths.watermark)
            if try disk.isDirectory(JournalPaths.segments) {
                let suffix = OffsetFile.path(of: "")
                offsets = try disk.list(JournalPaths.segments).filter { $0.hasSuffix(suffix) }
            }
        } catch {
            throw .inputOutput("The store cannot be opened", paths.folder, error)
        }
        if let name = offsets.first {
            throw .lost(paths.folder, "\(JournalPaths.segments)/\(name)")
        }
        // One that says nothing was recorded tells of no loss; one that cannot be read may.
        if isThere && WatermarkFile.read(disk, paths.watermark)?.mark.frame != 0 {
            throw .lost(paths.folder, paths.watermark)
        }
    }

    /// The segments that the manifest names have to be there, and to be what it says.
    ///
    /// - Parameter isOlder: a later manifest is lost. It may have given up a segment that was prepared and never
    ///   used, which is gone then.
    private mutating func readNamed(_ disk: any Disk, isOlder: Bool) throws(StoreError) {
        for segment in manifest.segments {
            let path = JournalPaths.segment(serial: segment.serial, generation: segment.generation)
            let position = segment.sealed?.firstPosition
            guard let file = try Self.open(disk, path, firstFrame: segment.sealed?.firstFrame)
            else {
                if isOlder && segment.sealed == nil {
                    missing.append(path)
                    continue
                }
                throw .missing(path, position: position)
            }
            guard let file, file.header.randomID == segment.randomID,
                file.header.journal == manifest.journal, file.header.serial == segment.serial
            else {
                throw .corrupt(
                    path, offset: 0, position: position,
                    "it is not the segment that the manifest names")
            }
            if let extent = segment.sealed {
                sealed.append((file, extent))
            } else {
                try take(file)
            }
        }
    }

    /// A segment without an extent has to be as long as it was made: of one that was cut, the marks that tell
    /// damage from a torn tail may be gone as well.
    private mutating func take(_ file: File) throws(StoreError) {
        guard UInt64(file.byteCount) >= file.header.fileBytes else {
            throw .corrupt(
                file.file.path, offset: file.byteCount, position: nil,
                "the file ends here, and was given \(file.header.fileBytes) bytes")
        }
        open.append(file)
    }

    /// A segment no manifest names: with frames it was in use and its manifest is lost; without, it was only
    /// being prepared.
    private mutating func readUnnamed(
        _ disk: any Disk, _ path: String, isLater: Bool
    ) throws(StoreError) {
        guard let file = try Self.open(disk, path) else { return }
        if isLater, let file, file.firstFrame != nil,
            manifest.generation == 0 || file.header.journal == manifest.journal
        {
            try take(file)
            notes.append(
                "\(path) holds frames, but no manifest that can be read names it; it was taken in")
        } else if file?.firstFrame == nil {
            leftovers.append(path)
        }
    }

    private func leftoversAreEmpty(_ disk: any Disk) throws(StoreError) -> Bool {
        for path in leftovers {
            do throws(Errno) {
                let file = try OpenFile(disk, path, .read)
                let size = try file.size()
                if !(try FrameScanner.isZero(file, from: SegmentHeader.byteCount, to: size)) {
                    return false
                }
            } catch {
                throw .inputOutput("A segment cannot be read", path, error)
            }
        }
        return true
    }

    /// Without any manifest the segments say whose they are.
    private mutating func adoptIdentity() throws(StoreError) {
        guard let first = open.first else {
            throw .corrupt(
                JournalPaths.segments, offset: 0, position: nil,
                "there are segments, but no manifest, and none of them holds a frame")
        }
        manifest.journal = first.header.journal
        // An epoch is no number that grows: that of the latest segment is the present one.
        manifest.epoch = (open.last ?? first).header.epoch
        manifest.createdAt = first.header.preparedAt
        notes.append("the manifest was lost; it was made again from the segments")
    }

    /// Opens a file and reads its header: nil where there is no file, inner nil where it is no segment.
    /// - Parameter firstFrame: where it is known; else it is read.
    static func open(
        _ disk: any Disk, _ path: String, firstFrame: UInt64? = nil
    ) throws(StoreError) -> File?? {
        let file: OpenFile
        let size: Int
        let bytes: SharedBytes
        do throws(Errno) {
            file = try OpenFile(disk, path, .read)
            size = try file.size()
            bytes = try file.read(SegmentHeader.byteCount, at: 0)
        } catch {
            if error == .ENOENT { return nil }
            throw .inputOutput("A segment cannot be opened", path, error)
        }
        let header: SegmentHeader
        do throws(SegmentHeader.Failure) {
            header = try SegmentHeader(decoding: bytes.bytes)
        } catch {
            if case .newerFormat(let version) = error { throw .newerFormat(path, version) }
            return .some(nil)
        }
        var found = File(header: header, file: file, byteCount: size, firstFrame: firstFrame)
        if firstFrame != nil { return found }
        var scanner = FrameScanner(file, randomID: header.randomID, to: size, blockBytes: 64 << 10)
        do throws(FrameScanner.Stop) { found.firstFrame = try scanner.next()?.number } catch {
            switch error {
            case .invalid: break
            case .newerFormat: throw .newerFormat(path, SegmentHeader.version + 1)
            case .failed(let errno): throw .inputOutput("A segment cannot be read", path, errno)
            }
        }
        return .some(found)
    }
}
