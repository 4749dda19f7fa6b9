package import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Reads everything a journal consists of and checks it, changing nothing: checksums, the density of frames,
/// positions, records and revisions, times that never go back, that unused space is zero, and that the files beside
/// segments say what the events say.
///
/// Of the runs of the index: every checksum, that each begins with the frame and the system record behind the end of
/// the one before it, that each ends in a segment there is, and what they say of events, names, marks and system records; not
/// what they say of the deletion of streams.
///
/// Memory does not grow with events, but with streams: at most 64 bytes for each, and 96 for a moment now and then; and
/// with consumers and keys of system records, some 20 bytes for each. Beside that, of the largest segment the index and
/// what lies beside it.
package struct Verifier {
    private let disk: any Disk
    private let paths: JournalPaths
    private let decoders: SegmentDecoders
    private var report = Report()
    private var revisions: StreamRevisions
    private var index: IndexCheck?
    /// What has to follow; nil after a finding, until a segment says where it begins.
    private var next: JournalEnd? = JournalEnd.start
    private var bytesTotal = 0

    private init(_ environment: JournalEnvironment, _ paths: JournalPaths) {
        disk = environment.disk
        self.paths = paths
        // One segment is read after the other.
        decoders = SegmentDecoders(environment.codec, countMax: 1)
        revisions = StreamRevisions(environment.randomness)
    }

    /// Verifies a journal.
    /// - Parameters:
    ///   - isLocked: the caller holds the lock of the journal.
    ///   - progress: bytes looked at so far, and in total.
    /// - Throws: `notFound`, `newerFormat`, `inputOutput`; damage is a finding.
    package static func verify(
        _ environment: JournalEnvironment, name: String = JournalName.main, isLocked: Bool = false,
        progress: (Int, Int) -> Void
    ) throws(StoreError) -> Report {
        let (disk, paths) = (environment.disk, JournalPaths(name: name))
        var looks = 1
        while true {
            // Asked first: what it says is durable then lies in what is read afterwards.
            let writer = WriterSign(disk, paths, isOwn: isLocked)
            var verifier = Verifier(environment, paths)
            let failure: StoreError?
            do throws(StoreError) {
                try verifier.run(beside: writer, progress)
                failure = nil
            } catch {
                failure = error
            }
            let isWell = failure == nil && verifier.report.findings.isEmpty
            let now = WriterSign(disk, paths, isOwn: isLocked)
            if isWell || looks == WriterSign.looksMax || now.isSameWriter(as: writer) {
                if let failure { throw failure }
                return verifier.report
            }
            looks += 1
        }
    }

    private mutating func run(
        beside writer: WriterSign, _ progress: (Int, Int) -> Void
    ) throws(StoreError) {
        let folder: JournalFolder
        do throws(StoreError) {
            guard let found = try JournalFolder.read(disk, paths, opensSealed: true), !found.isBlank
            else {
                throw JournalFolder.notFound(disk, paths)
            }
            try found.checkReadable(with: decoders.codec)
            folder = found
        } catch {
            if error.code != .corrupt { throw error }
            return add(error)
        }
        report.notes = folder.notes
        report.findings += folder.damagedManifests.map(Finding.manifest)
        bytesTotal =
            folder.sealedFiles.reduce(0) { $0 + $1.extent.end }
            + folder.open.reduce(0) { $0 + $1.byteCount }
        index = IndexCheck(disk, paths, folder)
        for (sealed, opened) in zip(folder.sealed, folder.sealedFiles) {
            let (file, extent) = opened
            try check(file, extent, sealed.named.times)
            index?.endSegment()
            report.bytes += extent.end
            progress(report.bytes, bytesTotal)
        }
        if writer.isThere {
            report.notes.append(
                "a process has the store open for writing; checked is what was durable at the start"
            )
            try checkOpen(folder, upTo: try folder.lastDurableFrame(writer))
        } else {
            try checkTail(folder, writer.said?.mark)
        }
        report.bytes = bytesTotal
        report.findings += try index?.findings() ?? []
        let sealed = folder.sealed.reduce(0) { $0 + $1.extent.events }
        if let index, index.isMissing(of: sealed) {
            report.notes.append(
                "there is no index on the disk of the \(sealed) events in full segments: all of them "
                    + "are read at each opening, until a process that has the store open for writing "
                    + "has made it again")
        }
        progress(bytesTotal, bytesTotal)
    }

    /// A sealed segment: every frame up to its end, and nothing behind.
    /// - Parameter times: what the manifest says of its events, where it does.
    private mutating func check(
        _ file: JournalFolder.File, _ extent: Manifest.Sealed, _ times: SegmentTimes?
    ) throws(StoreError) {
        report.segments += 1
        if let next, next.frame != extent.firstFrame || next.position != extent.firstPosition {
            add(
                "frame \(next.frame) should follow, and the segment begins with \(extent.firstFrame)",
                file, SegmentHeader.byteCount, next.position)
        }
        next = JournalEnd(
            frame: extent.firstFrame, position: extent.firstPosition,
            record: extent.firstRecord - 1, recordedAt: next?.recordedAt ?? 0)
        var last: FrameHeader.Flags = []
        let dictionary = decoders.dictionary(file.header, file.file)
        var scanner = FrameScanner(
            file.file, randomID: file.header.randomID, to: extent.end, records: .plain(dictionary))
        var sidecars = try SidecarCheck(disk, of: file.file.path)
        var found: SegmentTimes?
        while let frame = try step(&scanner, file) {
            last = frame.frame.header.flags
            sidecars.take(frame)
            found.add(frame.frame, in: frame.block.bytes)
            index?.take(frame)
        }
        if let times, let found, !times.covers(found) {
            add(
                "the manifest says that its events were recorded or occurred at other times, so that "
                    + "reads by time pass them over", file, SegmentHeader.byteCount,
                extent.firstPosition)
        }
        check(sidecars, of: file, from: extent.firstPosition)
        if let next, next.frame != extent.firstFrame + extent.frames {
            add(
                "the segment has fewer frames than the manifest says", file, extent.end,
                next.position)
        }
        guard let dictionary else {
            return try checkUnused(file, from: extent.end, mustBeZero: last.contains(.seal))
        }
        report.compressed += 1
        // Of a segment that cannot be read to its end, that was said.
        if next == nil { return }
        try checkDictionary(dictionary, of: file, behind: extent.end)
    }

    /// The files beside a segment that was read to its end.
    private mutating func check(
        _ sidecars: SidecarCheck, of file: JournalFolder.File, from first: Position
    ) {
        if next == nil { return }
        report.findings += sidecars.findings(
            randomID: file.header.randomID, first: first)
    }

    /// The dictionary of a compressed segment: from the end of its frames up to the end of the file.
    private mutating func checkDictionary(
        _ dictionary: SegmentDictionary, of file: JournalFolder.File, behind end: Int
    ) throws(StoreError) {
        if file.header.dictionary?.offset != end {
            add("the dictionary does not follow the last frame", file, end, nil)
        }
        do throws(ReadFailure) { _ = try dictionary.bytes(.mayBlock) } catch {
            guard case .failed(let failure) = error else { return }
            if failure.code != .corrupt { throw failure }
            add(failure)
        }
        let size: Int
        do throws(Errno) { size = try file.file.size() } catch {
            throw .inputOutput("A segment cannot be read", file.file.path, error)
        }
        if size > file.header.fileBytes {
            add("bytes that belong to nothing lie behind the dictionary", file, end, nil)
        }
    }

    /// The segments a writer is at: what it said to be durable.
    private mutating func checkOpen(
        _ folder: JournalFolder, upTo live: UInt64
    ) throws(StoreError) {
        for file in folder.open where file.firstFrame != nil {
            report.segments += 1
            var scanner = FrameScanner(
                file.file, randomID: file.header.randomID, to: file.byteCount)
            while let next, next.frame <= live, let frame = try step(&scanner, file) {
                index?.take(frame)
                if frame.frame.header.flags.contains(.seal) { break }
            }
        }
    }

    /// The segments that were written last: the rule that tells a torn tail from damage decides.
    private mutating func checkTail(
        _ folder: JournalFolder, _ said: Watermark.Mark?
    ) throws(StoreError) {
        guard let next else { return }
        let tail: Tail
        do throws(StoreError) {
            tail = try Tail.find(
                in: folder.open, from: next, durable: DurableMark(frame: next.frame - 1, end: 0))
        } catch {
            if error.code != .corrupt { throw error }
            return add(error)
        }
        for run in tail.runs {
            report.segments += 1
            var scanner = FrameScanner(
                run.file.file, randomID: run.file.header.randomID,
                to: run.ends.last?.offset ?? SegmentHeader.byteCount,
                records: .plain(decoders.dictionary(run.file.header, run.file.file)))
            var last: FrameHeader.Flags = []
            var sidecars = try SidecarCheck(disk, of: run.file.file.path)
            while let frame = try step(&scanner, run.file) {
                last = frame.frame.header.flags
                sidecars.take(frame)
                index?.take(frame)
            }
            index?.endSegment()
            if last.contains(.seal) { check(sidecars, of: run.file, from: run.firstPosition) }
        }
        if let loss = tail.loss(said) {
            report.findings.append(
                Finding(what: loss, place: paths.watermark, position: tail.next.position))
            return
        }
        // Of frames without events only their number is said.
        if let said, said.frame > tail.lastFrame {
            let place = tail.torn.first.map { "\($0.file.file.path), offset \($0.offset)" }
            return report.findings.append(
                Finding(
                    what:
                        "the watermark file tells of frame \(said.frame), and the journal ends with "
                        + "\(tail.lastFrame): what lies between, marks or system records, is lost",
                    place: place ?? paths.watermark, position: tail.next.position))
        }
        try checkRemains(tail)
        let durable = max(tail.durable.frame, said?.frame ?? 0)
        let unsure = tail.next.position - tail.end(after: durable, before: next).position
        if unsure > 0 && !tail.isClosed {
            report.notes.append(
                "the store was not closed in order; \(unsure) event\(unsure == 1 ? "" : "s") behind "
                    + "the last durable mark \(unsure == 1 ? "was" : "were") written and not known "
                    + "to be durable: readers are not shown them, and the next writer keeps them")
        } else if !tail.isClosed && !tail.isTorn && !tail.runs.isEmpty {
            report.notes.append(
                "the store was not closed in order; nothing that was acknowledged is missing")
        }
    }

    /// Bytes that belong to no frame: a crash leaves a part of an append, which is more than one byte.
    private mutating func checkRemains(_ tail: Tail) throws(StoreError) {
        for (file, offset) in tail.torn {
            let count: Int
            do throws(Errno) {
                count = try FrameScanner.nonzeroCount(
                    file.file, from: offset, to: file.byteCount, max: 2)
            } catch {
                throw .inputOutput("A segment cannot be read", file.file.path, error)
            }
            if count > 1 {
                report.notes.append(
                    "an append was cut off while it was written, and was never acknowledged; its "
                        + "bytes lie behind offset \(offset) of \(file.file.path)")
            } else {
                report.findings.append(
                    Finding(
                        what: "a byte is set where nothing was written; no event is touched, and a "
                            + "process that opens the store for writing goes on in another file",
                        place: "\(file.file.path), behind offset \(offset)", isHarmless: true))
            }
        }
    }

    /// Reads and checks the next frame; nil at the end, and where nothing more can be read.
    private mutating func step(
        _ scanner: inout FrameScanner, _ file: JournalFolder.File
    ) throws(StoreError) -> ScannedFrame? {
        do throws(FrameScanner.Stop) {
            guard let frame = try scanner.next() else { return nil }
            take(frame, file)
            return frame
        } catch {
            let failure = error.storeError(file.file.path, next?.position ?? 0)
            if failure.code != .corrupt { throw failure }
            add(failure)
            next = nil
            return nil
        }
    }

    private mutating func take(_ frame: ScannedFrame, _ file: JournalFolder.File) {
        let header = frame.frame.header
        let offset = frame.range.lowerBound
        guard var expected = next else { return }
        if header.number != expected.frame || header.firstPosition != expected.position {
            add(
                "frame \(header.number) stands where frame \(expected.frame) belongs",
                file, offset, expected.position)
        }
        if let fields = frame.fields, !fields.records.isEmpty,
            fields.firstRecord != expected.record + 1
        {
            add(
                "system record \(fields.firstRecord) stands where \(expected.record + 1) belongs",
                file, offset, expected.position)
        }
        takeEvents(frame, file, &expected)
        expected.frame = header.number + 1
        expected.position = header.firstPosition + Position(header.eventCount)
        expected.record += frame.recordCount
        next = expected
        report.frames += 1
        report.events += UInt64(header.eventCount)
        report.records += frame.recordCount
    }

    private mutating func takeEvents(
        _ frame: ScannedFrame, _ file: JournalFolder.File, _ expected: inout JournalEnd
    ) {
        let block = frame.block
        // What was expanded lies nowhere in the file: its frame does.
        let offset = { (at: Int) in
            frame.expanded == nil ? frame.stored.base + at : frame.range.lowerBound
        }
        var at = frame.frame.offset + frame.frame.header.eventsAt
        for event in 0..<frame.frame.header.eventCount {
            let length = Int(block.bytes.u32(at: at))
            let position = frame.frame.header.firstPosition + Position(event)
            let view = EventView(
                record: block.bytes.extracting(at..<at + length), position: position)
            let revision = revisions.take(view.revision, of: view.streamBytes)
            // After a finding nothing is known of what streams hold.
            if report.findings.isEmpty && view.revision != revision {
                add(
                    "stream \(StoreError.quoted(view.stream)) has revision \(view.revision) where "
                        + "\(revision) belongs", file, offset(at), position)
            }
            if view.recordedAt.microseconds < expected.recordedAt {
                add(
                    "the event was recorded before the one in front of it", file, offset(at),
                    position)
            }
            expected.recordedAt = max(expected.recordedAt, view.recordedAt.microseconds)
            if view.isStub { report.stubs += 1 }
            at += length
        }
    }

    /// What no frame covers is zero, unless a crash left it behind a cut.
    private mutating func checkUnused(
        _ file: JournalFolder.File, from end: Int, mustBeZero: Bool
    ) throws(StoreError) {
        do throws(Errno) {
            if try FrameScanner.isZero(file.file, from: end, to: file.byteCount) { return }
        } catch {
            throw .inputOutput("A segment cannot be read", file.file.path, error)
        }
        if mustBeZero {
            add("bytes that belong to nothing lie behind the last frame", file, end, nil)
        } else {
            report.notes.append(
                "\(file.file.path) keeps bytes behind offset \(end) that a crash cut off")
        }
    }

    private mutating func add(
        _ what: String, _ file: JournalFolder.File, _ offset: Int, _ position: Position?
    ) {
        report.findings.append(
            Finding(what: what, place: "\(file.file.path), offset \(offset)", position: position))
    }

    private mutating func add(_ error: StoreError) {
        report.findings.append(
            Finding(what: error.why, place: error.place ?? "", position: error.position))
    }
}
