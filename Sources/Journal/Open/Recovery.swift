internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Opens a journal for writing: takes in what it holds, and finds or makes the segment to go on in.
///
/// After an unclean stop nothing beyond the last durable mark is served before it was copied into a new segment
/// and synced; the old one is cut there, which the manifest says, and never appended to again. What was cut off
/// stays in its file.
struct Recovery: ~Copyable {
    private let disk: any Disk
    private let paths: JournalPaths
    private let options: JournalOptions
    private let randomness: any Randomness
    private let time: any TimeSource
    private var feeder: Feeder
    private(set) var notes: [String] = []
    /// Sealed segments without a usable file of offsets.
    private var unstored: [Segment] = []
    /// Sealed segments that may have blocks behind their end.
    private var cut: [CutFile] = []
    private let opening: JournalEnvironment.OpeningProgress?
    private var lastSealed: Position = 0
    /// Files of runs that were left out.
    private var uselessRuns: [String] = []

    /// What the writer goes on from.
    struct Result: ~Copyable {
        var preparer: SegmentPreparer
        var segment: SegmentWriter
        var durable: UInt64
        var notes: [String]
        var manifest: Manifest
        var needsMark: Bool
    }

    init(
        disk: any Disk, paths: JournalPaths, options: JournalOptions, randomness: any Randomness,
        time: any TimeSource, view: JournalView,
        opening: JournalEnvironment.OpeningProgress? = nil,
        startThread: JournalEnvironment.ThreadStart? = nil
    ) {
        self.disk = disk
        self.paths = paths
        self.options = options
        self.randomness = randomness
        self.time = time
        self.opening = opening
        feeder = Feeder(view: view, startThread: startThread)
    }

    /// Begins a journal where there is none, or where one was begun and never named a segment.
    mutating func create(over folder: JournalFolder?) throws(StoreError) -> Result {
        let manifest = Manifest(
            generation: 0,
            journal: EventID(randomHigh: randomness.next(), randomLow: randomness.next()),
            epoch: randomness.next() | 1, createdAt: time.wallMicroseconds())
        let result = try goOn(manifest, lastSerial: folder?.lastSerial ?? 0, copying: [])
        for path in folder?.leftovers ?? [] {
            Leftovers.removeIfUnused(path, disk, hasAllManifests: false)
        }
        return result
    }

    /// Looks at what follows the sealed segments, and leaves the runs out that know of something else: before anything
    /// rests on them.
    mutating func findTail(of folder: JournalFolder) throws(StoreError) -> Tail {
        try folder.checkDense()
        let (before, durable) = folder.sealedEnd
        let tail = try Tail.find(in: folder.open, from: before, durable: durable)
        uselessRuns = feeder.view.index.leaveOut {
            $0.end.frame >= before.frame && !tail.keeps($0)
        }
        return tail
    }

    /// Why a sealed segment is read.
    static let needsIndex =
        "no index covers this segment, so that where its streams end is known from its events only"

    /// Goes on with what a folder holds.
    /// - Parameter tail: what `findTail` found.
    mutating func recover(_ folder: JournalFolder, _ tail: Tail) throws(StoreError) -> Result {
        notes += folder.openingNotes
        lastSealed = folder.lastSealed
        for sealed in folder.sealed {
            let isLast = sealed.lastPosition == lastSealed
            if !feeder.pass(sealed, isLast: isLast) {
                do throws(StoreError) {
                    _ = try takeSealed(try sealed.open(disk), sealed.extent)
                } catch {
                    throw error.whileOpening(Self.needsIndex)
                }
            }
        }
        let said = WatermarkFile.read(disk, paths.watermark)?.mark
        if let path = folder.missing.first, let said, said.frame > tail.lastFrame {
            // It was in use: the last writer said that more was durable than what is here.
            throw .missing(path, position: tail.next.position)
        }
        var manifest = folder.manifest
        manifest.segments.removeAll { $0.sealed == nil }
        var result: Result
        // A compressed segment is never written to again: its dictionary stands where the next frame would.
        if tail.isClosed, let last = tail.runs.last, last.file.header.dictionary == nil {
            for run in tail.extents(upTo: tail.lastFrame).dropLast() {
                let segment = try takeSealed(run.file, run.extent, isNew: true)
                manifest.add(segment, run)
            }
            result = try goOn(in: last, manifest, folder)
        } else {
            for run in tail.extents(upTo: tail.durable) {
                let segment = try takeSealed(run.file, run.extent, isNew: true)
                manifest.add(segment, run)
            }
            note(tail, said)
            result = try goOn(
                manifest, lastSerial: folder.lastSerial,
                copying: tail.frames(after: tail.durable))
        }
        let left = Leftovers(disk, folder, named: result.manifest)
        let kept = left.clear(in: feeder.view)
        result.preparer.giveBack(kept.files)
        result.notes += kept.notes
        for path in folder.replaced + folder.unfinished + uselessRuns { try? disk.remove(path) }
        return result
    }

