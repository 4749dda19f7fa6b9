internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// What is left of a journal: how far it is whole, what is wrong behind that, and what would be lost by going on from
/// there. Reads everything, changes nothing.
struct JournalSurvey {
    /// A segment's file with frames of the journal that do not follow what is whole.
    struct Remnant {
        var path: String
        /// Nil where the file cannot be read as a segment.
        var file: JournalFolder.File?
        /// Where in it what is lost begins.
        var from: Int
    }

    let disk: any Disk
    let paths: JournalPaths
    /// Whose it is. Its segments are as the newest manifest that can be read names them.
    private(set) var manifest: Manifest
    /// The whole beginning: segments, each up to where it is whole.
    private(set) var kept: [PinnedJournal.Segment] = []
    /// Of `kept`, the serial numbers of those of whose file not all is as it has to be.
    private(set) var flawed: Set<UInt64> = []
    /// Of `kept`, the serial numbers of those that no manifest says are sealed: not all of them need be durable.
    private(set) var unsealed: Set<UInt64> = []
    private(set) var remnants: [Remnant] = []
    /// What is wrong with files that opening makes again.
    private(set) var derived: [Verifier.Finding] = []
    /// What is wrong, the first that matters first.
    private(set) var findings: [Verifier.Finding] = []
    /// Positions from the first one are lost, if anything is.
    private(set) var next = JournalEnd.start
    /// The last frame and position that are known to have been there.
    private(set) var known = JournalEnd.start
    /// The highest serial number of any file.
    private(set) var lastSerial: UInt64 = 0

    /// Whether going on means to lose something, or to say that it is lost.
    var loses: Bool { !remnants.isEmpty || known.frame > next.frame }

    /// Whether a kept segment is replaced by a copy: not all of it need be whole, or durable.
    func isCopied(_ serial: UInt64) -> Bool {
        flawed.contains(serial) || unsealed.contains(serial)
    }

    /// - Throws: `notFound`, `newerFormat`, `inputOutput`; `corrupt` where nothing tells whose the journal is.
    static func take(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) -> JournalSurvey {
        let found = try ManifestFiles(disk: disk, paths: paths).load()
        var survey = JournalSurvey(disk, paths, found.manifest)
        for path in found.damaged {
            survey.derived.append(
                Verifier.Finding(
                    what:
                        "the manifest is damaged; the one before it and the segments serve instead",
                    place: path, position: nil))
        }
        let names = try SegmentNames(disk, paths)
        let files = try survey.files(names)
        if found.manifest == nil { try survey.adoptIdentity(files) }
        let isWhole = try survey.walkSealed(names)
        try survey.walkOpen(names, files, isBehindDamage: !isWhole, mayMiss: found.isOlder)
        survey.noteWatermark()
        return survey
    }

    private init(_ disk: any Disk, _ paths: JournalPaths, _ manifest: Manifest?) {
        self.disk = disk
        self.paths = paths
        self.manifest =
            manifest
            ?? Manifest(generation: 0, journal: EventID(high: 0, low: 0), epoch: 0, createdAt: 0)
    }

    /// The segment files that no manifest has to name, by serial number, each in its latest generation that is whole:
    /// a copy gets its header last.
    private mutating func files(_ names: SegmentNames) throws(StoreError) -> [String] {
        let lastNamed = manifest.segments.map(\.serial).max() ?? 0
        lastSerial = max(names.bySerial.keys.max() ?? 0, lastNamed)
        var files: [String] = []
        for serial in names.bySerial.keys.sorted() where serial > lastNamed {
            var paths = names.paths(of: serial)
            while paths.count > 1, try open(paths[0]) == nil { paths.removeFirst() }
            files.append(paths[0])
        }
        return files
    }

    private mutating func adoptIdentity(_ paths: [String]) throws(StoreError) {
        var headers: [SegmentHeader] = []
        for path in paths {
            if let file = try open(path), file.firstFrame != nil { headers.append(file.header) }
        }
        guard let first = headers.first, let last = headers.last else {
            // Nothing was ever recorded, or all is gone: opening tells which.
            guard try JournalFolder.read(disk, self.paths)?.isBlank == false else {
                throw JournalFolder.notFound(disk, self.paths)
            }
            throw .lost(self.paths.folder, self.paths.segments)
        }
        manifest.journal = first.journal
        manifest.epoch = last.epoch
        manifest.createdAt = first.preparedAt
    }

    // MARK: Sealed segments

    /// Reads the segments that the manifest says are sealed; whether all are whole.
    private mutating func walkSealed(_ names: SegmentNames) throws(StoreError) -> Bool {
        var isWhole = true
        for named in manifest.segments {
            guard let extent = named.sealed else { continue }
            know(extent.next)
            let path = paths.segment(serial: named.serial, generation: named.generation)
            let file = try open(path, named, extent)
            if isWhole {
                isWhole = try walk(path, file, named, extent, names)
            } else {
                remnants.append(Remnant(path: path, file: file, from: SegmentHeader.byteCount))
            }
        }
        return isWhole
    }

