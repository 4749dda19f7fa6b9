internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// What lies in the folder of a journal: its manifest, and the files of its segments.
struct JournalFolder {
    /// A segment file whose header was read.
    struct File {
        var header: SegmentHeader
        var file: OpenFile
        /// Frames lie before it: the end of the file, or where a dictionary follows them.
        var byteCount: Int
        /// The number of the first frame, nil where there is none.
        var firstFrame: UInt64?
    }

    /// A segment that the manifest says is sealed. What that says suffices until it is read: a journal is opened without
    /// its files being opened.
    struct Sealed {
        var journal: EventID
        var named: Manifest.Segment
        var extent: Manifest.Sealed
        var path: String
        /// A file beside it tells where its events begin.
        var hasOffsets: Bool
    }

    /// Whether the files of sealed segments are opened, each of them, and held open.
    enum SealedFiles {
        case unopened
        case opened
        /// Of all segments, what is missing or damaged is told, and the rest opened.
        case openedWherePossible
    }

    var manifest: Manifest
    /// Segments that the manifest says are sealed, in order.
    var sealed: [Sealed] = []
    /// The same, opened, where that was asked for.
    var sealedFiles: [(file: File, extent: Manifest.Sealed)] = []
    /// By their number in `sealed`, why those that are missing among the files cannot be used, where that was asked for.
    var unusable: [Int: StoreError] = [:]
    /// Segments that may have got frames since, by serial number.
    var open: [File] = []
    /// What is wrong with those, and files that no manifest names, where that was asked for.
    var flawsOfOpen: [StoreError] = []
    /// Files without frames that no manifest names.
    var leftovers: [String] = []
    var hasLeftovers: Bool { !leftovers.isEmpty || !superseded.isEmpty }
    /// Files with frames that no manifest names, and that are not taken in: a crash left them, and what counts of them was
    /// copied into a segment that is named.
    var superseded: [String] = []
    /// Files of other generations of segments that are named, which a compaction left.
    var replaced: [String] = []
    /// Files beside segments that were not written to their end.
    var unfinished: [String] = []
    /// What is named is not all that is there, or not what is used: a manifest has to say so before files go.
    var needsManifest: Bool {
        !replaced.isEmpty || usesOtherGeneration || !damagedManifests.isEmpty
    }
    private var usesOtherGeneration = false
    /// No manifest is lost: what the one that was read does not name was never in use.
    var hasAllManifests = false
    /// Manifests that cannot be read: the next one that is written takes their place.
    var damagedManifests: [String] = []
    /// The highest serial number of any file.
    var lastSerial: UInt64 = 0
    var notes: [String] = []
    /// The same with what is damaged, for whoever opens the journal.
    var openingNotes: [String] {
        damagedManifests.map {
            "\($0) is damaged; the other manifest and the segments themselves served instead"
        } + notes
    }
    /// The same with what lies beside the journal, for whoever looks at it without opening it.
    var lookingNotes: [String] {
        guard let first = superseded.first else { return notes }
        let (left, them) = superseded.count == 1 ? ("file is", "it") : ("files are", "them")
        return notes + [
            "\(superseded.count) \(left) left of a crash and no part of the journal, which has what "
                + "counts of \(them): \(first)\(superseded.count == 1 ? "" : " and others"); a process "
                + "that opens the store for writing removes what holds nothing else"
        ]
    }
    /// Segments without an extent that an older manifest names and that are not there.
    var missing: [String] = []
    /// Nothing was ever recorded: there is no manifest, and no file holds more than a header. What a crash
    /// leaves of the making of a journal.
    var isBlank = false

    /// The last position that the manifest says to be in a sealed segment; 0 where it says so of none.
    var lastSealed: Position {
        sealed.last?.lastPosition ?? 0
    }

