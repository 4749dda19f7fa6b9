package import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// How much room a journal takes.
package struct JournalSizes: Hashable, Sendable {
    package var segments = 0
    /// Of those, the ones some of whose records are compressed.
    package var compressed = 0
    /// Bytes that frames and dictionaries take, and bytes of the files.
    package var usedBytes = 0
    package var fileBytes = 0
    /// Events without data and metadata, and bytes that compactions gave back of the files there are, as these say.
    package var stubs: UInt64 = 0
    package var bytesGivenBack = 0
}

/// A journal as readers see it: its segments, its index, and how far both may be read.
package final class JournalView: Sendable {
    package let index: JournalIndex
    /// The ids of the last events; nil where nobody appends.
    let ids: RecentIDs?
    package let watermark: Watermark
    let options: JournalOptions
    let decoders: SegmentDecoders
    /// The files that are open of its sealed segments.
    let files: FileCache
    let offsetRoom: OffsetRoom
    /// What becomes of the files of segments that were replaced.
    let retired: RetiredFiles
    private let segments: Mutex<SegmentList>
    private let damaged = Mutex<StoreError?>(nil)
    /// In a struct: a closure by itself would be wrapped once more each time it is taken out.
    private struct Looking {
        var look: LookAgain?
    }
    private let lookAgain = Mutex(Looking())
    /// Looks at the folder again, and takes in segments that were replaced there.
    typealias LookAgain = @Sendable () throws(StoreError) -> Void

    init(
        segments: [Segment], index: JournalIndex, watermark: Watermark.Mark,
        idsAfter: Position?, codec: (any RecordCodec)? = nil, disk: any Disk,
        options: JournalOptions
    ) {
        self.segments = Mutex(SegmentList(segments))
        self.index = index
        ids = idsAfter.map { RecentIDs(capacity: options.idempotencyWindow, after: $0) }
        self.watermark = Watermark(watermark)
        self.options = options
        decoders = SegmentDecoders(codec, countMax: options.decodersMax)
        files = FileCache(disk, countMax: options.openFilesMax)
        offsetRoom = OffsetRoom(bytes: options.offsetsInMemoryBytesMax)
        retired = RetiredFiles(disk)
    }

    /// The view of a journal of which nothing but its index was read yet.
    /// - Parameter idsAfter: where the last events begin whose ids matter; nil where nobody appends.
    convenience init(
        _ known: IndexFiles.Found, _ environment: JournalEnvironment, idsAfter: Position?,
        _ options: JournalOptions
    ) {
        // What was written by a hash can be read by no other.
        let hash =
            known.runs.first?.footer.hash
            ?? NameHash(key: environment.randomness.next(), bits: options.indexHashBits)
        self.init(
            segments: [], index: JournalIndex(hash: hash, runs: known.runs, options: options),
            watermark: Watermark.Mark(position: 0, frame: 0), idsAfter: idsAfter,
            codec: environment.codec, disk: environment.disk, options: options)
    }

    /// What ends the part that can be read, where something durable cannot be: to be told to whoever reads up
    /// to it, rather than that this is the end.
    package internal(set) var damage: StoreError? {
        get { damaged.withLock { $0 } }
        set { damaged.withLock { $0 = newValue } }
    }

    /// Refuses what depends on the end of the journal where something durable cannot be read: with less, the answer
    /// might be another.
    /// - Throws: `damage`, where there is any.
    package func checkEnd() throws(ReadFailure) {
        if let damage { throw .failed(damage) }
    }

    func add(_ segment: Segment) {
        segment.share(offsetRoom, files)
        segments.withLock { $0.append(segment) }
    }

    /// Puts a copy of a sealed segment in its place. Whoever reads the old one goes on with it.
    func replace(_ old: Segment, with copy: Segment) {
        copy.share(offsetRoom, files)
        copy.lapse()
        segments.withLock { $0.replace(old, with: copy) }
    }

    /// Puts those in the place of sealed segments that are other generations of them.
    func replace(_ sealed: [JournalFolder.Sealed]) {
        let known = Dictionary(
            allSegments.map { ($0.serial, $0) }, uniquingKeysWith: { _, last in last })
        for found in sealed {
            guard let segment = known[found.named.serial],
                segment.generation != found.named.generation,
                segment.randomID == found.named.randomID
            else { continue }
            replace(segment, with: Segment(found, in: self))
        }
    }

    /// The one added last.
    var lastSegment: Segment? { segments.withLock { $0.all.last } }

    /// All segments that have events or may get some, at this moment.
    var allSegments: [Segment] { segmentList.all }
    var segmentList: SegmentList { segments.withLock { $0 } }

    /// The segment in which a position lies.
    func segment(of position: Position) -> Segment? { pinned.segment(of: position) }

    /// Has the folder looked at again where a file is not there any more, or not what it was: a process that writes may
    /// have put others in their place.
    func onStale(_ look: @escaping LookAgain) { lookAgain.withLock { $0.look = look } }

    /// Looks for files that were put in the place of others.
    /// - Throws: what is wrong with the folder, where that is known better now.
    func lookAgainAtFiles() throws(StoreError) {
        let looking = lookAgain.withLock { $0 }
        try looking.look?()
    }

    /// Says where the ids of a segment's events up to a position are found, which were not taken in.
    func oweIDs(of segment: Segment, upTo last: Position) {
        guard let ids, last > ids.start, last >= segment.firstPosition else { return }
        let positions = PositionSpan(first: segment.firstPosition, last: last)
        let key = index.hash.key
        ids.owe(
            RecentIDs.Owed(positions: positions) { () throws(StoreError) in
                try segment.ids(count: positions.count, key: key)
            })
    }

    /// Makes a published frame readable: where its events lie, and the index.
    func publish(
        _ frame: FrameRef, _ fields: FrameFields?, in block: borrowing RawSpan, base: Int,
        _ segment: Segment
    ) {
        let idHashes = noteIDs(of: frame, in: block)
        segment.add(frame, in: block, base: base, idHashes: idHashes)
        segment.addTimes(of: frame, in: block)
        index.add(frame, fields, in: block, of: segment)
    }

    /// The same of a frame that was read from a segment: its events lie where they lie in the file.
    /// - Parameter owesIDs: where the ids are found is said later, for all of the segment.
    func publish(_ scanned: ScannedFrame, of segment: Segment, owesIDs: Bool) {
        let idHashes = noteIDs(of: scanned.frame, in: scanned.block.bytes, isOwed: owesIDs)
        let stored = scanned.stored
        segment.add(
            stored.frame, in: stored.block.bytes, base: stored.base, idHashes: idHashes)
        segment.addTimes(of: scanned.frame, in: scanned.block.bytes)
        index.add(scanned.frame, scanned.fields, in: scanned.block.bytes, of: segment)
    }

    private func noteIDs(
        of frame: FrameRef, in block: borrowing RawSpan, isOwed: Bool = false
    ) -> [UInt64] {
        guard let ids, frame.header.firstPosition > ids.start else { return [] }
        var hashes: [UInt64] = []
        IDHash.add(frame, in: block, key: index.hash.key, to: &hashes)
        if !isOwed { ids.add(hashes.span, from: frame.header.firstPosition) }
        return hashes
    }
}

