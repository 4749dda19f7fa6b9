internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// Everything derived from the durable part of a journal, shared by readers and the writer.
///
/// The latest events are indexed in memory. Whenever a segment is full, and enough came together, what was taken in
/// becomes a part that does not change any more; a thread writes the parts as runs and merges these.
package final class JournalIndex: Sendable {
    struct Content {
        /// What the parts do not cover.
        var recent: EventIndex
        var values = RecentValues()
        var streams = RecentStreams()
        /// Neighbours, oldest first; from the first position on.
        var parts: [IndexPart] = []
        /// The last frame and position taken in.
        var frame: UInt64 = 0
        var position: Position = 0
        /// The segment with that frame.
        var segment: Segment?
    }

    let hash: NameHash
    private let content: Mutex<Content>
    private let keeper = Mutex<IndexKeeper?>(nil)
    private let runEventsMin: Int

    /// - Parameter runs: what is known already, from the first position on.
    package convenience init(hashKey: UInt64, hashBits: Int = 32) {
        self.init(hash: NameHash(key: hashKey, bits: hashBits), runs: [], options: JournalOptions())
    }

    init(hash: NameHash, runs: [Run], options: JournalOptions) {
        self.hash = hash
        runEventsMin = options.indexRunEventsMin
        var content = Content(recent: EventIndex(hash: hash))
        content.begin(behind: runs)
        self.content = Mutex(content)
    }

    func withLock<R, Failure: Error>(
        _ body: (inout Content) throws(Failure) -> sending R
    ) throws(Failure) -> sending R {
        try content.withLock { content throws(Failure) in try body(&content) }
    }

    /// Whether all up to a frame is covered by its parts.
    func covers(frame: UInt64) -> Bool {
        withLock { $0.parts.last.map { $0.extent.end.frame >= frame } ?? false }
    }

    /// Has parts written and merged from now on.
    /// - Parameter keeper: nil for nobody any more.
    func keep(with keeper: IndexKeeper?) { self.keeper.withLock { $0 = keeper } }

    // MARK: Taking in

    /// Takes in the next frame of a segment; one that is covered already is passed over.
    func add(
        _ frame: FrameRef, _ fields: FrameFields?, in block: borrowing RawSpan, of segment: Segment
    ) {
        let hasFrozen = content.withLock { content in
            if frame.header.number <= content.frame { return false }
            let hasFrozen = content.move(to: segment, runEventsMin: runEventsMin, hash: hash)
            content.recent.add(frame, in: block)
            frame.forEachEvent(in: block) { content.streams.add($0, hash) }
            if let fields {
                content.values.take(fields, isBottom: content.parts.isEmpty)
            }
            content.frame = frame.header.number
            content.position = frame.header.firstPosition + Position(frame.header.eventCount) - 1
            return hasFrozen
        }
        if hasFrozen { keeper.withLock { $0 }?.wake() }
    }

    /// Leaves out the runs from the first on that is none of the journal: before anything is taken in.
    /// - Returns: their files.
    func leaveOut(where isNone: (RunExtent) -> Bool) -> [String] {
        content.withLock { content in
            precondition(content.recent.eventCount == 0, "nothing rests on them yet")
            var runs: [Run] = []
            for case .run(let run) in content.parts { runs.append(run) }
            guard let first = runs.firstIndex(where: { isNone($0.footer.extent) }) else {
                return []
            }
            content.begin(behind: Array(runs[..<first]))
            return runs[first...].map(\.file.path)
        }
    }

    /// Makes a part of the recent events, if they are so many, also where their segment is not full: for a journal that is
    /// closed, and takes in nothing more.
    func freeze(eventsMin: Int) {
        content.withLock { content in
            if content.size >= eventsMin { content.freeze(hash) }
        }
    }

    /// Has a damaged run made again; nil where nobody does.
    func repair(_ path: String) -> Remaking? { keeper.withLock { $0 }?.repair(path) }

    /// Has parts written until little enough is in memory only, also where no thread does: while a journal is opened.
    func makeRoom() { keeper.withLock { $0 }?.makeRoom() }

    /// Waits until little enough is in memory only.
    func waitForRoom() { keeper.withLock { $0 }?.waitForRoom() }

    /// Parts that are in memory only.
    var partsInMemory: Int { unwritten.parts.count }

    /// What is in memory only: the parts, oldest first, and bytes that they and the recent events take.
    var unwritten: (parts: [FrozenIndex], bytes: Int) {
        withLock { content in
            var parts: [FrozenIndex] = []
            var bytes = content.recent.memoryBytes + content.values.memoryBytes
            for part in content.parts.reversed() {
                guard case .frozen(let frozen) = part else { break }
                parts.append(frozen)
                bytes += frozen.memoryBytes
            }
            parts.reverse()
            return (parts, bytes)
        }
    }

    /// Takes over runs that somebody else has written, from the first position on, as far as they end where a part
    /// ends.
    func adopt(_ runs: [Run]) {
        content.withLock { content in
            for count in (0..<runs.count).reversed() {
                let end = runs[count].footer.extent.end
                guard let last = content.parts.lastIndex(where: { $0.extent.end == end })
                else { continue }
                content.parts.replaceSubrange(0...last, with: runs[0...count].map(IndexPart.run))
                return
            }
        }
    }

    /// Puts runs in the place of the neighbouring parts that cover the same.
    func replace(_ extent: RunExtent, with runs: [Run]) {
        content.withLock { content in
            guard
                let first = content.parts.firstIndex(where: {
                    $0.extent.frameBefore == extent.frameBefore
                }),
                let last = content.parts.firstIndex(where: { $0.extent.end == extent.end })
            else { preconditionFailure("a run stands for neighbouring parts") }
            content.parts.replaceSubrange(first...last, with: runs.map(IndexPart.run))
        }
    }
}

