internal import Daybook
internal import DaybookBytes

extension EventBatch {
    /// A batch over copies, for whoever has events and needs views of them. Checksums are left out.
    init(_ events: [RecordedEvent]) {
        var writer = ByteWriter()
        var entries: [Entry] = []
        for event in events {
            let start = writer.count
            EventRecord.encode(event.event, stream: event.stream, into: &writer)
            writer.patch(event.recordedAt.microseconds, at: start + EventRecord.recordedAtAt)
            writer.patch(event.revision, at: start + EventRecord.revisionAt)
            entries.append(
                Entry(position: event.position, offset: start, length: writer.count - start))
        }
        self.init(block: SharedBytes(copying: writer.bytes), entries: entries)
    }
}