    /// Opens a generation of a segment; nil where it is none.
    private func open(
        _ path: String, _ named: Manifest.Segment, _ extent: Manifest.Sealed
    ) throws(StoreError) -> JournalFolder.File? {
        guard let file = try open(path, firstFrame: extent.firstFrame),
            file.header.randomID == named.randomID, file.header.serial == named.serial,
            file.header.journal == manifest.journal
        else { return nil }
        return file
    }

    /// Reads one sealed segment, as it is named or, where that is not whole, in another generation; whether one is.
    private mutating func walk(
        _ path: String, _ file: JournalFolder.File?, _ named: Manifest.Segment,
        _ extent: Manifest.Sealed, _ names: SegmentNames
    ) throws(StoreError) -> Bool {
        let before = self
        let standIn = file == nil ? try standIn(path, named) : nil
        if standIn != nil { addHeader(path, named) }
        if let file = file ?? standIn {
            if try walk(file, extent, named) { return true }
        } else {
            let isThere = (try? disk.exists(path)) ?? false
            add(
                isThere
                    ? "it is not the segment that the manifest names"
                    : "the manifest names it, and it is not there", path, nil)
            remnants.append(Remnant(path: path, file: nil, from: 0))
        }
        for other in names.paths(of: named.serial) where other != path {
            guard let file = try open(other, named, extent),
                let end = try file.end(ofFrames: extent.frames)
            else { continue }
            var (survey, named, extent) = (before, named, extent)
            extent.end = end
            // It may hold what was removed from the one that is named.
            named.compactedTo = 0
            named.isSettled = false
            guard try survey.walk(file, extent, named) else { continue }
            survey.findings = findings
            survey.flawed.insert(named.serial)
            self = survey
            return true
        }
        return false
    }

    /// Reads one sealed segment in a file; whether it is whole.
    private mutating func walk(
        _ file: JournalFolder.File, _ extent: Manifest.Sealed, _ named: Manifest.Segment
    ) throws(StoreError) -> Bool {
        var whole = extent
        (whole.end, whole.frames, whole.events, whole.records) = (SegmentHeader.byteCount, 0, 0, 0)
        var flags: FrameHeader.Flags = []
        var scanner = FrameScanner(
            file.file, randomID: file.header.randomID, to: extent.end, records: .asStored)
        scanner.readsAround = true
        // Without its dictionary nothing of it can be read.
        var problem = try dictionaryProblem(file, extent)
        do throws(FrameScanner.Stop) {
            while problem == nil, let frame = try scanner.next() {
                guard next.isFollowed(by: frame) else {
                    problem = "frame \(frame.number) stands where frame \(next.frame) belongs"
                    break
                }
                next.take(frame)
                flags = frame.frame.header.flags
                whole.end = frame.range.upperBound
                whole.frames += 1
                whole.events += UInt64(frame.frame.header.eventCount)
                whole.records += frame.recordCount
            }
            if problem == nil && !next.follows(extent) {
                problem = "the segment has fewer frames than the manifest says"
            }
        } catch {
            let failure = error.storeError(file.file.path, next.position)
            if !failure.isDamage { throw failure }
            problem = failure.why
        }
        if whole.frames > 0 {
            kept.append(
                PinnedJournal.Segment(
                    header: file.header, file: file.file, extent: whole, named: named))
        }
        if let problem {
            add(problem, file.file.path, whole.end)
            remnants.append(Remnant(path: file.file.path, file: file, from: whole.end))
            if whole.frames > 0 { flawed.insert(file.header.serial) }
            return false
        }
        try checkUnused(file, from: extent.end, mustBeZero: flags.contains(.seal))
        return true
    }

    private mutating func checkUnused(
        _ file: JournalFolder.File, from end: Int, mustBeZero: Bool
    ) throws(StoreError) {
        if !mustBeZero { return }
        var what = "bytes that belong to nothing lie behind the last frame"
        do throws(Errno) {
            if try FrameScanner.isZero(file.file, from: end, to: file.byteCount) { return }
        } catch {
            if !error.isLostSector {
                throw .inputOutput("A segment cannot be read", file.file.path, error)
            }
            what = "what lies behind the last frame cannot be read (\(error))"
        }
        flawed.insert(file.header.serial)
        findings.append(
            Verifier.Finding(
                what: what, place: "\(file.file.path), offset \(end)", position: nil))
    }

    // MARK: Segments that were being written

