internal import Daybook
internal import DaybookBytes

/// The events that the store writes itself, as KurrentDB's clients know them.
///
/// | in the journal                        | to clients                                             |
/// |---------------------------------------|--------------------------------------------------------|
/// | `$stream-deleted` in `$$s`            | `$metadata` in `$$s`, which say that all is truncated  |
/// | `$stream-tombstoned` in `$$s`         | `$streamDeleted` in `s`, at the greatest revision      |
/// | everything in `$journal`              | nothing                                                |
enum SystemEvents {
    enum Shown {
        case asItIs
        case never
        /// Another one in its place, as a record.
        case instead(SharedBytes)
        /// The same, and the stream is deleted for good.
        case tombstone(SharedBytes, stream: String)
    }

    private static let journal = Array(StreamName.journal.utf8)
    private static let softDeleted = Array(SystemType.softDeleted.utf8)
    private static let tombstoned = Array(SystemType.tombstoned.utf8)
    /// Everything before the greatest revision is gone.
    private static let truncated = #"{"$tb":9223372036854775807}"#

    static func shown(_ event: EventView) -> Shown {
        if !event.isSystem { return .asItIs }
        if event.streamBytes.isEqual(to: journal.rawSpan) { return .never }
        if event.typeBytes.isEqual(to: softDeleted.rawSpan) {
            let metadata = Event(id: event.id, type: SystemType.metadata, data: truncated)
            return .instead(record(metadata, event.stream, event.revision, event.recordedAt))
        }
        if event.typeBytes.isEqual(to: tombstoned.rawSpan) {
            let stream = StreamName.subject(of: event.stream).map(String.init) ?? event.stream
            let end = Event(id: event.id, type: "$streamDeleted", data: "{}")
            let record = record(end, stream, Revision(Int64.max), event.recordedAt)
            return .tombstone(record, stream: stream)
        }
        return .asItIs
    }

    private static func record(
        _ event: Event, _ stream: String, _ revision: Revision, _ recordedAt: Timestamp
    ) -> SharedBytes {
        var writer = ByteWriter()
        EventRecord.encode(event, stream: stream, into: &writer)
        writer.patch(revision, at: EventRecord.revisionAt)
        writer.patch(recordedAt.microseconds, at: EventRecord.recordedAtAt)
        return writer.finish()
    }
}