    /// Before the segment with the first of the last `count` positions of those that are sealed.
    func beginning(ofLast count: Int) -> Position {
        let position = lastSealed - min(lastSealed, Position(count))
        let segment = sealed.last { $0.extent.firstPosition <= position + 1 }
        return segment.map { $0.extent.firstPosition - 1 } ?? 0
    }

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

    /// The segments that the manifest names have to be there, and to be what it says.
    ///
    /// - Parameters:
    ///   - isOlder: a later manifest is lost. It may have given up a segment that was prepared and never used, which is
    ///     gone then.
    ///   - goesOn: what is missing or damaged is kept for whoever tells; of a sealed one it is found where that is opened.
    private mutating func readNamed(
        _ disk: any Disk, _ names: SegmentNames, isOlder: Bool, goesOn: Bool
    ) throws(StoreError) {
        for (number, segment) in manifest.segments.enumerated() {
            let path = names.paths.segment(
                serial: segment.serial, generation: segment.generation)
            let isThere = names.has(segment.serial, segment.generation)
            if let extent = segment.sealed {
                if isThere {
                    take(segment, extent, names)
                } else if try !useOtherGeneration(disk, number, names) {
                    if !goesOn { throw .missing(path, position: extent.firstPosition) }
                    take(segment, extent, names)
                }
                continue
            }
            do throws(StoreError) {
                let found = isThere ? try Self.open(disk, path, goesOn: goesOn) : nil
                if let found {
                    try take(try segment.checked(found, manifest.journal, path), goesOn: goesOn)
                } else if try !useOtherGeneration(disk, number, names) {
                    if !isOlder { throw .missing(path, position: nil) }
                    missing.append(path)
                }
            } catch {
                guard goesOn, error.isDamage else { throw error }
                flawsOfOpen.append(error)
                if let file = try? segment.standIn(disk, path, manifest) { open.append(file) }
            }
        }
    }

    private mutating func take(
        _ segment: Manifest.Segment, _ extent: Manifest.Sealed, _ names: SegmentNames
    ) {
        let (serial, generation) = (segment.serial, segment.generation)
        sealed.append(
            Sealed(
                journal: manifest.journal, named: segment, extent: extent,
                path: names.paths.segment(serial: serial, generation: generation),
                hasOffsets: names.hasOffsets(serial, generation)))
    }

    /// A later manifest named a copy that a compaction made, and is lost; what it was made of is gone. Or the copy is gone,
    /// and what it was made of is still there. Where the manifest does not say that it was sealed, the frames tell.
    private mutating func useOtherGeneration(
        _ disk: any Disk, _ number: Int, _ names: SegmentNames
    ) throws(StoreError) -> Bool {
        let segment = manifest.segments[number]
        for path in names.paths(of: segment.serial) {
            guard let opened = try Self.open(disk, path, firstFrame: segment.sealed?.firstFrame),
                let file = opened, file.header.randomID == segment.randomID,
                file.header.journal == manifest.journal
            else { continue }
            if var extent = segment.sealed {
                guard let end = try file.end(ofFrames: extent.frames) else { continue }
                extent.end = end
                manifest.segments[number].sealed = extent
            } else {
                if file.firstFrame == nil { continue }
                try take(file)
            }
            if file.header.generation < segment.generation {
                // It may hold what was removed from the one that is named.
                manifest.segments[number].compactedTo = 0
                manifest.segments[number].isSettled = false
            }
            manifest.segments[number].generation = file.header.generation
            manifest.segments[number].isCompressed = file.header.dictionary != nil
            if let extent = manifest.segments[number].sealed {
                take(manifest.segments[number], extent, names)
            }
            usesOtherGeneration = true
            notes.append("\(path) was taken for the segment of which it is a copy, which is gone")
            return true
        }
        return false
    }