    private mutating func walkOpen(
        _ names: SegmentNames, _ unnamed: [String], isBehindDamage: Bool, mayMiss: Bool
    ) throws(StoreError) {
        var named: [String] = []
        var standIns: [String: JournalFolder.File] = [:]
        for segment in manifest.segments where segment.sealed == nil {
            let path = try pathOfOpen(segment, names)
            named.append(path)
            guard try open(path) == nil, let file = try standIn(path, segment) else { continue }
            standIns[path] = file
            addHeader(path, segment)
        }
        var files: [JournalFolder.File] = []
        var broken: [Remnant] = []
        for path in named + unnamed {
            var file = standIns[path]
            if file == nil { file = try open(path) }
            guard let file, file.header.journal == manifest.journal else {
                // One that nobody names and that has no header was only being prepared.
                if named.contains(path) && !(file == nil && mayMiss) {
                    broken.append(Remnant(path: path, file: nil, from: 0))
                }
                continue
            }
            if file.firstFrame == nil && !named.contains(path) {
                // Of one that was in use the first frame may be damaged.
                let remnant = Remnant(path: path, file: file, from: SegmentHeader.byteCount)
                if try LostFrames.read(remnant).end.frame == JournalEnd.start.frame { continue }
            }
            files.append(file)
        }
        if isBehindDamage {
            remnants += broken
            for file in files where file.firstFrame != nil {
                remnants.append(
                    Remnant(path: file.file.path, file: file, from: SegmentHeader.byteCount))
            }
            return try learn()
        }
        let durable = next.frame - 1
        let before = next
        let tail = try Tail.find(
            in: files, from: before, durable: durable, isGrowing: true, readsAround: true)
        for (file, extent) in tail.extents(upTo: tail.lastFrame) {
            unsealed.insert(file.header.serial)
            try checkUnused(
                file, from: extent.end, mustBeZero: try endsWithSeal(file, extent.end))
            kept.append(
                PinnedJournal.Segment(header: file.header, file: file.file, extent: extent))
        }
        next = tail.next
        know(next)
        try judge(files, before, durable, tail)
        for remnant in broken {
            add("it is no segment of this journal any more, or is not there", remnant.path, nil)
        }
        remnants += broken
        if isDamaged || !broken.isEmpty { collect(files, tail) }
        try learn()
    }

    /// Whether something was found that keeps the journal from being opened.
    private(set) var isDamaged = false

    /// Asks the rule by which opening tells damage from a torn tail.
    /// - Parameter found: what is kept.
    /// - Throws: `inputOutput` where there is more than was found: a device that fails once may have hidden it.
    private mutating func judge(
        _ files: [JournalFolder.File], _ before: JournalEnd, _ durable: UInt64, _ found: Tail
    ) throws(StoreError) {
        var last = found.lastFrame
        do throws(StoreError) {
            last = try Tail.find(in: files, from: before, durable: durable).lastFrame
        } catch {
            if !error.isDamage { throw error }
            isDamaged = true
            findings.append(
                Verifier.Finding(
                    what: error.why, place: error.place ?? "", position: error.position))
        }
        if last != found.lastFrame, let file = files.last?.file {
            throw .inputOutput("A segment is not read the same way twice", file.path, .EIO)
        }
        for file in files where UInt64(file.byteCount) < file.header.fileBytes {
            isDamaged = true
            add(
                "the file ends here, and was given \(file.header.fileBytes) bytes", file.file.path,
                file.byteCount)
        }
    }

    /// What lies behind the whole beginning in the segments that were being written.
    private mutating func collect(_ files: [JournalFolder.File], _ tail: Tail) {
        for file in files {
            let run = tail.runs.last { $0.file.header.serial == file.header.serial }
            let from = run?.ends.last?.offset ?? SegmentHeader.byteCount
            remnants.append(Remnant(path: file.file.path, file: file, from: from))
            if run?.ends.isEmpty == false { flawed.insert(file.header.serial) }
        }
    }

    // MARK: What is known of what is lost

    /// Learns from what can still be read how far the journal went.
    private mutating func learn() throws(StoreError) {
        for remnant in remnants {
            let found = try LostFrames.read(remnant)
            know(found.end)
        }
    }

    /// What a writer said to be durable was there.
    private mutating func noteWatermark() {
        guard let said = WatermarkFile.read(disk, paths.watermark)?.mark,
            said.position >= next.position
        else { return }
        if remnants.isEmpty {
            findings.append(
                Verifier.Finding(
                    what: "the watermark file tells of events up to position \(said.position), and "
                        + "the journal ends with \(next.position - 1)", place: paths.watermark,
                    position: next.position))
        }
        var end = next
        (end.frame, end.position) = (said.frame + 1, said.position + 1)
        know(end)
    }

    private mutating func know(_ end: JournalEnd) {
        known.frame = max(known.frame, end.frame)
        known.position = max(known.position, end.position)
        known.record = max(known.record, end.record)
    }

    /// It is made again from what the manifest says.
    private mutating func addHeader(_ path: String, _ named: Manifest.Segment) {
        flawed.insert(named.serial)
        findings.append(
            Verifier.Finding(what: "the header of the segment is damaged", place: path))
    }

    private mutating func add(_ what: String, _ path: String, _ offset: Int?) {
        let place = offset.map { "\(path), offset \($0)" } ?? path
        findings.append(Verifier.Finding(what: what, place: place, position: next.position))
    }
}
