package import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Makes a store that is refused or fails verification one that opens, with the longest whole beginning of its journal.
///
/// Positions are dense: what stands behind damage is lost to the order with it. Nothing is deleted; what is not used any
/// more goes into a folder of the store. The journal is given another epoch where something is lost.
package struct Repair {
    /// What was found, what it means, and what was done.
    package struct Report: Hashable, Sendable {
        /// What is wrong; empty: nothing is.
        package var findings: [Verifier.Finding] = []
        /// Wrong with files that are made again from others: nothing is lost by it.
        package var derived: [Verifier.Finding] = []
        /// The last position of what is whole.
        package var lastPosition: Position = 0
        /// What is lost, nil where nothing is.
        package var loss: Loss?
        /// Where what is not used any more went; nil where nothing was done.
        package var movedTo: String?
        package var moved: [String] = []
        /// Whether the store was changed.
        package var isRepaired = false
        /// What is good to know, in words.
        package var notes: [String] = []
    }

    /// What is lost.
    package struct Loss: Hashable, Sendable {
        package var firstPosition: Position
        /// The last one that is known of.
        package var lastPosition: Position
        /// Appends and marks that are known to have been there.
        package var frames: UInt64
        /// By stream, events of it that can still be read; those that cannot are in no stream.
        package var streams: [String: Int]
        package var eventsReadable: UInt64
        /// System records that are known to have been there.
        package var records: UInt64
        /// By owner, system records that can still be read there.
        package var owners: [String: Int]
        /// By consumer, tracking marks that can still be read there.
        package var consumers: [String: Int]

        package var events: UInt64 { lastPosition + 1 - firstPosition }
    }

    /// A segment that was begun by a repair has so many bytes.
    private static let segmentBytes = 64 << 10

    private let environment: JournalEnvironment
    private let paths: JournalPaths

    package init(of environment: JournalEnvironment, name: String = JournalName.main) {
        self.environment = environment
        paths = JournalPaths(name: name)
    }

    /// Looks at everything, and repairs what loses nothing.
    /// - Parameter acceptsLoss: repairs the rest as well.
    /// - Throws: `locked`, `notFound`, `newerFormat`, `corrupt` where nothing is left to begin with, `diskFull`,
    ///   `readOnly`, `inputOutput`.
    package func run(acceptsLoss: Bool) throws(StoreError) -> Report {
        let disk = environment.disk
        let isThere: Bool
        do throws(Errno) { isThere = try disk.exists(paths.folder) } catch {
            throw .inputOutput("The store cannot be opened", paths.folder, error)
        }
        if !isThere { throw JournalFolder.notFound(disk, paths) }
        // Nobody writes between what is seen and what is done. What cannot be written to can be looked at.
        let lock = Result { () throws(StoreError) in
            try JournalLock.take(environment, paths, beside: nil)
        }
        defer { if case .success(let lock) = lock { lock.release() } }
        if case .failure(let error) = lock, error.code != .readOnly { throw error }
        try JournalFolder.refuseUnfinished(disk, paths)
        if case .failure = lock, try RepairNote.read(disk, paths) != nil {
            throw .unfinishedRepair(paths.repair)
        }
        let settled = try RepairNote.settle(disk, paths)
        let verified = try Verifier.verify(environment, name: paths.name, isLocked: true) { _, _ in
        }
        let survey = try JournalSurvey.take(disk, paths)
        var report = try Self.report(survey, verified)
        report.notes = settled
        let mends = !survey.flawed.isEmpty || survey.loses || !derivedFiles(report).isEmpty
        guard mends, acceptsLoss || !survey.loses else { return report }
        _ = try lock.get()
        try repair(survey, &report)
        return report
    }

    private static func report(
        _ survey: JournalSurvey, _ verified: Verifier.Report
    ) throws(StoreError) -> Report {
        var report = Report()
        report.findings = survey.findings
        report.derived = survey.derived
        report.lastPosition = survey.next.position - 1
        // Of one file both may find the same damage, each at another offset.
        let known = Set((survey.findings + survey.derived).map(file(of:)))
        for finding in verified.findings where !known.contains(file(of: finding)) {
            if finding.isHarmless {
                report.derived.append(finding)
            } else if !survey.loses {
                report.findings.append(finding)
            }
        }
        guard survey.loses else { return report }
        var lost = LostFrames()
        for remnant in survey.remnants { lost.add(try LostFrames.read(remnant)) }
        report.loss = Loss(
            firstPosition: survey.next.position,
            lastPosition: max(survey.known.position, survey.next.position) - 1,
            frames: survey.known.frame - min(survey.known.frame, survey.next.frame),
            streams: lost.streams, eventsReadable: lost.events,
            records: survey.known.record - min(survey.known.record, survey.next.record),
            owners: lost.owners, consumers: lost.consumers)
        return report
    }

    /// The files with damage that opening makes again, once they are gone.
    private func derivedFiles(_ report: Report) -> [String] {
        report.derived.map { String(Self.file(of: $0)) }.filter {
            $0.hasPrefix(paths.index) || $0.hasSuffix(OffsetFile.path(of: ""))
                || $0.hasSuffix(IDFile.path(of: ""))
        }
    }

    private static func file(of finding: Verifier.Finding) -> Substring {
        finding.place.prefix { $0 != "," }
    }

    // MARK: Repairing

    /// Writes down what it is about to do, then what replaces flawed files beside them, then a manifest that names it,
    /// at once; then moves away what is not used any more. Before the manifest is there the store is as it was,
    /// afterwards it is repaired. Whoever comes after one that was stopped reads the note.
    private func repair(_ survey: JournalSurvey, _ report: inout Report) throws(StoreError) {
        let disk = environment.disk
        let files = ManifestFiles(disk: disk, paths: paths)
        let names = try SegmentNames(disk, paths)
        var manifest = survey.manifest
        manifest.generation = max(files.newest() ?? 0, manifest.generation) + 1
        if survey.loses { manifest.epoch = environment.randomness.next() | 1 }
        let copied = survey.kept.map(\.header.serial).filter(survey.isCopied)
        let note = RepairNote(
            generation: manifest.generation, loses: survey.loses,
            files: copied.map {
                RepairNote.File(serial: $0, generation: names.nextGeneration(of: $0))
            } + [RepairNote.File(serial: survey.lastSerial + 1, generation: 0)])
        let folder = note.folder(paths)
        do throws(StoreError) {
            try keepManifests(in: folder)
            try note.write(disk, paths)
            try write(survey, names, &manifest)
        } catch {
            // What cannot be taken back now is so by whoever comes next.
            try? note.takeBack(disk, paths)
            throw error
        }
        switch files.replace(with: manifest) {
        case .done: break
        case .refused(let error):
            try? note.takeBack(disk, paths)
            throw error
        case .unsure(let error): throw .unsureRepair(error)
        }
        report.isRepaired = true
        report.movedTo = folder
        do throws(StoreError) {
            try note.moveUnused(disk, paths, manifest, &report.moved)
            try moveDerived(derivedFiles(report), to: folder, &report.moved)
        } catch {
            report.notes.append(
                "not all files that are not used any more could be moved to \(folder): \(error.why); the "
                    + "journal is repaired without it, and its next opening moves them")
        }
    }

    /// Writes the segments of the repaired journal, as far as they are not there.
    private func write(
        _ survey: JournalSurvey, _ names: SegmentNames, _ manifest: inout Manifest
    ) throws(StoreError) {
        var target = FolderTarget(environment.disk, for: RepairNote.purpose)
        do throws(StoreError) {
            manifest.segments = []
            var frames = SegmentCopy()
            for var segment in survey.kept {
                if survey.isCopied(segment.header.serial) {
                    try copy(&segment, names, manifest, with: &frames, to: &target)
                } else {
                    try frames.pass(segment)
                }
                manifest.segments.append(segment.asSealed)
            }
            manifest.forgetLaterCompactions()
            manifest.segments.append(
                try begin(after: manifest.end, survey.lastSerial + 1, manifest, &target))
            try sync(paths.segments)
        } catch {
            target.discard()
            throw error
        }
    }

    /// Copies what is whole of a segment, as another generation of it.
    ///
    /// What was being written is copied as well: not all of it need be durable.
    private func copy(
        _ segment: inout PinnedJournal.Segment, _ names: SegmentNames, _ manifest: Manifest,
        with frames: inout SegmentCopy, to target: inout FolderTarget
    ) throws(StoreError) {
        var header = segment.header
        header.epoch = manifest.epoch
        header.fileBytes = UInt64(segment.byteCount)
        header.generation = names.nextGeneration(of: header.serial)
        let path = paths.segment(serial: header.serial, generation: header.generation)
        _ = try frames.copy(segment, header: header, as: path, to: &target) { _ in }
        segment.header = header
    }

    /// The segment to go on in. Its serial number is beyond all others, so that no file that is left is taken for a
    /// later part of the journal, and it says the epoch.
    private func begin(
        after end: JournalEnd, _ serial: UInt64, _ manifest: Manifest,
        _ target: inout FolderTarget
    ) throws(StoreError) -> Manifest.Segment {
        let header = SegmentHeader(
            journal: manifest.journal, epoch: manifest.epoch, serial: serial, generation: 0,
            randomID: environment.randomness.next(),
            preparedAt: environment.time.wallMicroseconds(),
            fileBytes: UInt64(Self.segmentBytes))
        var writer = header.encoded()
        _ = FrameHeader.append(
            to: &writer, segment: header.randomID,
            FrameHeader.Heading(
                number: end.frame, firstPosition: end.position,
                durableUpTo: end.frame - 1,
                flags: [.mark, .closed]),
            fields: RawSpan(), events: RawSpan(), count: 0, revisions: [], recordedAt: 0)
        writer.appendZeros(Self.segmentBytes - writer.count)
        try target.put(writer.bytes, as: paths.segment(serial: serial, generation: 0))
        return Manifest.Segment(serial: serial, randomID: header.randomID)
    }

    /// Keeps copies of the manifests: a new one takes the place of the oldest.
    private func keepManifests(in folder: String) throws(StoreError) {
        let disk = environment.disk
        var target = FolderTarget(disk, for: RepairNote.purpose)
        do throws(Errno) { try disk.createDirectories(folder) } catch {
            throw .copying(RepairNote.purpose, folder, error)
        }
        let names: [String]
        do throws(Errno) { names = try disk.list(paths.folder) } catch {
            throw .inputOutput("The folder of the journal cannot be read", paths.folder, error)
        }
        for name in names where JournalPaths.generation(of: name) != nil {
            let path = "\(paths.folder)/\(name)"
            let bytes = try ManifestFiles(disk: disk, paths: paths).bytes(of: path)
            try target.put(bytes.bytes, as: "\(folder)/\(name)")
        }
        try sync(folder)
    }

    /// Moves derived files away that are damaged: the next opening makes them again.
    private func moveDerived(_ damaged: [String], to folder: String, _ moved: inout [String])
        throws(StoreError)
    {
        let disk = environment.disk
        do throws(Errno) {
            for path in Set(damaged).sorted() where try disk.exists(path) {
                let name = path.split(separator: "/").last.map(String.init) ?? path
                try disk.rename(path, to: "\(folder)/\(name)")
                moved.append(path)
            }
            for folder in [folder, paths.segments, paths.index] where try disk.exists(folder) {
                try disk.syncDirectory(folder)
            }
        } catch {
            throw .copying(RepairNote.purpose, folder, error)
        }
    }

    private func sync(_ folder: String) throws(StoreError) {
        do throws(Errno) { try environment.disk.syncDirectory(folder) } catch {
            throw .copying(RepairNote.purpose, folder, error)
        }
    }
}
