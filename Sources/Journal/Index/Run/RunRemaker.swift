internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Makes the index of a stretch of segments again, from their frames.
struct RunRemaker {
    let extent: RunExtent
    /// Where the stretch before it ends.
    let before: SegmentEnd
    /// The segment in which that is goes on: the journal was closed there.
    let beginsWithin: Bool
    let hash: NameHash
    /// A piece ends with the first segment that brings it to so many events, marks and system records.
    let countMin: Int

    /// Gives the pieces away one by one, in order; together they cover the stretch, and the last ends where it does.
    /// Blocks.
    ///
    /// - Throws: `damaged` where a frame is, or where the segments are not those of the stretch, and what the body
    ///   throws.
    func forEach(
        in segments: [Segment], _ body: (FrozenIndex) throws(RunFailure) -> Void
    ) throws(RunFailure) {
        var events = EventIndex(hash: hash)
        var values = RecentValues(after: before.record)
        var start = extent.positions.first
        var last = start - 1
        var (end, pieceBefore) = (before, before)
        let first = beginsWithin ? before.serial : before.serial + 1
        for segment in segments
        where segment.serial >= first && segment.serial <= extent.end.serial {
            var scanner = segment.scanner()
            end.serial = segment.serial
            end.randomID = segment.randomID
            while end.frame != extent.end.frame, let scanned = try next(&scanner, segment) {
                let header = scanned.frame.header
                if header.number <= before.frame { continue }
                end.frame = header.number
                if let fields = scanned.fields { values.take(fields) }
                scanned.add(to: &events)
                last = header.firstPosition + Position(header.eventCount) - 1
            }
            end.record = values.last
            let isEnough = events.eventCount + values.count >= countMin
            if !isEnough && end.serial != extent.end.serial { continue }
            let piece = RunExtent(
                journal: extent.journal, positions: PositionSpan(first: start, last: last),
                frameBefore: pieceBefore.frame,
                recordBefore: pieceBefore.record, end: end)
            try body(FrozenIndex(events: events, values: values, extent: piece))
            events = EventIndex(hash: hash)
            values = RecentValues(after: values.last)
            start = last + 1
            pieceBefore = end
        }
        if end != extent.end || last != extent.positions.last {
            throw .damaged(
                path: segments.last { $0.serial <= extent.end.serial }?.file.path ?? "", offset: 0,
                why: "the segments end elsewhere than their index")
        }
    }

    private func next(
        _ scanner: inout FrameScanner, _ segment: Segment
    ) throws(RunFailure) -> ScannedFrame? {
        do throws(FrameScanner.Stop) { return try scanner.next() } catch {
            switch error {
            case .failed(let errno): throw .failed(errno)
            case .invalid(let offset, _, let why):
                throw .damaged(path: segment.file.path, offset: offset, why: why)
            case .newerFormat:
                throw .damaged(path: segment.file.path, offset: scanner.offset, why: "newer")
            case .refused(let failure):
                throw .damaged(
                    path: segment.file.path, offset: scanner.offset, why: failure.why)
            }
        }
    }
}

extension ScannedFrame {
    /// Takes its events into an index.
    func add(to events: inout EventIndex) { events.add(frame, in: block.bytes) }

    /// Calls with each of its events, in order.
    func forEachEvent(_ body: (borrowing EventView) -> Void) {
        frame.forEachEvent(in: block.bytes, body)
    }
}
