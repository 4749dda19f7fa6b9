internal import Daybook

/// What the metadata stream `$$s` says of a stream: whether it was deleted, and so is another one than before. A deletion is
/// an event there.
struct StreamLife: Sendable {
    let store: any EventStore
    let stream: String

    /// The event that has deleted the stream last, behind a position; nil where none did.
    func deletion(behind position: Position) async throws -> RecordedEvent? {
        let cursor = try store.cursor(.stream(StreamName.metadata(of: stream), .backwards))
        while let batch = try await batch(of: cursor) {
            for event in batch.events {
                if event.position <= position { return nil }
                if event.isDeletion { return event }
            }
        }
        return nil
    }

    /// The next events; nil where there is nothing.
    private func batch(of cursor: any EventCursor) async throws(StoreError) -> EventBatch? {
        do throws(StoreError) { return try await cursor.next() } catch {
            if error.code == .streamNotFound { return nil }
            throw error
        }
    }

    /// The deletion behind which the first event that is left is the first, so that nothing that counts is gone; nil where
    /// there is none, and where it cannot be told.
    func beginning(of info: StreamInfo) async throws -> RecordedEvent? {
        guard let deletion = try await deletion(behind: 0) else { return nil }
        guard case .live = info.state else { return deletion }
        let told = try StreamMetadata(decoding: try await store.metadata(of: stream) ?? [])
        if told.maxAgeSeconds != nil { return nil }
        if let before = told.truncateBefore, before != StreamMetadata.truncatesAll,
            before >= info.firstRevision
        {
            return nil
        }
        return info.count < told.maxCount ?? .max ? deletion : nil
    }
}

extension Loaded {
    /// Of the last event it has taken in; nil where there was none.
    var place: RecordedPlace? { revision.map { RecordedPlace(position: position, revision: $0) } }
}

extension RecordedEvent {
    /// Whether it deletes a stream, also in the way of KurrentDB's clients: by metadata that leave nothing of it.
    fileprivate var isDeletion: Bool {
        if type == SystemType.softDeleted || type == SystemType.tombstoned { return true }
        guard type == SystemType.metadata else { return false }
        return (try? StreamMetadata(decoding: data))?.truncateBefore
            == StreamMetadata.truncatesAll
    }
}
