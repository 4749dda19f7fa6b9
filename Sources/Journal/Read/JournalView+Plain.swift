internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// How a batch of records, some of them compressed, becomes one of plain records.
enum PlainBatch {
    /// Of compressed segments, a part in so many of the bytes of a batch is read for one.
    static let storedShare = 4

    /// A segment from which the next so many records come.
    struct Source {
        var segment: Segment
        var count: Int
        /// What has to be added to an offset in the block to get the one in the file.
        var base: Int
    }
}

extension JournalView {
    /// The first of some records that were verified, plain: as many as fit into a batch, at least one.
    ///
    /// What little is read may be a lot when it is plain: a batch is bounded by that.
    /// - Parameter sources: of the entries, in their order.
    func plain(
        _ block: SharedBytes, _ entries: [EventBatch.Entry], _ sources: [PlainBatch.Source],
        _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        let bytes = block.bytes
        var plainEntries: [EventBatch.Entry] = []
        plainEntries.reserveCapacity(entries.count)
        var writer = ByteWriter(capacity: min(options.readBatchBytes, 8 * bytes.byteCount))
        var next = 0
        for source in sources {
            let decoder = try source.segment.dictionary?.decoder(mode)
            for entry in entries[next..<next + source.count] {
                let record = bytes.extracting(entry.offset..<entry.offset + entry.length)
                let length = EventRecord.compressed(record)?.plainBytes ?? entry.length
                let start = writer.count
                if start > 0 && start + length > options.readBatchBytes {
                    return EventBatch(block: writer.finish(), entries: plainEntries)
                }
                if let decoder {
                    guard EventRecord.append(record, to: &writer, by: decoder, bytesMax: .max)
                    else { throw .failed(damaged(entry, source)) }
                } else {
                    writer.append(record)
                }
                plainEntries.append(
                    EventBatch.Entry(
                        position: entry.position, offset: start, length: writer.count - start))
            }
            next += source.count
        }
        return EventBatch(block: writer.finish(), entries: plainEntries)
    }

    private func damaged(
        _ entry: EventBatch.Entry, _ source: PlainBatch.Source
    ) -> StoreError {
        .corrupt(
            source.segment.file.path, offset: source.base + entry.offset, position: entry.position,
            "the compressed event is not what it says")
    }
}
