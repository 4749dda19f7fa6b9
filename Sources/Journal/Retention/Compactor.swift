internal import Daybook
internal import DaybookPlatform

/// Goes through the sealed segments of a journal and gives back what is gone at a compaction point, beside appends and
/// reads. Segment by segment: copy, manifest, view, and only then the old file goes.
struct Compactor {
    let disk: any Disk
    let view: JournalView
    let preparer: SegmentPreparer
    let options: Compaction.Options
    let copying: SegmentCompaction
    /// Whether the preparer's thread runs, which writes the manifest.
    let hasThreads: Bool
    /// What a segment takes that was begun so that the one before it can be compacted; 0: none was.
    let bytesBegun: Int
    let isStopped: () -> Bool
    let progress: (Compaction.Report) -> Void

    typealias Candidate = (segment: Manifest.Segment, extent: Manifest.Sealed)

    /// The sealed segments that do not go beyond a point, and were not looked through for it; those first that were not
    /// looked through for the longest time, so that runs which are ended early come to all of them together.
    static func candidates(_ manifest: Manifest, _ point: CompactionPoint) -> [Candidate] {
        let found = manifest.segments.compactMap { segment in
            segment.sealed.flatMap { extent in
                let isBefore =
                    extent.events > 0
                    && extent.firstPosition + extent.events - 1 <= point.position
                return isBefore && segment.compactedTo < point.position ? (segment, extent) : nil
            }
        }
        return found.sorted {
            ($0.0.compactedTo, $0.0.serial) < ($1.0.compactedTo, $1.0.serial)
        }
    }

    /// Does it all; what was done stays done, whatever comes. A segment that is damaged or cannot be read is passed by,
    /// and looked through again by the next run: all behind it would keep what is gone for ever otherwise.
    /// - Throws: `diskFull`, `inputOutput`.
    func run(
        _ point: CompactionPoint, isResumed: Bool, _ damage: inout PassedDamage
    ) throws(StoreError) -> Compaction.Report {
        let manifest = try preparer.manifestOfSealed(waits: hasThreads)
        let all = Self.candidates(manifest, point)
        let passed = try damage.pass { () throws(StoreError) in try settledSerials(all, point) }
        let settled = passed ?? []
        let candidates = all.filter { !settled.contains($0.segment.serial) }
        var report = Compaction.Report(point: point, isResumed: isResumed)
        report.bytesAfter = bytesBegun
        report.segmentsTotal = candidates.count
        report.segmentsSettled = settled.count
        report.bytesTotal = candidates.reduce(0) { $0 + $1.extent.end }
        progress(report)
        // First: there may be no room for copies otherwise.
        let spare = giveBackSpareRoom(of: manifest, &report)
        // The manifest says it with the next copy, or after some: to look through a segment again does no harm.
        var lookedThrough = LookedThrough(uniqueKeysWithValues: settled.map { ($0, true) })
        var table = RetentionTable(view, point)
        for (named, extent) in candidates {
            guard !isStopped(), let segment = view.segment(of: extent.firstPosition),
                segment.serial == named.serial
            else { break }
            let written = report.segmentsWritten
            let goesOn = try damage.pass { () throws(StoreError) in
                try take(segment, extent, point, &table, &lookedThrough, &report)
            }
            if goesOn == false { break }
            if goesOn == nil { report.segmentsDamaged += 1 }
            if report.segmentsWritten > written, let bytes = spare[named.serial] {
                report.countsAsBefore(bytes)
            }
            progress(report)
        }
        if !lookedThrough.isEmpty { try note(lookedThrough, point) }
        report.isComplete =
            report.segmentsRead + report.segmentsDamaged == report.segmentsTotal
        return report
    }

    /// Gives back what segments have behind their end, also those that need not be looked through. Where that cannot be
    /// done the room stays taken.
    /// - Returns: by serial number, so many bytes.
    private func giveBackSpareRoom(
        of manifest: Manifest, _ report: inout Compaction.Report
    ) -> [UInt64: Int] {
        var spare: [UInt64: Int] = [:]
        for named in manifest.segments {
            guard let extent = named.sealed, !named.isCompressed else { continue }
            if isStopped() { break }
            let path = copying.paths.segment(
                serial: named.serial, generation: named.generation)
            let bytes = try? SpareRoom.giveBack(disk, path, behind: extent.end)
            guard let bytes, bytes > 0 else { continue }
            spare[named.serial] = bytes
            report.bytesSpare += bytes
            report.segmentsSpare += 1
            progress(report)
            if !copying.moved(bytes) { break }
        }
        return spare
    }

