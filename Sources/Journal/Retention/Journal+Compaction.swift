package import Daybook
internal import DaybookBytes
internal import DaybookPlatform

extension Journal {
    /// Removes the data and metadata of events that are deleted, or gone by the metadata of their streams, from sealed
    /// segments. Blocks; appends and reads go on meanwhile.
    ///
    /// What may go is decided by a compaction point, which is recorded first. One that was begun with the same options
    /// and not finished is gone on with, unless metadata were set or streams deleted since.
    ///
    /// Segments that are damaged, or that the device cannot read, are passed by and stay as they are; the first damage is
    /// thrown once the rest is done.
    /// - Parameters:
    ///   - isCancelled: asked every so often; what was done until then stays done.
    ///   - progress: told after every segment.
    /// - Throws: as `append`, and `corrupt`, `diskFull`, `inputOutput`; what was done until then stays done.
    package func compact(
        _ options: Compaction.Options = Compaction.Options(),
        isCancelled: @escaping () -> Bool = { false },
        progress: @escaping (Compaction.Report) -> Void = { _ in }
    ) throws(StoreError) -> Compaction.Report {
        guard let tools = compactionTools else { throw .readOnly() }
        if options.compresses && view.decoders.codec == nil { throw .noCompression() }
        try tools.gate.enter()
        defer { tools.gate.leave() }
        var damage = PassedDamage()
        let report: Compaction.Report
        do throws(StoreError) {
            report = try compact(options, tools.preparer, isCancelled, progress, &damage)
        } catch {
            throw error.code == .diskFull ? error.whileCompacting : error
        }
        // Nobody ended it then: it stopped because nothing can be written any more.
        if !report.isComplete, let failure { throw failure.whileCompacting }
        guard let first = damage.first else { return report }
        if !report.isComplete { throw first }
        throw first.butRestIsCompacted(without: report.segmentsDamaged)
    }

    private func compact(
        _ options: Compaction.Options, _ preparer: SegmentPreparer,
        _ isCancelled: @escaping () -> Bool, _ progress: @escaping (Compaction.Report) -> Void,
        _ damage: inout PassedDamage
    ) throws(StoreError) -> Compaction.Report {
        let unfinished = try damage.pass { () throws(StoreError) in
            try unfinishedCompaction(options, preparer)
        }
        if let unfinished, let point = unfinished {
            let report = try compact(
                to: point, isResumed: true, options, &damage, isCancelled, progress)
            // What is damaged stays behind every point: it would keep all the others from the next one for ever.
            if report.segmentsDamaged == 0 || !report.isComplete { return report }
        }
        let disk = compactionTools?.environment.disk
        let files = disk.flatMap { try? SegmentNames($0, JournalPaths(name: name)) }
        let point = try beginCompaction(&damage, options)
        let last = view.lastSegment
        // What was prepared before took its room before.
        let isBegun = last.map { files?.has($0.serial, $0.generation) == false } ?? false
        return try compact(
            to: point, isResumed: false, options, &damage,
            begun: isBegun ? (try? last?.file.allocatedSize()) ?? 0 : 0, isCancelled, progress)
    }

    /// Removes what is gone at a point that was recorded.
    /// - Parameter begun: bytes that a segment takes that was begun for it.
    func compact(
        to point: CompactionPoint, isResumed: Bool, _ options: Compaction.Options,
        _ damage: inout PassedDamage, begun: Int = 0,
        _ isCancelled: @escaping () -> Bool = { false },
        _ progress: @escaping (Compaction.Report) -> Void = { _ in }
    ) throws(StoreError) -> Compaction.Report {
        guard let tools = compactionTools else { throw .readOnly() }
        let isStopped = { [self] in tools.gate.isStopped || isCancelled() || failure != nil }
        var throttle = Throttle(
            bytesPerSecond: options.bytesPerSecond, time: tools.environment.time)
        let copying = copying(tools.environment.disk, tools.environment.time) { bytes in
            throttle.pay(bytes) { !isStopped() && tools.gate.pause(nanoseconds: $0) }
            return !isStopped()
        }
        let compactor = Compactor(
            disk: tools.environment.disk, view: view, preparer: tools.preparer, options: options,
            copying: copying, hasThreads: tools.environment.hasThreads,
            bytesBegun: begun, isStopped: isStopped,
            progress: progress)
        return try compactor.run(point, isResumed: isResumed, &damage)
    }