    /// A segment without an extent has to be as long as it was made: of one that was cut, the marks that tell
    /// damage from a torn tail may be gone as well.
    /// - Parameter goesOn: that it is shorter is kept for whoever tells.
    private mutating func take(_ file: File, goesOn: Bool = false) throws(StoreError) {
        let given = file.header.dictionary?.offset ?? Int(clamping: file.header.fileBytes)
        if file.byteCount < given {
            let error = StoreError.corrupt(
                file.file.path, offset: file.byteCount, position: nil,
                "the file ends here, and was given \(file.header.fileBytes) bytes")
            if !goesOn { throw error }
            flawsOfOpen.append(error)
        }
        open.append(file)
    }

    /// A segment no manifest names: with frames it was in use, and its manifest is lost or, where later ones are named,
    /// names it no more; without, it was only being prepared.
    /// - Parameter paths: its generations, the latest first. Each that has a header is whole.
    private mutating func readUnnamed(
        _ disk: any Disk, _ paths: [String], isLater: Bool, goesOn: Bool
    ) throws(StoreError) {
        var isTaken = false
        for path in paths {
            if isTaken {
                replaced.append(path)
                continue
            }
            guard let file = try Self.open(disk, path, goesOn: goesOn) else { continue }
            if isLater, let file, file.firstFrame != nil,
                manifest.generation == 0 || file.header.journal == manifest.journal
            {
                try take(file, goesOn: goesOn)
                isTaken = true
                notes.append(
                    "\(path) holds frames, but no manifest that can be read names it; it was taken in"
                )
            } else if file?.firstFrame == nil {
                leftovers.append(path)
            } else {
                superseded.append(path)
            }
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

    /// Opens a file and reads its header: nil where there is no file, inner nil where it is no segment.
    /// - Parameters:
    ///   - firstFrame: where it is known; else it is read.
    ///   - goesOn: that the device cannot read the first frame does not matter.
    static func open(
        _ disk: any Disk, _ path: String, firstFrame: UInt64? = nil, goesOn: Bool = false
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
            if error.isLostSector { throw .unreadable(path, offset: 0, error) }
            throw .inputOutput("A segment cannot be opened", path, error)
        }
        let header: SegmentHeader
        do throws(SegmentHeader.Failure) {
            header = try SegmentHeader(decoding: bytes.bytes)
        } catch {
            if case .otherFormat(let version) = error { throw .otherFormat(path, version) }
            return .some(nil)
        }
        var found = File(
            header: header, file: file, byteCount: min(size, header.dictionary?.offset ?? size),
            firstFrame: firstFrame)
        if firstFrame != nil { return found }
        var scanner = FrameScanner(
            file, randomID: header.randomID, to: found.byteCount, blockBytes: 64 << 10,
            records: .asStored)
        scanner.readsAround = goesOn
        do throws(FrameScanner.Stop) { found.firstFrame = try scanner.next()?.number } catch {
            switch error {
            case .invalid: break
            case .newerFormat: throw .newerFormat(path, SegmentHeader.version + 1)
            case .failed(let errno):
                throw .unreadable(path, offset: SegmentHeader.byteCount, errno)
            case .refused(let error): throw error
            }
        }
        return .some(found)
    }
}

extension JournalFolder {
    /// Refuses a journal of which something is compressed where there is nothing to expand it by.
    /// - Throws: `needsCompression`.
    func checkReadable(with codec: (any RecordCodec)?) throws(StoreError) {
        if codec != nil { return }
        let sealed = sealed.first { $0.named.isCompressed }?.path
        let compressed = sealed ?? open.first { $0.header.dictionary != nil }?.file.path
        if let compressed { throw .needsCompression(compressed) }
    }
}

extension JournalFolder {
    /// Refuses sealed segments that do not follow one another.
    /// - Throws: `corrupt`.
    func checkDense() throws(StoreError) {
        var next = JournalEnd.start
        for segment in sealed {
            try segment.extent.checkFollows(next, segment.path)
            next.frame += segment.extent.frames
            next.position += segment.extent.events
        }
    }