    /// Adds to what is told of this opening.
    mutating func note(_ notes: [String]) { self.notes += notes }

    private mutating func note(_ tail: Tail, _ said: Watermark.Mark?) {
        let unsure = tail.lastFrame - min(tail.durable, tail.lastFrame)
        if unsure > 0 {
            let were = unsure == 1 ? "append or mark that was" : "appends or marks that were"
            notes.append(
                "the store was not closed in order; \(unsure) \(were) written but not known to be "
                    + "durable \(unsure == 1 ? "was" : "were") copied and kept")
        } else if !tail.runs.isEmpty {
            notes.append(
                "the store was not closed in order; nothing that was acknowledged is missing")
        }
        if let loss = tail.loss(said) {
            notes.append(loss)
        } else if tail.isTorn {
            notes.append(
                "an append was cut off in the middle of being written; it was never acknowledged, and "
                    + "its bytes stay in the file")
        }
    }

    /// - Parameter isNew: no manifest has said before that it is sealed.
    private mutating func takeSealed(
        _ file: JournalFolder.File, _ extent: Manifest.Sealed, isNew: Bool = false
    ) throws(StoreError) -> Segment {
        try extent.checkFollows(feeder.next, file.file.path)
        let segment = feeder.begin(file.header, file.file)
        try feeder.take(segment, to: extent.end, isSealed: true)
        guard feeder.next.frame == extent.firstFrame + extent.frames else {
            throw .corrupt(
                file.file.path, offset: extent.end, position: feeder.next.position,
                "the segment has fewer frames than the manifest says")
        }
        let isStored = segment.useStoredOffsets()
        if isNew && !isStored {
            // It may be cut short of what the files beside it say. They go before a manifest says so.
            try? disk.remove(OffsetFile.path(of: file.file.path))
            IDFile.remove(disk, of: file.file.path)
        }
        if !isStored || !segment.unstoredIDs.isEmpty { unstored.append(segment) }
        if isNew || !isStored { cut.append(CutFile(path: file.file.path, end: extent.end)) }
        segment.lapse()
        feeder.view.index.makeRoom()
        opening?(feeder.next.position - 1, max(lastSealed, feeder.next.position - 1))
        return segment
    }

    /// Goes on behind the last frame of a segment that was closed in order.
    private mutating func goOn(
        in run: Tail.Run, _ manifest: Manifest, _ folder: JournalFolder
    ) throws(StoreError) -> Result {
        var manifest = manifest
        let file = run.file
        let end = run.ends.last?.offset ?? SegmentHeader.byteCount
        let path = file.file.path
        let writable: OpenFile
        do throws(Errno) { writable = try OpenFile(disk, path, .readWrite) } catch {
            throw .inputOutput("A segment cannot be opened for writing", path, error)
        }
        var extent = Manifest.Sealed(
            firstFrame: feeder.next.frame, firstPosition: feeder.next.position,
            firstRecord: feeder.next.record + 1)
        let segment = feeder.begin(file.header, writable)
        try feeder.take(segment, to: end, isSealed: false)
        try repeatClosing(writable, end)
        extent.frames = feeder.next.frame - extent.firstFrame
        manifest.segments.append(
            Manifest.Segment(
                serial: file.header.serial, generation: file.header.generation,
                randomID: file.header.randomID))
        let isAsFound = manifest.segments == folder.manifest.segments && manifest.generation > 0
        if !isAsFound || folder.hasLeftovers || folder.needsManifest {
            manifest.generation += 1
            do throws(Errno) {
                try ManifestFiles(disk: disk, paths: paths).store(manifest)
            } catch {
                throw .inputOutput("The manifest cannot be written", paths.folder, error)
            }
        }
        let preparer = preparer(manifest, lastSerial: folder.lastSerial, using: file.byteCount)
        feeder.publish()
        let writer = SegmentWriter(
            segment: segment, extent: extent, offset: feeder.end, size: file.byteCount,
            end: feeder.next)
        return Result(
            preparer: preparer, segment: writer, durable: feeder.durable, notes: notes,
            manifest: manifest, needsMark: false)
    }

    /// Writes the mark of the closing again and syncs it. It can be read, but the process that wrote it may have
    /// ended before its sync, or that sync failed: then the mark is in memory only, and the frames behind it
    /// would one day follow a hole.
    private func repeatClosing(_ file: OpenFile, _ end: Int) throws(StoreError) {
        let start = end - FrameHeader.emptyFrameBytes
        do throws(Errno) {
            let mark = try file.read(FrameHeader.emptyFrameBytes, at: start)
            try file.writeAll(mark.bytes, at: start)
            try file.sync()
        } catch {
            throw .inputOutput(
                "The mark of the last closing cannot be made durable", file.path, error)
        }
    }

