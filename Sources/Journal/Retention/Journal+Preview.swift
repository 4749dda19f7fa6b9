package import Daybook
package import DaybookPlatform

extension Journal {
    /// What a compaction would remove now. Nothing is recorded or written; also for a journal that is open for reading.
    /// Blocks, and reads as much as the compaction would.
    ///
    /// What the segments that are written again would take is estimated by the share of data that stays.
    /// - Parameters: as of `compact`.
    /// - Throws: `closed`, `corrupt`, `inputOutput`.
    package func previewCompaction(
        _ options: Compaction.Options, time: any TimeSource,
        isCancelled: @escaping () -> Bool = { false },
        progress: (Compaction.Report) -> Void = { _ in }
    ) throws(StoreError) -> Compaction.Report {
        if isClosed { throw .closed() }
        let point = CompactionPoint(
            position: view.watermark.position,
            time: Timestamp(microseconds: time.wallMicroseconds()))
        let gate = CompactionGate()
        let goesOn = { [self] in !isCancelled() && !isClosed }
        var throttle = Throttle(bytesPerSecond: options.bytesPerSecond, time: time)
        var report = Compaction.Report(point: point)
        guard let disk = view.lastSegment?.file.disk else { return report }
        let scanning = copying(disk, time) { bytes in
            throttle.pay(bytes) { goesOn() && gate.pause(nanoseconds: $0) }
            return goesOn()
        }
        // The last one is written to, or was.
        let pinned = view.pinned
        let segments = pinned.list.all.dropLast(options.takesAll ? 0 : 1)
        report.segmentsTotal = segments.count
        report.bytesTotal = segments.reduce(0) { $0 + $1.usedBytes }
        var table = RetentionTable(view, point)
        for place in segments.indices {
            progress(report)
            guard goesOn(), let (scan, segment) = try scanning.scan(place, of: pinned, &table)
            else { return report }
            let before = report.bytesBefore
            let isLast = segment.serial == pinned.list.all.last?.serial
            report.add(scan, of: segment, isLast: isLast, options)
            // The last one gives way to another as large.
            if isLast {
                report.bytesAfter += report.bytesBefore - before
            }
        }
        report.isComplete = true
        return report
    }
}

extension SegmentCompaction {
    /// Looks through the segment at a place, or through the one that another process has put there meanwhile.
    fileprivate func scan(
        _ place: Int, of pinned: PinnedView, _ table: inout RetentionTable
    ) throws(StoreError) -> (SegmentScan, Segment)? {
        do throws(ReadFailure) {
            return try pinned.reading { now throws(ReadFailure) in
                let segment = now.list.all[place]
                do throws(StoreError) {
                    let found = try scan(segment, &table)
                    return found.map { ($0, segment) }
                } catch {
                    throw .failed(error)
                }
            }
        } catch {
            guard case .failed(let failure) = error else {
                preconditionFailure("a look that may block does not ask to be repeated")
            }
            throw failure
        }
    }
}

extension Compaction.Report {
    fileprivate mutating func add(
        _ scan: SegmentScan, of segment: Segment, isLast: Bool, _ options: Compaction.Options
    ) {
        segmentsRead += 1
        bytesRead += segment.usedBytes
        guard scan.isWorthwhile(of: segment.usedBytes, options) else {
            let spare = try? SpareRoom.bytes(of: segment.file, behind: segment.usedBytes)
            if let spare, spare > SpareRoom.bytesMin, !isLast, segment.dictionary == nil {
                bytesSpare += spare
                segmentsSpare += 1
            }
            if scan.removed == 0 { return }
            segmentsLeft += 1
            eventsLeft += UInt64(scan.removed)
            return
        }
        let share = Double(scan.removedBytes) / Double(max(1, scan.plainBytes))
        segmentsWritten += 1
        eventsRemoved += UInt64(scan.removed)
        bytesBefore += (try? segment.file.allocatedSize()) ?? segment.usedBytes
        bytesAfter += segment.usedBytes - Int(Double(segment.usedBytes) * share)
    }
}