    /// Looks through a segment, and writes it again where that is worthwhile; false where the work is to end.
    private func take(
        _ segment: Segment, _ extent: Manifest.Sealed, _ point: CompactionPoint,
        _ table: inout RetentionTable, _ lookedThrough: inout LookedThrough,
        _ report: inout Compaction.Report
    ) throws(StoreError) -> Bool {
        let found = try copying.scan(
            segment, &table, takesSamples: options.compresses && segment.dictionary == nil)
        guard let scan = found else { return false }
        let compression = try compression(of: segment, scan)
        let becomesCompressed = segment.dictionary == nil && compression != nil
        if becomesCompressed || scan.isWorthwhile(of: extent.end, options) {
            let written = try replace(
                segment, extent, scan, compression, point, lookedThrough)
            guard let bytes = written else { return false }
            report.segmentsWritten += 1
            report.segmentsCompressed += becomesCompressed ? 1 : 0
            report.eventsRemoved += UInt64(scan.removed)
            report.bytesBefore += bytes.before
            report.bytesAfter += bytes.after
            lookedThrough = [:]
        } else {
            lookedThrough[segment.serial] = scan.removed == 0 && scan.staysForNow
            report.segmentsLeft += scan.removed > 0 ? 1 : 0
            report.eventsLeft += UInt64(scan.removed)
            if lookedThrough.count >= Compaction.segmentsNotedMax {
                try note(lookedThrough, point)
                lookedThrough = [:]
            }
        }
        report.segmentsRead += 1
        report.bytesRead += extent.end
        return true
    }

    /// How a copy of a segment is compressed: as it was, or as is best for what was found in it.
    private func compression(
        of segment: Segment, _ scan: SegmentScan
    ) throws(StoreError) -> SegmentCompression? {
        guard let codec = copying.decoders.codec else { return nil }
        guard let known = segment.dictionary else {
            return scan.samples?.compression(by: codec)
        }
        if scan.removed == 0 { return nil }
        do throws(ReadFailure) {
            let dictionary = try known.bytes(.mayBlock)
            return SegmentCompression(dictionary: dictionary, encoder: codec.encoder(dictionary))
        } catch {
            guard case .failed(let failure) = error else {
                preconditionFailure("a read that may block does not ask to be repeated")
            }
            throw failure
        }
    }

    /// Puts a copy without what may be removed in the place of a segment; nil where the work is to end.
    private func replace(
        _ segment: Segment, _ extent: Manifest.Sealed, _ scan: SegmentScan,
        _ compression: SegmentCompression?, _ point: CompactionPoint,
        _ lookedThrough: LookedThrough
    ) throws(StoreError) -> (before: Int, after: Int)? {
        let generation = try SegmentNames(disk, copying.paths).nextGeneration(of: segment.serial)
        let copied = try copying.copy(
            segment, extent, scan, compression, generation: generation)
        guard let copy = copied else { return nil }
        let (serial, end) = (segment.serial, copy.usedBytes)
        let isCompressed = compression != nil
        let outcome = preparer.change(waits: hasThreads) { manifest in
            manifest.note(lookedThrough, point)
            for place in manifest.segments.indices where manifest.segments[place].serial == serial {
                manifest.segments[place].generation = generation
                manifest.segments[place].sealed?.end = end
                manifest.segments[place].compactedTo = max(
                    point.position, manifest.segments[place].compactedTo)
                manifest.segments[place].isCompressed = isCompressed
                manifest.segments[place].isSettled = scan.staysForNow
                manifest.segments[place].times = scan.times
            }
        }
        switch outcome {
        case .done: break
        case .refused(let error):
            copying.discard(copy.file.path)
            throw error
        // Either manifest may be the one that is found: both files stay, and the next opening removes one.
        case .unsure(let error): throw error
        }
        view.replace(segment, with: copy)
        let before = (try? segment.file.allocatedSize()) ?? segment.usedBytes
        let after =
            (try? copy.file.allocatedSize()) ?? end + (compression?.dictionary.count ?? 0)
        preparer.replaced(segment)
        segment.retire(view.retired)
        return (before, after)
    }

    private func note(
        _ lookedThrough: LookedThrough, _ point: CompactionPoint
    ) throws(StoreError) {
        try preparer.change(waits: hasThreads) { $0.note(lookedThrough, point) }.get()
    }

    /// The serial numbers of the candidates in which nothing can have changed since they were looked through.
    private func settledSerials(
        _ candidates: [Candidate], _ point: CompactionPoint
    ) throws(StoreError) -> Set<UInt64> {
        func mayBePassed(_ segment: Manifest.Segment) -> Bool {
            segment.isSettled && (segment.isCompressed || !options.compresses)
        }
        let known = candidates.filter { mayBePassed($0.segment) }
        guard let earliest = known.map(\.segment.compactedTo).min() else { return [] }
        var settled: Set<UInt64> = []
        do throws(ReadFailure) {
            let said = try SettledSegments(view, after: earliest, upTo: point.position)
            for (segment, extent) in known where try said.isUntouched(extent) {
                settled.insert(segment.serial)
            }
        } catch {
            guard case .failed(let failure) = error else {
                preconditionFailure("a look that may block does not ask to be repeated")
            }
            throw failure
        }
        return settled
    }
}

/// By their serial numbers, segments that were looked through and left as they are: whether they are settled.
private typealias LookedThrough = [UInt64: Bool]

extension Manifest {
    /// Says that segments were looked through.
    fileprivate mutating func note(_ lookedThrough: LookedThrough, _ point: CompactionPoint) {
        for place in segments.indices {
            guard let isSettled = lookedThrough[segments[place].serial] else { continue }
            segments[place].compactedTo = max(point.position, segments[place].compactedTo)
            segments[place].isSettled = isSettled
        }
    }
}
