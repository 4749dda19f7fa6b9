package import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Makes a store out of a backup, whole or up to one of its appends.
///
/// The journal keeps its id, events their positions, revisions and times; its epoch is another one, so that no
/// checkpoint taken elsewhere passes for one of this history.
package struct Restore {
    /// Where the restored journal ends.
    package enum End: Hashable, Sendable {
        /// With all that the backup holds.
        case whole
        /// With the append whose last event has this position.
        case position(Position)
        /// With the last append recorded at or before this time.
        case time(Timestamp)
    }

    private let backup: BackupReader
    private let end: End

    package init(_ backup: BackupReader, upTo end: End = .whole) {
        self.backup = backup
        self.end = end
    }

    /// Writes the journal into a store that has none of that name, or in which an earlier restore of it was left
    /// unfinished; a folder that is empty or absent becomes a store. Until the journal is whole it cannot be opened.
    /// Other journals of the store are not touched.
    /// - Parameter name: of the journal; nil: the one it had.
    /// - Throws: `invalid` where the store has that journal or the folder holds anything else, or the end is none of an
    ///   append; `corrupt` with the place in the backup, `locked`, `diskFull`, `readOnly`, `inputOutput`.
    package func run(
        in environment: JournalEnvironment, name: String? = nil,
        progress: Backup.Progress = { (_, _) throws(StoreError) in }
    ) throws(StoreError) -> CopyReport {
        let extents: [Manifest.Sealed]
        do throws(StoreError) { extents = try RestoreEnd(backup).extents(upTo: end) } catch {
            throw error.ofBackup
        }
        let epoch = environment.randomness.next() | 1
        let source = backup.descriptor
        let paths = JournalPaths(name: name ?? source.name)
        var store = try StoreInMaking(environment, paths, for: "The restored store")
        var manifest = Manifest(
            generation: 1, journal: source.manifest.journal, epoch: epoch,
            createdAt: source.manifest.createdAt)
        let total = extents.reduce(0) { $0 + $1.end }
        do throws(StoreError) {
            var frames = SegmentCopy()
            var done = 0
            for (number, extent) in extents.enumerated() {
                var segment = try backup.segment(number)
                segment.extent = extent
                var header = segment.header
                header.epoch = epoch
                header.fileBytes = UInt64(segment.byteCount)
                _ = try frames.copy(
                    segment, header: header,
                    as: paths.segment(
                        serial: header.serial, generation: header.generation),
                    to: &store.target
                ) { (bytes) throws(StoreError) in try progress(min(done + bytes, total), total) }
                manifest.segments.append(segment.asSealed)
                done += extent.end
            }
            manifest.forgetLaterCompactions()
            try store.finish(manifest)
        } catch {
            store.discard()
            throw error.ofBackup
        }
        var report = CopyReport(
            manifest, name: paths.name, bytes: total, takenAt: source.takenAt)
        report.backupPosition = source.lastPosition
        return report
    }
}

/// Finds in a backup where a restore ends.
struct RestoreEnd {
    private let backup: BackupReader
    private var extents: [Manifest.Sealed] {
        backup.descriptor.manifest.segments.compactMap(\.sealed)
    }

    init(_ backup: BackupReader) { self.backup = backup }

    /// The segments of which something stays, each up to where it ends then.
    /// - Throws: `invalid`, `corrupt`, `newerFormat`, `inputOutput`.
    func extents(upTo end: Restore.End) throws(StoreError) -> [Manifest.Sealed] {
        switch end {
        case .whole: return extents
        case .position(let position): return try extents(upTo: position)
        case .time(let time): return try extents(at: time)
        }
    }

    private func extents(upTo position: Position) throws(StoreError) -> [Manifest.Sealed] {
        let last = backup.descriptor.lastPosition
        if position > last || position == 0 {
            throw StoreError(
                .invalid, "The backup does not hold position \(position)",
                why: last == 0 ? "it holds no events" : "it holds the positions from 1 to \(last)",
                remedy: "Name one of them, or leave it out to restore everything.",
                place: "position \(position)", position: position)
        }
        let number = extents.lastIndex { $0.firstPosition <= position && $0.events > 0 } ?? 0
        var before: Position = extents[number].firstPosition - 1
        var after: Position?
        let found = try walk(number) { frame in
            if frame.last == position { return .here }
            if frame.last > position {
                after = frame.last
                return .stop
            }
            before = frame.last
            return .further
        }
        if let found { return found }
        let nearest = [before, after].compactMap { $0 }.filter { $0 > 0 }.map { "\($0)" }
        throw StoreError(
            .invalid, "Position \(position) lies inside an append",
            why: "an append is restored whole or not at all",
            remedy:
                "Name the last position of one; the nearest \(nearest.count == 1 ? "is" : "are") "
                + nearest.joined(separator: " and ") + ".",
            place: "position \(position)", position: position)
    }

    private func extents(at time: Timestamp) throws(StoreError) -> [Manifest.Sealed] {
        // Times never decrease along the journal: the first event of a segment tells whether any of it counts.
        for number in extents.indices.reversed() where extents[number].events > 0 {
            var isLater = true
            let found = try walk(number) { frame in
                if frame.recordedAt > time.microseconds { return .stop }
                isLater = false
                return .remember
            }
            if !isLater, let found { return found }
        }
        throw StoreError(
            .invalid, "Nothing was recorded at or before \(time)",
            why: "the first event of the backup was recorded later",
            remedy: "Name a later time, or leave it out to restore everything.")
    }

    /// An append with events, and what to do at it.
    private struct Seen {
        var last: Position
        var recordedAt: Int64
    }
    private enum Verdict { case further, remember, here, stop }

    /// Looks at the appends of a segment until told to stop.
    /// - Returns: the segments up to the append that was last remembered; nil where none was.
    private func walk(
        _ number: Int, _ judge: (Seen) -> Verdict
    ) throws(StoreError) -> [Manifest.Sealed]? {
        let segment = try backup.segment(number)
        var scanner = FrameScanner(
            segment.file, randomID: segment.header.randomID,
            from: segment.start + SegmentHeader.byteCount,
            to: segment.start + segment.extent.end, records: .asStored)
        var next = segment.extent.beginning
        var found: (end: Int, next: JournalEnd)?
        while let frame = try segment.step(&scanner, &next) {
            guard let recordedAt = frame.recordedAt else { continue }
            let verdict = judge(Seen(last: next.position - 1, recordedAt: recordedAt))
            if verdict == .stop { break }
            if verdict != .further { found = (frame.range.upperBound - segment.start, next) }
            if verdict == .here { break }
        }
        guard let found else { return nil }
        var last = segment.extent
        last.end = found.end
        last.frames = found.next.frame - last.firstFrame
        last.events = found.next.position - last.firstPosition
        last.records = found.next.record + 1 - last.firstRecord
        return extents[..<number] + [last]
    }
}
