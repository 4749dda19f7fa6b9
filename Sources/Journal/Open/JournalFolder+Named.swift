internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// Segments that the manifest names.

extension JournalFolder {
    /// The segments that the manifest names have to be there, and to be what it says.
    ///
    /// - Parameters:
    ///   - isOlder: a later manifest is lost. It may have given up a segment that was prepared and never used, which is
    ///     gone then.
    ///   - goesOn: what is missing or damaged is kept for whoever tells; of a sealed one it is found where that is opened.
    mutating func readNamed(
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
    func checked(
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
