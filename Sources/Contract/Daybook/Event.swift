/// A place in the journal, from 1, without gaps; 0 means "before everything".
public typealias Position = UInt64

/// A place in a stream, from 0, without gaps.
public typealias Revision = UInt64

/// A fact to be recorded.
public struct Event: Hashable, Sendable {
    /// What makes it the same event when it is appended again.
    public var id: EventID
    /// What happened, 1 to 1,024 bytes: `item-sold`.
    public var type: String
    public var data: [UInt8]
    /// What `data` is. Default `application/json`; the journal does not look.
    public var contentType: String
    /// Facts about the fact, JSON by convention; may be empty.
    public var metadata: [UInt8]
    /// What the event is about, `key:value` by convention; queries find it by them.
    public var tags: Set<String>
    /// What caused it: the id of an event or a command, at most 256 bytes.
    public var causation: String?
    /// What it belongs to: shared by all that follows from one request, at most 256 bytes.
    public var correlation: String?
    /// When it happened, as the producer says, in any order.
    public var occurredAt: Timestamp?

    public init(
        id: EventID = EventID(), type: String, data: [UInt8] = [],
        contentType: String = Event.json, metadata: [UInt8] = [], tags: Set<String> = [],
        causation: String? = nil, correlation: String? = nil, occurredAt: Timestamp? = nil
    ) {
        self.id = id
        self.type = type
        self.data = data
        self.contentType = contentType
        self.metadata = metadata
        self.tags = tags
        self.causation = causation
        self.correlation = correlation
        self.occurredAt = occurredAt
    }

    /// An event whose data is text, JSON by default.
    public init(
        id: EventID = EventID(), type: String, data: String, contentType: String = Event.json,
        tags: Set<String> = [], occurredAt: Timestamp? = nil
    ) {
        self.init(
            id: id, type: type, data: Array(data.utf8), contentType: contentType, tags: tags,
            occurredAt: occurredAt)
    }

    /// `application/json`
    public static let json = "application/json"
    /// `application/octet-stream`
    public static let bytes = "application/octet-stream"
}

/// An event as the journal recorded it.
public struct RecordedEvent: Hashable, Sendable {
    public let stream: String
    public let revision: Revision
    public let position: Position
    /// When the journal recorded it; never decreases along the journal.
    public let recordedAt: Timestamp
    public let event: Event

    public init(
        stream: String, revision: Revision, position: Position, recordedAt: Timestamp, event: Event
    ) {
        self.stream = stream
        self.revision = revision
        self.position = position
        self.recordedAt = recordedAt
        self.event = event
    }

    public var id: EventID { event.id }
    public var type: String { event.type }
    public var data: [UInt8] { event.data }
    public var contentType: String { event.contentType }
    public var metadata: [UInt8] { event.metadata }
    public var tags: Set<String> { event.tags }
    public var causation: String? { event.causation }
    public var correlation: String? { event.correlation }
    public var occurredAt: Timestamp? { event.occurredAt }
    /// The data as text; what is not UTF-8 becomes U+FFFD.
    public var text: String { String(decoding: event.data, as: UTF8.self) }
}
