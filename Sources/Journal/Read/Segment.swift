internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// A segment as readers see it: its file, and where in it each durable event lies.
///
/// Once it gets no more events its file is closed while nobody reads it. Where a copy takes its place, the file goes
/// when nobody holds the segment any more.
final class Segment: Sendable {
    let serial: UInt64
    let generation: UInt32
    let randomID: UInt64
    let journal: EventID
    let file: OpenFile
    let firstPosition: Position
    /// What its records are compressed by; nil where all are plain.
    let dictionary: SegmentDictionary?
    /// Where its events begin: in memory while it is written, in a file beside it once it is sealed, and then in memory
    /// as well where there is room for it.
    fileprivate struct Offsets {
        var inMemory = OffsetTable()
        var stored: OffsetFile?
        /// So many lie in a file that was not opened yet.
        var toBeOpened = 0
        /// What gives room in memory to those that are stored.
        var room: OffsetRoom?
        /// How much of it was taken.
        var taken = 0
        /// When its events were recorded and occurred.
        var times: SegmentTimes?
        /// The ids of its events as hashes, until they are stored as well.
        var idHashes: [UInt64] = []
        /// What keeps its files open once they lapse.
        var files: FileCache?
        /// What removes them, where a copy has taken its place.
        var retired: RetiredFiles?
    }
    private let offsets = Mutex(Offsets())
    private let settled = SetOnce<SettledStarts>()
    /// Where the last durable frame ends.
    private let end = Atomic<Int>(SegmentHeader.byteCount)

    convenience init(
        header: SegmentHeader, file: OpenFile, firstPosition: Position,
        dictionary: SegmentDictionary? = nil
    ) {
        self.init(
            journal: header.journal, serial: header.serial, generation: header.generation,
            randomID: header.randomID, file: file, firstPosition: firstPosition,
            dictionary: dictionary)
    }

    private init(
        journal: EventID, serial: UInt64, generation: UInt32, randomID: UInt64, file: OpenFile,
        firstPosition: Position, dictionary: SegmentDictionary?
    ) {
        self.serial = serial
        self.generation = generation
        self.randomID = randomID
        self.journal = journal
        self.file = file
        self.firstPosition = firstPosition
        self.dictionary = dictionary
    }

    /// A sealed segment of which nothing is read before it is asked for.
    convenience init(_ sealed: JournalFolder.Sealed, in view: JournalView) {
        let file = OpenFile(sealed.path, in: view.files)
        let named = sealed.named
        self.init(
            journal: sealed.journal, serial: named.serial, generation: named.generation,
            randomID: named.randomID, file: file, firstPosition: sealed.extent.firstPosition,
            dictionary: named.isCompressed ? view.decoders.dictionary(named, file) : nil)
        offsets.withLock { offsets in
            offsets.toBeOpened = Int(sealed.extent.events)
            offsets.times = named.times
            offsets.files = view.files
        }
        end.store(sealed.extent.end, ordering: .relaxed)
    }

    /// A sealed segment of which is known where its events begin, when they were, and where it ends.
    convenience init(
        header: SegmentHeader, file: OpenFile, firstPosition: Position, starts: [UInt32],
        times: SegmentTimes?, end: Int, dictionary: SegmentDictionary?
    ) {
        self.init(
            header: header, file: file, firstPosition: firstPosition, dictionary: dictionary)
        offsets.withLock { offsets in
            offsets.inMemory = OffsetTable(packing: starts)
            offsets.times = times
        }
        self.end.store(end, ordering: .relaxed)
    }

    deinit {
        offsets.withLock { offsets in
            offsets.leaveRoom()
            offsets.retired?.remove(file.path)
        }
    }

    /// Says where room in memory is to be had for offsets that are stored, and what keeps files open.
    func share(_ room: OffsetRoom, _ files: FileCache) {
        offsets.withLock { offsets in
            offsets.room = room
            offsets.files = files
        }
    }

    /// It gets no more events: its files are closed while nobody reads them.
    func lapse() {
        let (files, stored) = offsets.withLock { ($0.files, $0.stored) }
        guard let files else { return }
        file.lapse(into: files)
        stored?.file.lapse(into: files)
    }

    /// A copy is in its place: its files go once nobody holds it any more.
    func retire(_ retired: RetiredFiles) { offsets.withLock { $0.retired = retired } }

    /// Takes in where the events of a frame lie, next in order.
    ///
    /// - Parameters:
    ///   - base: the offset in the file of the block in which the frame lies.
    ///   - idHashes: of its events, where they are wanted.
    func add(_ frame: FrameRef, in block: borrowing RawSpan, base: Int, idHashes: [UInt64]) {
        end.store(base + frame.offset + frame.header.byteCount, ordering: .relaxed)
        var at = frame.offset + frame.header.eventsAt
        offsets.withLock { offsets in
            offsets.idHashes += idHashes
            for _ in 0..<frame.header.eventCount {
                offsets.inMemory.append(UInt32(base + at))
                at += Int(block.u32(at: at))
            }
        }
    }

