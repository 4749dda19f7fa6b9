package import Daybook

/// What deciding about a stream needs to know of it.
package struct StreamFacts: Hashable, Sendable {
    /// The revision the next event will have: how many events it ever had.
    package var next: Revision = 0
    /// What lies before it was deleted; equal to `next` while the stream is soft-deleted.
    package var first: Revision = 0
    package var isTombstoned = false
    package var hasMetadata = false

    package init() {}

    package var state: StreamState {
        if isTombstoned { return .tombstoned(last: next == 0 ? nil : next - 1) }
        if next == 0 { return hasMetadata ? .onlyMetadata : .never }
        return first == next ? .softDeleted(last: next - 1) : .live(last: next - 1)
    }
}