    func copying(
        _ disk: any Disk, _ time: any TimeSource, moved: @escaping (Int) -> Bool
    ) -> SegmentCompaction {
        SegmentCompaction(
            disk: disk, paths: JournalPaths(name: name), time: time,
            batchBytesMax: options.batchBytesMax, decoders: view.decoders, moved: moved)
    }

    /// Records a compaction point at the present end of the journal. Where all is to be taken, the segment that is written
    /// to is sealed first if something in it goes, and the point is where that segment ends. If it is damaged it is not.
    func beginCompaction(
        _ damage: inout PassedDamage, _ options: Compaction.Options = Compaction.Options()
    ) throws(StoreError) -> CompactionPoint {
        guard let tools = compactionTools else { throw .readOnly() }
        var point = CompactionPoint(
            position: view.watermark.position,
            time: Timestamp(microseconds: tools.environment.time.wallMicroseconds()))
        (point.takesAll, point.compresses) = (options.takesAll, options.compresses)
        var seals = options.takesAll
        if seals {
            let isWorthwhile = try damage.pass { [point] () throws(StoreError) in
                try isSealingWorthwhile(point, tools.environment)
            }
            seals = isWorthwhile ?? false
        }
        let recorded = try record(point, beginsSegment: seals, tools.environment)
        // What was appended in between lies in the same segment, which would go beyond the point.
        if seals && recorded.firstPosition - 1 > point.position {
            point.position = recorded.firstPosition - 1
            _ = try record(point, beginsSegment: false, tools.environment)
        }
        return point
    }

    /// Whether something goes in the segment that holds the last position of a point, and may be written to, or it can be
    /// compressed.
    private func isSealingWorthwhile(
        _ point: CompactionPoint, _ environment: JournalEnvironment
    ) throws(StoreError) -> Bool {
        guard let last = view.segment(of: point.position) else { return false }
        var table = RetentionTable(view, point)
        let scan = try copying(environment.disk, environment.time) { _ in true }
            .scan(last, &table, takesSamples: point.compresses)
        if scan?.removed ?? 0 > 0 { return true }
        guard let codec = view.decoders.codec else { return false }
        return scan?.samples?.compression(by: codec) != nil
    }

    private func record(
        _ point: CompactionPoint, beginsSegment: Bool, _ environment: JournalEnvironment
    ) throws(StoreError) -> Appended {
        let id = EventID(
            randomHigh: environment.randomness.next(), randomLow: environment.randomness.next())
        let encoded = EncodedAppend(
            point, id: id, beginsSegment: beginsSegment, hashKey: view.index.hash.key)
        if environment.hasThreads { return try submitAndWait(encoded).get() }
        return try submitByHand(encoded).get()
    }

    /// The last compaction point, where it was recorded for the same options, segments are left to be looked through for
    /// it, and nothing was said since by which more would go.
    private func unfinishedCompaction(
        _ options: Compaction.Options, _ preparer: SegmentPreparer
    ) throws(StoreError) -> CompactionPoint? {
        do throws(ReadFailure) {
            let head = view.watermark.position
            let points = Query.Item(
                types: [SystemType.compactionPoint], stream: StreamName.journal)
            guard let found = try view.last(points, upTo: head, .mayBlock),
                let point = CompactionPoint(found.view(at: 0).dataBytes.copied()),
                point.takesAll == options.takesAll, point.compresses == options.compresses,
                !Compactor.candidates(preparer.nextManifest, point).isEmpty
            else { return nil }
            let said = Query.Item(
                types: [SystemType.metadata, SystemType.softDeleted, SystemType.tombstoned])
            let last = try view.last(said, upTo: head, .mayBlock)
            return last?.lastPosition ?? 0 > point.position ? nil : point
        } catch {
            guard case .failed(let failure) = error else {
                preconditionFailure("a look that may block does not ask to be repeated")
            }
            throw failure
        }
    }
}