    /// Takes in when the events of a frame were recorded and occurred.
    /// - Parameter block: with plain records.
    func addTimes(of frame: FrameRef, in block: borrowing RawSpan) {
        offsets.withLock { $0.times.add(frame, in: block) }
    }

    /// When its durable events were recorded and occurred; nil where that is not known, and where it has none.
    var times: SegmentTimes? { offsets.withLock { $0.times } }

    /// What it says of itself; nil where that cannot be read. Blocks.
    var header: SegmentHeader? {
        let bytes = try? file.read(SegmentHeader.byteCount, at: 0)
        return bytes.flatMap { try? SegmentHeader(decoding: $0.bytes) }
    }

    /// Bytes that its durable frames, and its header, take.
    var usedBytes: Int { end.load(ordering: .relaxed) }

    /// Where events begin, from a position on: at most `limit` of them, and behind the last one the start of
    /// the next, where there is one.
    func starts(
        from position: Position, limit: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> [UInt32] {
        let first = Int(position - firstPosition)
        try openStoredOffsets(mode)
        let (copied, stored) = offsets.withLock { offsets -> ([UInt32], OffsetFile?) in
            if let stored = offsets.stored, offsets.inMemory.isEmpty { return ([], stored) }
            let end = min(first + limit + 1, offsets.inMemory.count)
            return (first < end ? offsets.inMemory[first..<end] : [], nil)
        }
        guard let stored else { return copied }
        guard first < stored.count else { return [] }
        do throws(OffsetFile.Failure) {
            if offsets.withLock({ $0.takeRoom(for: stored.count) }) {
                let all = try stored.read(0..<stored.count, mode)
                let table = offsets.withLock { offsets in
                    offsets.keep(all)
                    return offsets.inMemory
                }
                _ = settled.set(SettledStarts(table))
                return Array(all[first..<min(first + limit + 1, stored.count)])
            }
            return try stored.read(first..<min(first + limit + 1, stored.count), mode)
        } catch {
            if case .wouldBlock = error { throw .wouldBlock }
        }
        try findAgain(mode)
        return try starts(from: position, limit: limit, mode)
    }

    /// Where all its events begin, once it is sealed and that is in memory; no lock is taken for it.
    var settledStarts: SettledStarts? { settled.value }

    /// Where the event at a position begins, and the next one where there is one; nil where there is no such event.
    func start(
        of position: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> (first: UInt32, next: UInt32?)? {
        let index = Int(position - firstPosition)
        let known = offsets.withLock { offsets -> (first: UInt32, next: UInt32?)? in
            let count = offsets.inMemory.count
            guard index < count else { return nil }
            let next = index + 1 < count ? offsets.inMemory[index + 1] : nil
            return (offsets.inMemory[index], next)
        }
        if let known { return known }
        let found = try starts(from: position, limit: 1, mode)
        guard let first = found.first else { return nil }
        return (first, found.count > 1 ? found[1] : nil)
    }

    /// Has the device begin to read what `start(of:)` would wait for. Blocks for no longer than it takes to open a file.
    /// - Returns: whether that does for its other positions too.
    func askForStart(of position: Position) -> Bool {
        let (file, stored, toBeOpened, isWhole) = offsets.withLock {
            offsets -> (OpenFile?, OffsetFile?, Int, Bool) in
            let path = OffsetFile.path(of: self.file.path)
            let unopened = offsets.toBeOpened > 0 ? offsets.files : nil
            let count = max(offsets.toBeOpened, offsets.stored?.count ?? 0)
            return (
                unopened.map { OpenFile(path, in: $0) }, offsets.stored, offsets.toBeOpened,
                offsets.hasRoom(for: count)
            )
        }
        if let file {
            file.startReadahead(OffsetFile.range(of: toBeOpened, withTable: isWhole))
        } else if let stored {
            let index = Int(position - firstPosition)
            stored.file.startReadahead(
                isWhole
                    ? OffsetFile.range(of: stored.count, withTable: true)
                    : stored.range(holding: index))
        }
        return isWhole
    }

    // MARK: Offsets on disk

    /// Opens the offsets of a segment of which nothing was read yet.
    private func openStoredOffsets(_ mode: ReadMode) throws(ReadFailure) {
        let count = offsets.withLock { $0.toBeOpened }
        if count == 0 { return }
        if mode == .cachedOnly { throw .wouldBlock }
        guard let stored = storedOffsets, stored.count == count else {
            try findAgain(mode)
            return
        }
        offsets.withLock { offsets in
            offsets.stored = stored
            offsets.toBeOpened = 0
        }
    }

    /// The file beside the segment, opened, if it belongs to it.
    private var storedOffsets: OffsetFile? {
        let path = OffsetFile.path(of: file.path)
        let files = offsets.withLock { $0.files }
        let opened = files.map { OpenFile(path, in: $0) } ?? (try? OpenFile(file.disk, path, .read))
        return opened.flatMap { OffsetFile($0, randomID: randomID, first: firstPosition) }
    }

    /// Whether its offsets are in the file beside it.
    var hasStoredOffsets: Bool { offsets.withLock { $0.stored != nil } }

    /// When an event was recorded; nil where it cannot be read, or is damaged.
    func recordedAt(_ position: Position) -> Int64? {
        guard let start = try? starts(from: position, limit: 1, .mayBlock).first,
            let head = try? file.read(4, at: Int(start)), head.count == 4
        else { return nil }
        let length = Int(head.bytes.u32(at: 0))
        guard length >= EventRecord.namesAt, length <= Limits.eventBytesMax,
            let record = try? file.read(length, at: Int(start)), record.count == length,
            EventRecord.checksum(of: record.bytes, segment: randomID, position: position)
                == record.bytes.u32(at: EventRecord.checksumAt)
        else { return nil }
        return record.bytes.i64(at: EventRecord.recordedAtAt)
    }

    /// Leaves the offsets to the file beside the segment, if that has the same; whether it does.
    func useStoredOffsets() -> Bool {
        let known = offsets.withLock { $0.inMemory.all }
        guard let stored = storedOffsets, stored.count == known.count,
            known.isEmpty || (try? stored.read(0..<known.count, .mayBlock)) == known
        else { return false }
        let kept = offsets.withLock { offsets -> OffsetTable? in
            offsets.stored = stored
            let hasRoom = offsets.takeRoom(for: stored.count)
            if hasRoom { offsets.keep(known) } else { offsets.inMemory = OffsetTable() }
            return hasRoom ? offsets.inMemory : nil
        }
        if let kept { _ = settled.set(SettledStarts(kept)) }
        return true
    }

    /// Writes the offsets beside the segment, which gets no more events, and leaves them to that file. Where it
    /// cannot be written they stay in memory.
    func storeOffsets() {
        // Those that were stored may be in memory no more.
        if offsets.withLock({ $0.stored != nil || $0.toBeOpened > 0 }) || useStoredOffsets() {
            return
        }
        let known = offsets.withLock { $0.inMemory.all }
        let isWritten: Void? = try? OffsetFile.write(
            known, file.disk, of: file.path, randomID: randomID, first: firstPosition)
        if isWritten == nil { return }
        _ = useStoredOffsets()
    }

    /// Writes the ids beside the segment, which gets no more events, and forgets them.
    func storeIDs(key: UInt64) {
        let hashes = unstoredIDs
        if hashes.isEmpty { return }
        // Where it cannot be written they are found in the segment when they are needed.
        try? IDFile.write(hashes, file.disk, of: self, key: key)
        offsets.withLock { $0.idHashes = [] }
    }

    /// Its ids as hashes, as far as they are not stored.
    var unstoredIDs: [UInt64] { offsets.withLock { $0.idHashes } }

    /// Finds the offsets in the segment itself: the file beside it cannot be used.
    private func findAgain(_ mode: ReadMode) throws(ReadFailure) {
        if mode == .cachedOnly { throw .wouldBlock }
        var found: [UInt32] = []
        var scanner = FrameScanner(file, randomID: randomID, to: usedBytes, records: .asStored)
        do throws(FrameScanner.Stop) {
            while let frame = try scanner.next() {
                let (range, starts) = frame.records
                found += starts.map { UInt32(frame.stored.base + range.lowerBound + $0) }
            }
        } catch {
            throw .failed(error.storeError(file.path, firstPosition + Position(found.count)))
        }
        let room = offsets.withLock { offsets in
            offsets.inMemory = OffsetTable(packing: found)
            offsets.stored = nil
            offsets.toBeOpened = 0
            return offsets.room
        }
        room?.tellFoundAgain(self)
    }
}

extension Segment {
    /// Reads its frames, the records of their events plain.
    /// - Parameter end: frames lie before it; nil: all that are known.
    func scanner(to end: Int? = nil) -> FrameScanner {
        FrameScanner(
            file, randomID: randomID, to: end ?? usedBytes, records: .plain(dictionary))
    }
}

extension Segment.Offsets {
    /// Takes room for so many offsets, once; whether there was any.
    fileprivate mutating func takeRoom(for count: Int) -> Bool {
        if taken > 0 || room?.take(4 * count) != true { return taken > 0 }
        taken = 4 * count
        return true
    }

    /// Keeps them where there was room, and gives back what they do not take of it.
    fileprivate mutating func keep(_ all: [UInt32]) {
        inMemory = OffsetTable(packing: all)
        let spare = max(0, taken - inMemory.memoryBytes)
        room?.leave(spare)
        taken -= spare
    }

    /// Whether there is room for so many offsets, or was.
    fileprivate func hasRoom(for count: Int) -> Bool {
        taken > 0 || room?.has(4 * count) == true
    }

    fileprivate func leaveRoom() { room?.leave(taken) }
}
