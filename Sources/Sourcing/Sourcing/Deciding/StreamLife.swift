internal import Daybook

/// What the metadata stream `$$s` says of a stream: whether it was deleted, and so is another one than before. A deletion is
/// an event there.
struct StreamLife: Sendable {
    let store: any EventStore
    let stream: String

    /// Whether the stream was deleted behind a position.
    func wasDeleted(behind position: Position) async throws -> Bool {
        let cursor = try store.cursor(.stream(StreamName.metadata(of: stream), .backwards))
        while let batch = try await batch(of: cursor) {
            for event in batch.events {
                if event.position <= position { return false }
                if event.isDeletion { return true }
            }
        }
        return false
    }

    /// The next events; nil where there is nothing.
    private func batch(of cursor: any EventCursor) async throws(StoreError) -> EventBatch? {
        do throws(StoreError) { return try await cursor.next() } catch {
            if error.code == .streamNotFound { return nil }
            throw error
        }
    }

    /// Whether the first event that is left of it is the first since it was deleted, and nothing that counts is gone.
    func beginsAnew(with first: Revision) async throws -> Bool {
        if try await !wasDeleted(behind: 0) { return false }
        let told = try StreamMetadata(decoding: try await store.metadata(of: stream) ?? [])
        if told.maxAgeSeconds != nil { return false }
        if let before = told.truncateBefore, before != StreamMetadata.truncatesAll, before >= first
        {
            return false
        }
        guard let maxCount = told.maxCount else { return true }
        return try await store.stream(stream).count < maxCount
    }
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
