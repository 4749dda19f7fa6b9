/// What a stream has to be like for an append to be accepted.
public enum StreamCondition: Hashable, Sendable {
    /// Whatever it is, but for a tombstone.
    case any
    /// Nothing in it: never written, or soft-deleted (then it reopens and its revisions go on).
    case none
    /// Something in it.
    case exists
    /// Its last event has this revision.
    case revision(Revision)
    /// It is soft-deleted; writing reopens it.
    case softDeleted
    /// It is tombstoned. Only to check: nothing can be written to it.
    case tombstoned
}

/// Fails an append if an event that matches stands after a position: the dynamic consistency boundary.
public struct QueryCondition: Hashable, Sendable {
    public var query: Query
    /// Where the reader stopped when it decided: what stands at or before it does not count.
    public var after: Position

    public init(failIfEventsMatch query: Query, after: Position) {
        self.query = query
        self.after = after
    }
}

/// How far a consumer has come in a source, compared and stored with the events it led to.
public struct TrackingMark: Hashable, Sendable {
    public var consumer: String
    /// The token that must be the consumer's present one; nil: it has none yet.
    public var from: [UInt8]?
    /// The token it has from now on.
    public var to: [UInt8]
    /// Whatever the consumer wants to find beside the token.
    public var note: [UInt8]

    public init(consumer: String, from: [UInt8]?, to: [UInt8], note: [UInt8] = []) {
        self.consumer = consumer
        self.from = from
        self.to = to
        self.note = note
    }
}

/// A fact about a consumer: the last value under (owner, key) counts.
public struct SystemRecord: Hashable, Sendable {
    /// What the last record under the key has to be for this one to be accepted.
    public enum Condition: Hashable, Sendable {
        case any
        /// No value stands under the key.
        case none
        /// The value under the key has this sequence number.
        case sequence(UInt64)
    }

    public var owner: String
    public var key: String
    /// nil removes what stands under the key.
    public var value: [UInt8]?
    public var condition: Condition

    public init(owner: String, key: String, value: [UInt8]?, condition: Condition = .any) {
        self.owner = owner
        self.key = key
        self.value = value
        self.condition = condition
    }
}

/// Events to record, all or none, in this order, and the conditions under which.
public struct Append: Sendable {
    /// An event and the stream it goes to.
    public struct Entry: Sendable {
        public var stream: String
        public var event: Event
        public init(stream: String, event: Event) {
            self.stream = stream
            self.event = event
        }
    }

    /// The events in the order they get positions; streams may alternate.
    public var entries: [Entry]
    /// Conditions by stream, also of streams not written; a written stream that is not named: `.any`.
    public var conditions: [String: StreamCondition]
    public var queryCondition: QueryCondition?
    public var tracking: TrackingMark?
    public var records: [SystemRecord]

    /// Nothing yet.
    public init() {
        entries = []
        conditions = [:]
        queryCondition = nil
        tracking = nil
        records = []
    }

    /// Events for one stream.
    public init(_ events: [Event], to stream: String, expecting condition: StreamCondition = .any) {
        self.init()
        add(events, to: stream, expecting: condition)
    }

    /// Adds events for a stream; `condition` is about the stream before this append.
    public mutating func add(
        _ events: [Event], to stream: String, expecting condition: StreamCondition = .any
    ) {
        for event in events { entries.append(Entry(stream: stream, event: event)) }
        if condition != .any { conditions[stream] = condition }
    }
}

/// The answer to an append that was accepted, now or the first time it was made.
public struct Appended: Hashable, Sendable {
    /// Where one stream stands.
    public struct Stream: Hashable, Sendable {
        public let name: String
        /// The revision of its last event in this append.
        public let lastRevision: Revision
        public init(name: String, lastRevision: Revision) {
            self.name = name
            self.lastRevision = lastRevision
        }
    }

    /// The position of the first event; where there was none, that of the last event of the journal.
    public let firstPosition: Position
    /// The position of the last event; where there was none, that of the last event of the journal.
    public let lastPosition: Position
    /// The streams written, in the order of their first event.
    public let streams: [Stream]
    /// Whether the same ids had been recorded before and nothing was written now.
    public let isDuplicate: Bool

    public init(
        firstPosition: Position, lastPosition: Position, streams: [Stream], isDuplicate: Bool
    ) {
        self.firstPosition = firstPosition
        self.lastPosition = lastPosition
        self.streams = streams
        self.isDuplicate = isDuplicate
    }

    /// The revision of the last event in the first stream written.
    public var revision: Revision? { streams.first?.lastRevision }
}
