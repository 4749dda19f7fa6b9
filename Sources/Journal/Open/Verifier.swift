package import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Reads everything a journal consists of and checks it, changing nothing: checksums, the density of frames,
/// positions, records and revisions, times that never go back, that unused space is zero, and that the files beside
/// segments say what the events say.
///
/// Damage does not end it. Each event that is damaged is told, and what follows it is looked at, as long as headers of
/// frames tell where; where one does not, it is told how far events could not be looked at, and the next segment follows.
///
/// Of the runs of the index: every checksum, that each begins with the frame and the system record behind the end of
/// the one before it, that each ends in a segment there is, and what they say of events, names, marks and system records; not
/// what they say of the deletion of streams.
///
/// Memory does not grow with events, but with streams: at most 64 bytes for each, and 96 for a moment now and then; and
/// with consumers and keys of system records, some 20 bytes for each. Beside that, what
/// lies beside the largest segment.
package struct Verifier {
    private let environment: JournalEnvironment
    let paths: JournalPaths
    let decoders: SegmentDecoders
    var report = Report()
    var order: FrameOrder
    var index: IndexCheck?
    private var bytesTotal = 0
    var disk: any Disk { environment.disk }

    private init(_ environment: JournalEnvironment, _ paths: JournalPaths) {
        self.environment = environment
        self.paths = paths
        // One segment is read after the other.
        decoders = SegmentDecoders(environment.codec, countMax: 1)
        order = FrameOrder(environment.randomness)
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
            let found = try JournalFolder.read(disk, paths, sealed: .openedWherePossible)
            guard let found, !found.isBlank else { throw JournalFolder.notFound(disk, paths) }
            try found.checkReadable(with: decoders.codec)
            folder = found
        } catch {
            if error.code != .corrupt { throw error }
            report.refusesWriters = true
            return report.add(Finding(error))
        }
        report.notes = folder.lookingNotes
        for path in folder.damagedManifests { report.add(.manifest(path)) }
        bytesTotal =
            folder.sealed.reduce(0) { $0 + $1.extent.end }
            + folder.open.reduce(0) { $0 + $1.byteCount }
        index = IndexCheck(environment, paths, folder)
        defer { index?.end() }
        try checkSealed(folder, progress)
        tellFlaws(of: folder)
        if writer.isThere {
            report.notes.append(
                "a process has the store open for writing; checked is what was durable at the start"
            )
            try checkOpen(folder.open, upTo: try durableFrame(folder, writer))
        } else {
            try checkTail(folder, writer.said?.mark)
        }
        checkWatermark(isWritten: writer.isThere)
        report.take(order)
        report.bytes = bytesTotal
        for finding in try index?.findings() ?? [] { report.add(finding) }
        noteMissingIndex(of: folder.sealed.reduce(0) { $0 + $1.extent.events })
        progress(bytesTotal, bytesTotal)
    }

    /// Each sealed segment, and what lies beside it.
    private mutating func checkSealed(
        _ folder: JournalFolder, _ progress: (Int, Int) -> Void
    ) throws(StoreError) {
        var files = folder.sealedFiles.makeIterator()
        for (number, sealed) in folder.sealed.enumerated() {
            let extent = sealed.extent
            let flaw = order.begin(extent)
            if let flaw { add([flaw], sealed.path) }
            let failure = folder.unusable[number]
            var isWhole = false
            if let failure {
                isWhole = try checkUnusable(sealed, failure, folder.manifest)
            } else if let (file, _) = files.next() {
                isWhole = try check(file, extent, sealed.named.times)
            }
            order.end(extent)
            let isUnread = isPassed(sealed) && (isWhole || !hidesLast(sealed, of: folder))
            if flaw != nil || !(isWhole && failure == nil || isUnread) {
                report.refusesWriters = true
            }
            report.bytes += extent.end
            progress(report.bytes, bytesTotal)
        }
    }

    /// Whether whoever opens the journal for writing passes over a segment, because the index covers it.
    private func isPassed(_ sealed: JournalFolder.Sealed) -> Bool {
        let isThere = (try? disk.exists(sealed.path)) ?? false
        let isCovered = index?.covers(frame: sealed.extent.next.frame - 1) ?? false
        return isThere && isCovered && (sealed.extent.events == 0 || sealed.hasOffsets)
    }

    /// Whether the last event that is sealed, of which the time is read at each opening, lies in a segment and is damaged.
    private func hidesLast(_ sealed: JournalFolder.Sealed, of folder: JournalFolder) -> Bool {
        sealed.extent.events > 0 && sealed.lastPosition == folder.lastSealed
            && report.findings.contains { $0.touches(sealed.lastPosition) }
    }

    private mutating func noteMissingIndex(of sealed: UInt64) {
        guard let index, index.isMissing(of: sealed) else { return }
        report.notes.append(
            "there is no index on the disk of the \(sealed) events in full segments: all of them "
                + "are read at each opening, until a process that has the store open for writing "
                + "has made it again")
    }
}
