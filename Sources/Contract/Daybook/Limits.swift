/// The named limits of the contract: everything is bounded, and the bound has a name.
///
/// They relate: one event fits into an append (`eventBytesMax` < `appendBytesMax`), and an append into half
/// a segment of the journal.
public enum Limits {
    /// An event as recorded, all its fields together: 16 MiB − 64 KiB.
    public static let eventBytesMax = 16 << 20 - 64 << 10
    /// All events of one append together: 32 MiB.
    public static let appendBytesMax = 32 << 20
    /// Events in one append.
    public static let appendEventsMax = 65_536
    /// A stream name, an event type, a tag, a content type, a consumer's name, in UTF-8 bytes.
    public static let nameBytesMax = 1024
    /// The name of a journal, in bytes.
    public static let journalNameBytesMax = 64
    /// Tags of one event.
    public static let eventTagsMax = 256
    /// Causation and correlation, in UTF-8 bytes.
    public static let correlationBytesMax = 256
    /// The opaque bytes of a tracking mark, and each of its tokens.
    public static let trackingBytesMax = 256
    /// System records of one append.
    public static let appendRecordsMax = 1024
    /// Owner and key of a system record together, in UTF-8 bytes.
    public static let recordKeyBytesMax = 1024
    /// The value of a system record.
    public static let recordValueBytesMax = 64 << 10
    /// Streams that one append may name, written or only checked.
    public static let appendStreamsMax = 65_536
    /// Items of one query.
    public static let queryItemsMax = 256
    /// Types, and tags, of one query item.
    public static let queryItemTermsMax = 256
    /// Matching events that a query condition is walked back over to recognise an append made before.
    public static let idempotencyWalkMax = 65_536
    /// Events behind the position of a query condition that may have to be looked through to check it: of each item
    /// of more than one term, those that have its rarest (its types together count as one term).
    public static let conditionCandidatesMax = 1_048_576
    /// The last positions within which an append without another rule is recognised by its ids.
    public static let idempotencyWindow = 1_048_576
}
