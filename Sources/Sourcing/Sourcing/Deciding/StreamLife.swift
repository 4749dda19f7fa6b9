internal import Daybook

/// What the metadata stream `$$s` says of a stream: whether it was deleted, and so is another one than before.
///
/// A deletion is an event there. Who knows the last revision of `$$s` and appends under the condition that it is still the
/// last decides on nothing that was deleted in between: a condition on the stream alone is met by a deleted one too.
struct StreamLife: Sendable {
    let store: any EventStore
    let stream: String

    private var metadata: String { StreamName.metadata(of: stream) }

    /// The revision of the last event of `$$s`; nil where there is none.
    func lastRevision() async throws(StoreError) -> Revision? {
        if case .live(let last) = try await store.stream(metadata).state { last } else { nil }
    }

    /// Whether the stream was deleted behind a revision of `$$s`; nil: ever.
    func wasDeleted(behind revision: Revision?) async throws -> Bool {
        let cursor = try store.cursor(
            Read(.stream(metadata), from: .revision(revision.map { $0 + 1 } ?? 0)))
        while let batch = try await batch(of: cursor) {
            if batch.events.contains(where: \.isDeletion) { return true }
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
        if try await !wasDeleted(behind: nil) { return false }
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
