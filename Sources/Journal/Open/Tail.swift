internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// The part of a journal that its manifest does not describe: the frames since the last segment that was written
/// down as sealed. Finding its end decides between a torn tail, which is cut, and damage, which never is.
///
/// The rule: at the first place where no whole frame follows, a later frame, wherever it lies, that says that this
/// one was durable makes it damage. Otherwise what follows was never acknowledged.
struct Tail {
    /// Frames that belong to the journal, in one of the open segments.
    struct Run {
        var file: JournalFolder.File
        var firstFrame: UInt64
        var firstPosition: Position
        var firstRecord: UInt64
        /// By frame: where it ends, and the positions and records up to and with it.
        var ends: [End] = []
    }

    struct End {
        var offset: Int
        var position: Position
        var record: UInt64
    }

    var runs: [Run] = []
    /// What the frame behind the last one found would be.
    var next: JournalEnd
    /// The last frame that is known to have been durable.
    var durable: UInt64
    /// The journal was closed in order, and nothing was written since.
    var isClosed = false
    /// Where bytes that belong to no frame lie behind the last one.
    var torn: [(file: JournalFolder.File, offset: Int)] = []
    var isTorn: Bool { !torn.isEmpty }

    /// Frames found, durable or not: numbers below it are in `runs`, or before.
    var lastFrame: UInt64 { next.frame - 1 }

    /// What a writer said to be durable and is not there, in words. No frame says so, and the watermark file may
    /// have come from another life of this folder: it is told, and not refused.
    func loss(_ said: Watermark.Mark?) -> String? {
        guard let said, said.position >= next.position else { return nil }
        return
            "the watermark file tells of events up to position \(said.position), and the journal ends "
            + "with \(next.position - 1): what lies between was acknowledged, and is lost"
    }
}

extension Tail {
    /// Walks the frames of the open segments from what is expected next.
    ///
    /// - Parameters:
    ///   - isGrowing: a writer is at it, so that what no frame was found in may hold one a moment later: it is not judged.
    ///   - readsAround: what the device cannot read is no frame; else it is refused where no frame follows, for a mark may
    ///     have stood there.
    /// - Throws: `corrupt` where a durable frame is damaged, `newerFormat`, `inputOutput`.
    static func find(
        in files: [JournalFolder.File], from next: JournalEnd, durable: UInt64,
        isGrowing: Bool = false, readsAround: Bool = false
    ) throws(StoreError) -> Tail {
        var tail = Tail(next: next, durable: durable)
        var at = files.startIndex - 1
        var stop: (file: JournalFolder.File, offset: Int, why: String)?
        var lastFlags: FrameHeader.Flags = []
        // A segment ends where a later one begins: what a crash left behind that place was copied or cut.
        while let following = files.indices.last(where: {
            $0 > at && files[$0].firstFrame == tail.next.frame
        }) {
            at = following
            let file = files[at]
            var run = Run(
                file: file, firstFrame: tail.next.frame, firstPosition: tail.next.position,
                firstRecord: tail.next.record + 1)
            var scanner = FrameScanner(
                file.file, randomID: file.header.randomID, to: file.byteCount,
                records: .asStored)
            // Up to the frame that it touches all are found.
            scanner.readsAround = true
            stop = nil
            walk: while true {
                if !run.ends.isEmpty,
                    files.indices.contains(where: {
                        $0 > at && files[$0].firstFrame == tail.next.frame
                    })
                {
                    break walk
                }
                do throws(FrameScanner.Stop) {
                    guard let frame = try scanner.next() else { break walk }
                    guard frame.number == tail.next.frame,
                        frame.frame.header.firstPosition == tail.next.position,
                        frame.fields.map({
                            $0.records.isEmpty || $0.firstRecord == tail.next.record + 1
                        }) ?? true
                    else {
                        stop = (
                            file, frame.range.lowerBound, "the frame is not the one that follows"
                        )
                        break walk
                    }
                    tail.take(frame, into: &run)
                    lastFlags = frame.frame.header.flags
                } catch {
                    switch error {
                    case .newerFormat: throw .newerFormat(file.file.path, 1)
                    case .refused(let error): throw error
                    case .failed(let errno):
                        throw .unreadable(
                            file.file.path, offset: scanner.offset, position: tail.next.position,
                            errno)
                    case .invalid where !readsAround && scanner.lost.errno != nil:
                        throw .unreadable(
                            file.file.path, offset: scanner.offset, position: tail.next.position,
                            scanner.lost.errno ?? .EIO)
                    case .invalid(let offset, _, let why):
                        stop = (file, offset, why)
                        break walk
                    }
                }
            }
            tail.runs.append(run)
        }
        if !isGrowing { try tail.judge(stop, files) }
        tail.isClosed = lastFlags.contains(.closed) && !tail.isTorn
        return tail
    }

    private mutating func take(_ frame: ScannedFrame, into run: inout Run) {
        let header = frame.frame.header
        durable = max(durable, header.durableUpTo)
        // What is compressed was copied from a segment that was sealed, and synced before it was in use.
        if run.file.header.dictionary != nil {
            durable = header.number
        }
        next.frame += 1
        next.position += Position(header.eventCount)
        next.record += frame.recordCount
        next.recordedAt = max(next.recordedAt, frame.recordedAt ?? 0)
        run.ends.append(
            End(offset: frame.range.upperBound, position: next.position - 1, record: next.record))
    }

