internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Makes the index of a stretch of whole segments again, from their events.
struct RunRemaker {
    let positions: ClosedRange<Position>
    let hash: NameHash
    /// A piece ends with the first segment that brings it to so many events.
    let eventsMin: Int
    /// The number of the last system record before the stretch.
    let recordBefore: UInt64

    /// Gives the pieces away one by one, in order; together they cover the stretch. Blocks.
    /// - Throws: `damaged` where an event is, and what the body throws.
    func forEach(
        in segments: [Segment], _ body: (FrozenIndex) throws(RunFailure) -> Void
    ) throws(RunFailure) {
        var events = EventIndex(hash: hash)
        var values = RecentValues(after: recordBefore)
        var start = positions.lowerBound
        var last = start - 1
        for segment in segments
        where positions.contains(segment.firstPosition) && last < positions.upperBound {
            var scanner = segment.scanner()
            var end = SegmentEnd(serial: segment.serial, randomID: segment.randomID)
            while let scanned = try next(&scanner, segment) {
                let header = scanned.frame.header
                end.frame = header.number
                if let fields = scanned.fields { values.take(fields) }
                scanned.add(to: &events)
                last = header.firstPosition + Position(header.eventCount) - 1
            }
            end.record = values.last
            let isEnough = events.eventCount >= eventsMin || last == positions.upperBound
            if last < start || !isEnough { continue }
            let extent = RunExtent(journal: segment.journal, positions: start...last, end: end)
            try body(FrozenIndex(events: events, values: values, extent: extent))
            events = EventIndex(hash: hash)
            values = RecentValues(after: values.last)
            start = last + 1
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
    fileprivate func add(to events: inout EventIndex) {
        var at = frame.offset + frame.header.eventsAt
        for event in 0..<frame.header.eventCount {
            let length = Int(block.bytes.u32(at: at))
            events.add(
                EventView(
                    record: block.bytes.extracting(at..<at + length),
                    position: frame.header.firstPosition + Position(event)))
            at += length
        }
    }
}