    /// Goes on in a new segment, which begins with copies of frames that were not known to be durable.
    private mutating func goOn(
        _ manifest: Manifest, lastSerial: UInt64,
        copying frames: [(file: JournalFolder.File, range: Range<Int>)]
    ) throws(StoreError) -> Result {
        let bytes = frames.reduce(0) { $0 + $1.range.count }
        let preparer = preparer(manifest, lastSerial: lastSerial)
        let extent = Manifest.Sealed(
            firstFrame: feeder.next.frame, firstPosition: feeder.next.position,
            firstRecord: feeder.next.record + 1)
        let before = feeder.durable
        var copies = 0
        let batchBytesMax = options.batchBytesMax
        let prepared = try preparer.take(bytes + SegmentWriter.marksBytes) {
            file, randomID throws(StoreError) in
            copies = try Self.copy(
                frames, into: file, randomID: randomID, durable: before,
                batchBytesMax: batchBytesMax)
            return copies
        }
        zero(prepared, from: SegmentHeader.byteCount + copies)
        let segment = feeder.begin(prepared.header, prepared.file)
        try feeder.take(segment, to: SegmentHeader.byteCount + copies, isSealed: false)
        feeder.publish()
        var written = extent
        written.frames = feeder.next.frame - extent.firstFrame
        let hasCopies = copies > 0
        let writer = SegmentWriter(
            segment: segment, extent: written, offset: SegmentHeader.byteCount + copies,
            size: prepared.byteCount, end: feeder.next)
        return Result(
            preparer: preparer, segment: writer, durable: feeder.durable, notes: notes,
            manifest: preparer.state.withLock { $0.manifest }, needsMark: hasCopies)
    }

    /// Copies frames, each verified first and sealed anew under the new segment's random id, and syncs.
    /// - Returns: the bytes they take.
    private static func copy(
        _ ranges: [(file: JournalFolder.File, range: Range<Int>)], into target: OpenFile,
        randomID: UInt64, durable: UInt64, batchBytesMax: Int
    ) throws(StoreError) -> Int {
        var copy = FrameCopy(into: target, randomID: randomID, batchBytesMax: batchBytesMax)
        do throws(Errno) {
            for (file, range) in ranges {
                var scanner = FrameScanner(
                    file.file, randomID: file.header.randomID, from: range.lowerBound,
                    to: range.upperBound)
                while let frame = try next(&scanner) {
                    let flags = frame.frame.header.flags.subtracting([.seal, .closed])
                    try copy.add(frame, durableUpTo: durable, flags: flags)
                }
            }
            if copy.end == SegmentHeader.byteCount { return 0 }
            try copy.flush()
            try target.sync()
        } catch {
            throw .inputOutput("What a crash left cannot be copied", target.path, error)
        }
        return copy.end - SegmentHeader.byteCount
    }

    /// Writes zeros where the first appends will go: nobody had time to do it ahead.
    private func zero(_ prepared: PreparedSegment, from start: Int) {
        let end = min(prepared.byteCount, start + options.zeroFirstBytes)
        guard start < end else { return }
        var zeros = ByteWriter(capacity: end - start)
        zeros.appendZeros(end - start)
        // They only save time: what is allocated reads as zero in any case. The sync that covers the first
        // append covers them, or says that the device failed.
        try? prepared.file.writeAll(zeros.bytes, at: start)
        prepared.file.startWriteback(start..<end)
    }

    private static func next(_ scanner: inout FrameScanner) throws(Errno) -> ScannedFrame? {
        do throws(FrameScanner.Stop) { return try scanner.next() } catch {
            if case .failed(let errno) = error { throw errno }
            // It was read and found whole a moment ago.
            throw .EIO
        }
    }

    /// - Parameter bytes: of the segment that is gone on with.
    private func preparer(
        _ manifest: Manifest, lastSerial: UInt64, using bytes: Int = 0
    ) -> SegmentPreparer {
        // By what was recorded: to be stopped again and again does not make them larger.
        let ends = manifest.segments.compactMap { $0.sealed?.end }
        let used = ends.reduce(bytes) { $0 + max(0, $1 - SegmentHeader.byteCount) }
        var nextBytes = options.segmentBytesFirst
        while nextBytes <= used && nextBytes < options.segmentBytesMax { nextBytes *= 2 }
        return SegmentPreparer(
            disk: disk, paths: paths, manifest: manifest, lastSerial: lastSerial,
            nextBytes: min(nextBytes, options.segmentBytesMax),
            options: options, randomness: randomness, time: time,
            hashKey: feeder.view.index.hash.key, unstored: unstored, cut: cut)
    }
}

extension Manifest {
    fileprivate mutating func add(
        _ taken: DaybookJournal.Segment, _ found: (file: JournalFolder.File, extent: Sealed)
    ) {
        var segment = Segment(
            serial: taken.serial, generation: taken.generation, randomID: taken.randomID)
        segment.sealed = found.extent
        segment.isCompressed = found.file.header.dictionary != nil
        segment.times = taken.times
        segments.append(segment)
    }
}
