internal import Daybook
internal import DaybookPlatform

/// A journal as it stood at one moment: its segments, open, and how far each of them counts.
///
/// Whatever a writer does meanwhile, what was opened can be read to its end.
struct PinnedJournal {
    /// One segment in a file: of a store, of a backup, or in the middle of an archive.
    struct Segment {
        var header: SegmentHeader
        var file: OpenFile
        /// Where in the file it begins.
        var start = 0
        var extent: Manifest.Sealed
        /// As a manifest names it, where one does.
        var named: Manifest.Segment?

        /// So many bytes of its file count: its frames, and behind them the dictionary they are compressed with.
        var byteCount: Int { extent.end + (header.dictionary?.byteCount ?? 0) }
    }

    /// Whose it is, and its segments, each sealed where this ends.
    var manifest: Manifest
    var segments: [Segment]
    /// What was found on the way, in words.
    var notes: [String]

    /// The bytes that count of all segments.
    var byteCount: Int { segments.reduce(0) { $0 + $1.byteCount } }

    /// Opens everything a journal consists of: beside a writer as far as it says to be durable, without one as far
    /// as the next writer would go on.
    /// - Throws: `notFound`, `corrupt`, `newerFormat`, `inputOutput`.
    static func pin(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) -> PinnedJournal {
        var looks = 1
        while true {
            let writer = WriterSign(disk, paths)
            let found = Result { () throws(StoreError) in try look(disk, paths, writer) }
            let now = WriterSign(disk, paths)
            // Otherwise it may be a mixture of what one writer left and what another does.
            if now.isSameWriter(as: writer) || looks == WriterSign.looksMax {
                return try found.get()
            }
            looks += 1
        }
    }

    private static func look(
        _ disk: any Disk, _ paths: JournalPaths, _ writer: WriterSign
    ) throws(StoreError) -> PinnedJournal {
        guard let folder = try JournalFolder.read(disk, paths, sealed: .opened), !folder.isBlank
        else {
            throw JournalFolder.notFound(disk, paths)
        }
        let next = folder.endOfSealed
        let tail = try Tail.find(
            in: folder.open, from: next, durable: next.frame - 1,
            isGrowing: writer.isThere)
        if let path = folder.missing.first, let said = writer.said?.mark,
            said.frame > tail.lastFrame
        {
            throw .missing(path, position: tail.next.position)
        }
        var last = tail.lastFrame
        if writer.isThere {
            // Asked again: what a compaction removed meanwhile was removed for a point that belongs to it.
            let later = WatermarkFile.read(disk, paths.watermark)
            let said = later?.writer == writer.said?.writer ? later : writer.said
            // One that is still recovering has said nothing yet: what the last one said may be less than the marks.
            last = min(last, max(said?.mark.frame ?? 0, tail.durable))
        }
        var notes = folder.notes
        if !writer.isThere, let loss = tail.loss(writer.said?.mark) { notes.append(loss) }
        let named = Dictionary(
            uniqueKeysWithValues: folder.manifest.segments.map { ($0.serial, $0) })
        let segments = (folder.sealedFiles + tail.extents(upTo: last)).map { file, extent in
            Segment(
                header: file.header, file: file.file, extent: extent,
                named: named[file.header.serial])
        }
        return PinnedJournal(identity: folder.manifest, segments, notes: notes)
    }

    init(identity: Manifest, _ segments: [Segment], notes: [String] = []) {
        manifest = identity
        manifest.segments = segments.map { $0.asSealed }
        self.segments = segments
        self.notes = notes
    }
}

extension PinnedJournal.Segment {
    /// As a manifest names it, sealed where this ends.
    var asSealed: Manifest.Segment {
        var segment =
            named ?? Manifest.Segment(serial: header.serial, randomID: header.randomID)
        segment.generation = header.generation
        segment.isCompressed = header.dictionary != nil
        segment.sealed = extent
        return segment
    }
}

extension Manifest {
    /// Where a journal ends before a compaction point, it was not looked through for it: another may come in its place.
    mutating func forgetLaterCompactions() {
        let last = end.position - 1
        for place in segments.indices where segments[place].compactedTo > last {
            segments[place].compactedTo = 0
            segments[place].isSettled = false
        }
    }
}

extension JournalFolder {
    /// What follows behind the segments that the manifest says are sealed.
    var endOfSealed: JournalEnd { sealed.last?.extent.next ?? .start }
}

extension Manifest.Sealed {
    /// What it begins with.
    var beginning: JournalEnd {
        JournalEnd(
            frame: firstFrame, position: firstPosition, record: firstRecord - 1, recordedAt: 0)
    }

    /// What follows behind it. When the last event was recorded is not told.
    var next: JournalEnd {
        JournalEnd(
            frame: firstFrame + frames, position: firstPosition + events,
            record: firstRecord + records - 1, recordedAt: 0)
    }
}

extension Manifest {
    /// What follows behind its last segment, where all are sealed.
    var end: JournalEnd { segments.last?.sealed?.next ?? .start }
}
