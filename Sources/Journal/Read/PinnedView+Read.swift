internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

extension PinnedView {
    func readBatch(
        from position: Position, count wanted: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        guard let segment = segment(of: position) else { throw .failed(lost(position)) }
        let starts = try segment.starts(from: position, limit: wanted, mode)
        guard let first = starts.first else { throw .failed(lost(position)) }
        var count = min(wanted, starts.count)
        let limit = Int(first) + storedBytesMax(segment)
        if Int(starts[starts.count - 1]) > limit {
            count = max(1, min(count, starts.partitioningIndex { Int($0) > limit } - 1))
        }
        // The start behind the last event ends it, but for the header of a frame between the two.
        let lastStart = Int(starts[count - 1])
        let end =
            count < starts.count
            ? Int(starts[count]) : lastStart + (try length(lastStart, in: segment, mode))
        let block = try read(end - Int(first), at: Int(first), of: segment, mode)
        var entries: [EventBatch.Entry] = []
        entries.reserveCapacity(count)
        for index in 0..<count {
            let offset = Int(starts[index]) - Int(first)
            let at = position + Position(index)
            let length = try verified(block.bytes, offset, position: at, segment, base: Int(first))
            entries.append(EventBatch.Entry(position: at, offset: offset, length: length))
        }
        if segment.dictionary != nil {
            let source = PlainBatch.Source(segment: segment, count: count, base: Int(first))
            return try view.plain(block, entries, [source], mode)
        }
        return EventBatch(block: block, entries: entries)
    }

    /// So many bytes of a segment are read for one batch.
    private func storedBytesMax(_ segment: Segment) -> Int {
        let share = segment.dictionary == nil ? 1 : PlainBatch.storedShare
        return max(1, view.options.readBatchBytes / share)
    }

    /// The length that a record says it has.
    func length(
        _ offset: Int, in segment: Segment, _ mode: ReadMode
    ) throws(ReadFailure) -> Int {
        let bytes = try read(4, at: offset, of: segment, mode)
        let length = Int(bytes.bytes.u32(at: 0))
        guard length >= EventRecord.namesAt, length <= Limits.eventBytesMax else {
            throw .failed(
                .corrupt(
                    segment.file.path, offset: offset, position: nil,
                    "the length of an event cannot be \(length)"))
        }
        return length
    }

    private func read(
        _ count: Int, at offset: Int, of segment: Segment, _ mode: ReadMode
    ) throws(ReadFailure) -> SharedBytes {
        // Safe: the block's own buffer, filled whole or thrown away.
        try unsafe SharedBytes(capacity: count) { buffer throws(ReadFailure) in
            let wanted = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            try unsafe read(into: wanted, at: offset, of: segment, mode)
            return count
        }
    }

    func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int, of segment: Segment,
        _ mode: ReadMode
    ) throws(ReadFailure) {
        let file = segment.file
        do throws(Errno) {
            let count = try unsafe file.readAll(into: buffer, at: offset, mode)
            if count == buffer.count { return }
        } catch {
            if error == .EAGAIN && mode == .cachedOnly { throw .wouldBlock }
            throw .failed(.unreadable(file.path, offset: offset, error))
        }
        throw .failed(
            .corrupt(file.path, offset: offset, position: nil, "the file ends inside an event"))
    }

    /// The length of the record at an offset in a block, once its checksum and fields were checked.
    @inline(__always)
    func verified(
        _ block: borrowing RawSpan, _ offset: Int, position: Position, _ segment: Segment, base: Int
    ) throws(ReadFailure) -> Int {
        let room = block.byteCount - offset
        if room >= EventRecord.namesAt {
            let length = Int(block.u32(at: offset))
            if length >= EventRecord.namesAt && length <= room {
                let record = block.extracting(offset..<offset + length)
                let checksum = EventRecord.checksum(
                    of: record, segment: segment.randomID, position: position)
                if checksum == record.u32(at: EventRecord.checksumAt),
                    EventRecord.isWellFormed(record)
                        || segment.dictionary != nil && EventRecord.isCompressed(record)
                {
                    return length
                }
            }
        }
        throw .failed(
            .corrupt(
                segment.file.path, offset: base + offset, position: position,
                "the checksum of the event does not match its bytes"))
    }

    func lost(_ position: Position) -> StoreError {
        .corrupt("segments", offset: 0, position: position, "no segment holds the position")
    }
}

extension [UInt32] {
    /// How many elements, of those ascending, are before the first for which `isBeyond` holds.
    fileprivate func partitioningIndex(_ isBeyond: (UInt32) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low - startIndex
    }
}