    /// The segments behind one, opened.
    func files(behind serial: UInt64, _ disk: any Disk) throws(StoreError) -> [File] {
        var files: [File] = []
        for segment in sealed where segment.named.serial > serial {
            files.append(try segment.open(disk))
        }
        return files + open
    }
}

extension JournalFolder.Sealed {
    /// The last position of its events.
    var lastPosition: Position { extent.firstPosition + extent.events - 1 }

    /// Whether it is another generation of the same segment.
    func isCopy(of other: JournalFolder.Sealed) -> Bool {
        named.serial == other.named.serial && named.randomID == other.named.randomID
            && named.generation != other.named.generation
    }

    /// Opens its file and reads the header.
    /// - Throws: `corrupt`, `newerFormat`, `inputOutput`.
    func open(_ disk: any Disk) throws(StoreError) -> JournalFolder.File {
        let found = try JournalFolder.open(disk, path, firstFrame: extent.firstFrame)
        guard let found else { throw .missing(path, position: extent.firstPosition) }
        return try named.checked(found, journal, path)
    }
}

extension Manifest.Sealed {
    /// Refuses what does not begin with what comes next.
    func checkFollows(_ next: JournalEnd, _ path: String) throws(StoreError) {
        if firstFrame == next.frame && firstPosition == next.position { return }
        throw .corrupt(
            path, offset: 0, position: next.position,
            "frame \(next.frame) should follow, and the segment begins with \(firstFrame)")
    }
}

extension Manifest.Segment {
    /// The file of one whose header is damaged, with what the manifest says in the place of that: of what was never
    /// compressed it tells all that is needed to read the frames. Nil where it does not, or the file is another's.
    /// - Throws: where there is no file, or the system refuses it.
    func standIn(
        _ disk: any Disk, _ path: String, _ manifest: Manifest
    ) throws(Errno) -> JournalFolder.File? {
        let file = try OpenFile(disk, path, .read)
        let size = try file.size()
        if isCompressed || size <= SegmentHeader.byteCount { return nil }
        if let bytes = try? file.read(SegmentHeader.byteCount, at: 0),
            (try? SegmentHeader(decoding: bytes.bytes)) != nil
        {
            return nil
        }
        let header = SegmentHeader(
            journal: manifest.journal, epoch: manifest.epoch, serial: serial,
            generation: generation, randomID: randomID, preparedAt: manifest.createdAt,
            fileBytes: UInt64(size))
        var found = JournalFolder.File(
            header: header, file: file, byteCount: size, firstFrame: sealed?.firstFrame)
        if sealed == nil {
            var scanner = FrameScanner(file, randomID: randomID, to: size)
            let first = try? scanner.next()
            found.firstFrame = first?.number
        }
        return found
    }

    /// The file, if it is the one that is named.
    fileprivate func checked(
        _ file: JournalFolder.File?, _ journal: EventID, _ path: String
    ) throws(StoreError) -> JournalFolder.File {
        if let file, file.header.randomID == randomID, file.header.journal == journal,
            file.header.serial == serial, (file.header.dictionary != nil) == isCompressed
        {
            return file
        }
        throw .corrupt(
            path, offset: 0, position: sealed?.firstPosition,
            file == nil
                ? "the header of the segment is damaged"
                : "it is not the segment that the manifest names")
    }
}

extension JournalFolder.File {
    /// Where so many frames end; nil where they are not all there, and whole.
    func end(ofFrames count: UInt64) throws(StoreError) -> Int? {
        var scanner = FrameScanner(
            file, randomID: header.randomID, to: byteCount, records: .asStored)
        for _ in 0..<count {
            do throws(FrameScanner.Stop) {
                if try scanner.next() == nil { return nil }
            } catch {
                guard case .failed(let errno) = error, !errno.isLostSector else { return nil }
                throw .inputOutput("A segment cannot be read", file.path, errno)
            }
        }
        return scanner.offset
    }
}
