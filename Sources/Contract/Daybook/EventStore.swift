/// An ordered, durable record of events: what applications program against.
///
/// Whoever implements it passes the suite in `StoreContract`. Every call throws `StoreError`; those that say
/// that something was refused have changed nothing.
public protocol EventStore: Sendable {
    /// Records events, all or none, and returns once they are durable.
    ///
    /// Appending the same ids again is answered as the first time, tested before the conditions.
    /// - Throws: `wrongRevision`, `conflict`, `streamDeleted`, `wrongToken`, `partialDuplicate`,
    ///   `conditionTooOld`, `invalid`, `tooLarge`, `diskFull`, `readOnly`, `closed`, `poisoned`,
    ///   `outcomeUnknown`.
    @discardableResult
    func append(_ append: Append) async throws(StoreError) -> Appended

    /// Deletes all events of a stream so far; with `.tombstone` for good, also one that was never written.
    /// - Returns: the position of the event that says so.
    /// - Throws: as `append`, and `streamNotFound` where there is nothing to delete but by a tombstone.
    @discardableResult
    func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position

    /// Begins to read; nothing is fetched before the first batch is asked for.
    /// - Throws: `invalid` where the request cannot be.
    func cursor(_ read: Read) throws(StoreError) -> any EventCursor

    /// Begins to follow.
    /// - Throws: `invalid`, `wrongCheckpoint`.
    func subscribe(_ subscription: Subscription) async throws(StoreError) -> any SubscriptionCursor

    /// The place of the last event.
    func head() async throws(StoreError) -> Checkpoint

    /// A stream as it is; `state` is `.never` for one that never was.
    func stream(_ name: String) async throws(StoreError) -> StreamInfo

    /// Streams whose names begin with `prefix` (empty: all), by the order of their bytes, after the name
    /// `after`. Names starting with `$` are left out unless the prefix begins so.
    func streams(
        prefix: String, after: String?, limit: Int
    ) async throws(StoreError) -> [StreamInfo]

    /// A system record: the last value under a key and its sequence number, nil where there is none.
    func record(owner: String, key: String) async throws(StoreError) -> RecordValue?

    /// The keys of an owner that have a value, by the order of their bytes, after the key `after`.
    func records(
        owner: String, after: String?, limit: Int
    ) async throws(StoreError) -> [RecordValue]

    /// The token and note of a consumer's last tracking mark, nil where it has none.
    func tracking(_ consumer: String) async throws(StoreError) -> TrackingToken?

    /// Ends the store's work; appends under way are answered first. Closing again does nothing.
    func close() async throws(StoreError)
}

/// How a stream is deleted.
public enum Deletion: Hashable, Sendable {
    /// Its events so far are gone from it; the next append reopens it, and revisions go on.
    case soft
    /// For good: the name is never used again.
    case tombstone
}

/// The last value under a key of system records.
public struct RecordValue: Hashable, Sendable {
    public let key: String
    public let value: [UInt8]
    /// The number of the record, to be expected by the next one.
    public let sequence: UInt64
    public init(key: String, value: [UInt8], sequence: UInt64) {
        self.key = key
        self.value = value
        self.sequence = sequence
    }
}

/// How far a consumer has come.
public struct TrackingToken: Hashable, Sendable {
    public let token: [UInt8]
    public let note: [UInt8]
    public init(token: [UInt8], note: [UInt8]) {
        self.token = token
        self.note = note
    }
}

/// Reads in batches, each fetched when it is asked for; used by one task at a time.
public protocol EventCursor: AnyObject {
    /// The next events, at least one; nil at the end.
    /// - Throws: `corrupt`, `streamNotFound` (a stream that never was, or is deleted), `streamDeleted`,
    ///   `cancelled` (in a task that is cancelled), `inputOutput`, `closed`.
    func next() async throws(StoreError) -> EventBatch?
}

/// Follows the journal; used by one task at a time. Dropping it ends the subscription.
public protocol SubscriptionCursor: AnyObject {
    /// The next signal; waits for it. Ends with nil when the task is cancelled.
    /// - Throws: `corrupt`, `inputOutput`, `closed`.
    func next() async throws(StoreError) -> SubscriptionSignal?
}