extension JournalView {
    /// How many segments hold events, how many of them compressed, what frames and
    /// dictionaries take, and what the files take.
    package func sizes() -> JournalSizes {
        var sizes = JournalSizes()
        for segment in allSegments {
            sizes.segments += 1
            sizes.usedBytes += segment.usedBytes
            if let dictionary = segment.dictionary {
                sizes.usedBytes += (try? dictionary.place(.mayBlock).byteCount) ?? 0
                sizes.compressed += 1
            }
            let fileBytes = (try? segment.file.size()) ?? 0
            sizes.fileBytes += (try? segment.file.allocatedSize()) ?? fileBytes
            guard let header = segment.header else { continue }
            sizes.stubs += header.stubs
            sizes.bytesGivenBack += max(0, Int(clamping: header.originalBytes) - fileBytes)
        }
        return sizes
    }

    /// Bytes on the disk that say nothing that the events do not: the runs of the index, and beside each full segment
    /// where its events lie and, of the last ones, their ids.
    package var indexBytes: Int {
        let segments = allSegments
        let head = watermark.mark.position
        let known = head - min(head, Position(options.idempotencyWindow))
        return zip(segments, segments.dropFirst()).reduce(index.runBytes) { sum, pair in
            let count = Int(pair.1.firstPosition - pair.0.firstPosition)
            let offsets = OffsetFile.range(of: count, withTable: true).upperBound
            let ids = pair.1.firstPosition > known + 1 ? IDFile.byteCount(of: count) : 0
            return sum + offsets + ids
        }
    }
}
