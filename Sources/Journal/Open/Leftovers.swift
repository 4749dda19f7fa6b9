internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Files of segments that are no part of a journal which was opened for writing: what a crash leaves of preparing one, and
/// segments of which all that counts was copied on.
///
/// This opening has made a manifest durable that names none of them. The one that was found may be seen only, and the one
/// before it come back, which may name what was in use until now: that stays until the next opening.
struct Leftovers {
    private let disk: any Disk
    private let hasAllManifests: Bool
    /// Files that may hold nothing at all, or nothing but a header.
    private let empty: [String]
    /// Files with frames that no manifest has named for two generations.
    private let superseded: [String]
    /// Files with frames that the manifest has ceased to name.
    private let copied: [String]

    init(_ disk: any Disk, _ folder: JournalFolder, named manifest: Manifest) {
        self.disk = disk
        hasAllManifests = folder.hasAllManifests
        let named = Set(manifest.segments.map(\.serial))
        let unused = folder.open.filter { !named.contains($0.header.serial) }
        empty = folder.leftovers + unused.filter { $0.firstFrame == nil }.map(\.file.path)
        superseded = folder.superseded
        copied = unused.filter { $0.firstFrame != nil }.map(\.file.path)
    }

    /// Removes what holds nothing that the journal does not hold.
    /// - Returns: what stays, of which blocks may be given back, and what is to be told.
    func clear(in view: JournalView) -> (files: [CutFile], notes: [String]) {
        let unclear = empty.filter {
            !Self.removeIfUnused($0, disk, hasAllManifests: hasAllManifests)
        }
        let kept = superseded.filter { !removeIfCopied($0, view) }
        let files = (unclear + kept + copied).map {
            CutFile(path: $0, end: SegmentHeader.byteCount)
        }
        return (files, notes(of: kept))
    }

    private func notes(of kept: [String]) -> [String] {
        var notes: [String] = []
        let removed = superseded.count - kept.count
        if removed > 0 {
            notes.append(
                "\(removed) file\(removed == 1 ? "" : "s") that a crash had left "
                    + "\(removed == 1 ? "was" : "were") removed: the journal has all of it")
        }
        if let first = kept.first {
            let (left, others) = kept.count == 1 ? ("file is", "") : ("files are", " and others")
            notes.append(
                "\(kept.count) \(left) left of a crash and no part of the journal: "
                    + "\(first)\(others); something in it is not in the journal, so that it stays")
        }
        return notes
    }

    /// Removes a file with frames if each event of them stands in the journal, where it should, and nothing else is in it.
    private func removeIfCopied(_ path: String, _ view: JournalView) -> Bool {
        guard hasAllManifests, (try? isCopied(path, view)) == true else { return false }
        do throws(Errno) { try disk.remove(path) } catch { return false }
        return true
    }

    private func isCopied(_ path: String, _ view: JournalView) throws -> Bool {
        guard let opened = try JournalFolder.open(disk, path), let file = opened,
            file.header.dictionary == nil
        else { return false }
        var scanner = FrameScanner(
            file.file, randomID: file.header.randomID, to: file.byteCount, records: .asStored)
        walk: while true {
            let frame: ScannedFrame?
            do throws(FrameScanner.Stop) { frame = try scanner.next() } catch {
                // Where no frame begins there has to be nothing at all.
                guard case .invalid = error else { throw error }
                break walk
            }
            guard let frame else { break walk }
            if !(try stands(frame, in: view)) { return false }
        }
        return try FrameScanner.isZero(file.file, from: scanner.offset, to: file.byteCount)
    }

    /// Whether the events of a frame stand in the journal, by their positions and ids. Of a frame without events that says
    /// more than how far the journal was durable nobody can tell.
    private func stands(_ frame: ScannedFrame, in view: JournalView) throws -> Bool {
        guard let positions = frame.frame.header.positions else { return frame.fields == nil }
        guard positions.upperBound <= view.watermark.position else { return false }
        let (range, starts) = frame.records
        let block = frame.block
        var batch: EventBatch?
        var number = 0
        for (start, position) in zip(starts, positions) {
            if number == batch?.count ?? 0 {
                batch = try view.batch(from: position, upTo: positions.upperBound, .mayBlock)
                number = 0
            }
            let at = range.lowerBound + start
            let bytes = block.bytes
            let own = EventView(
                record: bytes.extracting(at..<at + Int(bytes.u32(at: at))), position: position)
            guard let batch, number < batch.count, batch.view(at: number).id == own.id else {
                return false
            }
            number += 1
        }
        return true
    }

    /// Removes a file that holds nothing but a header, which is left of a preparation, or nothing but copies without
    /// a header, which are left of a recovery: a segment gets its header before a manifest names it. Where a
    /// manifest is lost such a file may have been one whose header is lost as well, and stays.
    /// - Returns: whether it is gone.
    @discardableResult
    static func removeIfUnused(
        _ path: String, _ disk: any Disk, hasAllManifests: Bool
    ) -> Bool {
        guard let file = try? OpenFile(disk, path, .read), let size = try? file.size() else {
            return false
        }
        let headerEnd = SegmentHeader.byteCount
        let isEmpty = try? FrameScanner.isZero(
            file, from: headerEnd, to: size, believesHoles: false)
        let hasNoHeader = try? FrameScanner.isZero(file, from: 0, to: min(headerEnd, size))
        guard isEmpty == true || hasAllManifests && hasNoHeader == true else { return false }
        // If it cannot be removed it is found again at the next opening.
        do throws(Errno) { try disk.remove(path) } catch { return false }
        return true
    }
}
