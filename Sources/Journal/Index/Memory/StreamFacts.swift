package import Daybook

/// What deciding about a stream needs to know of it.
package struct StreamFacts: Hashable, Sendable {
    /// The revision the next event will have: how many events it ever had.
    package var next: Revision = 0
    /// What lies before it was deleted; equal to `next` while the stream is soft-deleted.
    package var first: Revision = 0
    /// The revision at which it was last reopened; 0 where it never was.
    package var reopened: Revision = 0
    package var isTombstoned = false
    package var hasMetadata = false

    package init() {}

    /// Takes in the next event.
    mutating func take(_ revision: Revision) {
        if next > 0 && first == next { reopened = revision }
        next = revision + 1
    }

    package var state: StreamState {
        if isTombstoned { return .tombstoned(last: next == 0 ? nil : next - 1) }
        if next == 0 { return hasMetadata ? .onlyMetadata : .never }
        return first == next ? .softDeleted(last: next - 1) : .live(last: next - 1)
    }
}
