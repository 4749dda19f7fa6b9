internal import Daybook
internal import DaybookBytes
internal import DaybookJSON
internal import DaybookJournal

/// The events that the store writes itself, as KurrentDB's clients know them.
///
/// | in the journal                        | to clients                                             |
/// |---------------------------------------|--------------------------------------------------------|
/// | `$stream-deleted` in `$$s`            | `$metadata` in `$$s`, as before, that truncate `s`     |
/// | `$metadata` that truncate all of `s`  | the same, and once `s` is reopened what they truncated |
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

    /// What clients know a tombstone by.
    static let streamDeleted = "$streamDeleted"

    private static let journal = Array(StreamName.journal.utf8)
    private static let metadataType = Array(SystemType.metadata.utf8)
    private static let softDeleted = Array(SystemType.softDeleted.utf8)
    private static let tombstoned = Array(SystemType.tombstoned.utf8)

    /// The stream that an event has deleted softly, or truncated all of; nil where it is another event.
    static func softlyDeleted(by event: EventView) -> String? {
        guard event.isSystem else { return nil }
        if !event.typeBytes.isEqual(to: softDeleted.rawSpan) {
            guard event.typeBytes.isEqual(to: metadataType.rawSpan),
                let said = try? StreamMetadata(decoding: event.dataBytes.copied()),
                said.truncateBefore == StreamMetadata.truncatesAll
            else { return nil }
        }
        return StreamName.subject(of: event.stream).map(String.init)
    }

    /// - Parameter deletion: Where the event is one that has deleted a stream softly, what it did.
    static func shown(_ event: EventView, _ deletion: SoftDeletion?) -> Shown {
        if !event.isSystem { return .asItIs }
        if event.streamBytes.isEqual(to: journal.rawSpan) { return .never }
        if let deletion {
            if deletion.isInForce && event.typeBytes.isEqual(to: metadataType.rawSpan) {
                return .asItIs
            }
            // Its own metadata and all else that was recorded with it stay.
            var changed = RecordedEvent(event).event
            changed.type = SystemType.metadata
            changed.data = metadata(behind: deletion)
            changed.contentType = Event.json
            return .instead(record(changed, event.stream, event.revision, event.recordedAt))
        }
        if event.typeBytes.isEqual(to: tombstoned.rawSpan) {
            let stream = StreamName.subject(of: event.stream).map(String.init) ?? event.stream
            let end = Event(id: event.id, type: streamDeleted, data: "{}")
            let record = record(end, stream, Revision(Int64.max), event.recordedAt)
            return .tombstone(record, stream: stream)
        }
        return .asItIs
    }

    /// The metadata of a stream that was deleted softly. As long as it is, everything before the greatest revision is
    /// gone; once it is reopened, what was before. So clients may change what they read, and write it back.
    private static func metadata(behind deletion: SoftDeletion) -> [UInt8] {
        var object = JSONObject()
        if let value = try? JSONValue(parsing: deletion.metadata), case .object(let known) = value {
            object = known
        }
        let first = deletion.isInForce ? StreamMetadata.truncatesAll : deletion.next
        object["$tb"] = .number(JSONNumber(first))
        return JSONValue.object(object).bytes()
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