    /// Looks at everything that no frame was found in: marks there tell damage from a torn tail.
    private mutating func judge(
        _ stop: (file: JournalFolder.File, offset: Int, why: String)?, _ files: [JournalFolder.File]
    ) throws(StoreError) {
        let found = next.frame
        for file in files {
            let run = runs.last { $0.file.header.serial == file.header.serial }
            let from = run?.ends.last?.offset ?? SegmentHeader.byteCount
            let marks: UInt64?
            let isZero: Bool
            do throws(Errno) {
                // Asked first: it is so after nearly every closing, and marks are looked for in all of it at once.
                isZero = try FrameScanner.isZero(file.file, from: from, to: file.byteCount)
                marks =
                    isZero
                    ? nil
                    : try FrameScanner.marks(
                        in: file.file, randomID: file.header.randomID, from: from,
                        to: file.byteCount)
            } catch {
                throw .unreadable(
                    file.file.path, offset: from, position: next.position, error)
            }
            if let marks, marks >= found {
                let place = stop ?? (file, from, "no frame begins here")
                throw .corrupt(
                    place.file.file.path, offset: place.offset, position: next.position,
                    "frame \(found) was durable, as a later one says, but \(place.why)")
            }
            let isLast = runs.last?.file.header.serial == file.header.serial
            if !isZero && (isLast || run == nil) { torn.append((file, from)) }
        }
    }

    /// Whether a run that ends behind the sealed segments ends with a frame that stays where it is, and knows what the
    /// frames up to it hold.
    func keeps(_ extent: RunExtent) -> Bool {
        let end = extent.end
        let run = runs.last {
            $0.file.header.serial == end.serial && $0.file.header.randomID == end.randomID
        }
        guard let run, isClosed || end.frame <= durable, end.frame >= run.firstFrame,
            end.frame - run.firstFrame < UInt64(run.ends.count)
        else { return false }
        let place = run.ends[Int(end.frame - run.firstFrame)]
        return place.position == extent.positions.last && place.record == end.record
    }

    /// The extents of the segments of which something stays when the journal is cut behind a frame.
    func extents(upTo frame: UInt64) -> [(file: JournalFolder.File, extent: Manifest.Sealed)] {
        runs.compactMap { run in
            guard frame >= run.firstFrame, !run.ends.isEmpty else { return nil }
            let count = min(Int(frame - run.firstFrame) + 1, run.ends.count)
            let end = run.ends[count - 1]
            return (
                run.file,
                Manifest.Sealed(
                    firstFrame: run.firstFrame, firstPosition: run.firstPosition,
                    firstRecord: run.firstRecord, end: end.offset, frames: UInt64(count),
                    events: end.position + 1 - run.firstPosition,
                    records: end.record + 1 - run.firstRecord)
            )
        }
    }

    /// What was next when a frame had been written.
    func end(after frame: UInt64, before: JournalEnd) -> JournalEnd {
        var end = before
        end.recordedAt = next.recordedAt
        guard let extent = extents(upTo: frame).last?.extent else { return end }
        end.frame = extent.firstFrame + extent.frames
        end.position = extent.firstPosition + extent.events
        end.record = extent.firstRecord + extent.records - 1
        return end
    }

    /// The frames behind a frame, which were not known to be durable, in order.
    func frames(after frame: UInt64) -> [(file: JournalFolder.File, range: Range<Int>)] {
        runs.flatMap { run -> [(file: JournalFolder.File, range: Range<Int>)] in
            let skipped =
                frame >= run.firstFrame ? min(Int(frame - run.firstFrame) + 1, run.ends.count) : 0
            guard skipped < run.ends.count, let last = run.ends.last else { return [] }
            let start = skipped == 0 ? SegmentHeader.byteCount : run.ends[skipped - 1].offset
            return [(run.file, start..<last.offset)]
        }
    }
}

extension JournalFolder {
    /// The last frame that is there and known to be durable, by the marks of the frames or by what a writer said.
    /// What was acknowledged must not vanish because its writer did: readers were shown it.
    /// - Returns: also the positions behind it of events that are whole, where no writer is there.
    func durableEnd(
        _ writer: WriterSign
    ) throws(StoreError) -> (frame: UInt64, hidden: Range<Position>) {
        if writer.isThere, let said = writer.said { return (said.mark.frame, 0..<0) }
        let (next, durable) = sealedEnd
        let tail = try Tail.find(
            in: open, from: next, durable: durable, isGrowing: writer.isThere)
        let last = max(tail.durable, writer.said?.mark.frame ?? 0)
        let frame = tail.isClosed ? tail.lastFrame : min(last, tail.lastFrame)
        let isHidden = !writer.isThere && frame < tail.lastFrame
        let first = isHidden ? tail.end(after: frame, before: next).position : 0
        return (frame, isHidden ? first..<tail.next.position : 0..<0)
    }

    /// What follows the sealed segments, as the manifest says, but for its time; all of them is durable.
    var sealedEnd: (next: JournalEnd, durable: UInt64) {
        var next = JournalEnd.start
        guard let extent = sealed.last?.extent else { return (next, 0) }
        next.frame = extent.firstFrame + extent.frames
        next.position = extent.firstPosition + extent.events
        next.record = extent.firstRecord + extent.records - 1
        return (next, next.frame - 1)
    }
}