extension JournalIndex.Content {
    /// The last position that the parts cover; the recent events follow.
    var partsEnd: Position { parts.last?.positions.last ?? 0 }
    /// The last frame that they cover: what parts there are has changed where it has.
    var partsFrame: UInt64 { parts.last?.extent.end.frame ?? 0 }

    /// Recent events, marks and system records.
    fileprivate var size: Int { recent.eventCount + values.count }

    /// Begins with what comes behind runs.
    fileprivate mutating func begin(behind runs: [Run]) {
        let last = runs.last?.footer.extent
        parts = runs.map(IndexPart.run)
        frame = last?.end.frame ?? 0
        position = last?.positions.last ?? 0
        values = RecentValues(after: last?.end.record ?? 0)
    }

    /// Goes on to another segment, the one before it being sealed; whether what came before has become a part.
    fileprivate mutating func move(to next: Segment, runEventsMin: Int, hash: NameHash) -> Bool {
        let isFull = segment != nil && segment !== next && size >= runEventsMin
        if isFull { freeze(hash) }
        segment = next
        return isFull
    }

    /// Makes a part of what was taken in since the last one, if there is any.
    fileprivate mutating func freeze(_ hash: NameHash) {
        guard let segment, frame > partsFrame else { return }
        let end = SegmentEnd(
            serial: segment.serial, randomID: segment.randomID, frame: frame, record: values.last)
        let before = parts.last?.extent.end ?? SegmentEnd()
        let extent = RunExtent(
            journal: segment.journal, positions: PositionSpan(first: partsEnd + 1, last: position),
            frameBefore: before.frame, recordBefore: before.record, end: end)
        parts.append(.frozen(FrozenIndex(events: recent, values: values, extent: extent)))
        // What comes is mostly like what came.
        recent = EventIndex(hash: hash, asLargeAs: recent)
        values = RecentValues(after: values.last)
    }
}

extension String {
    /// By the order of bytes.
    func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
