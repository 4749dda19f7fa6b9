/// Which events to read.
public enum Selection: Hashable, Sendable {
    /// Every event of the journal.
    case all
    /// One stream, in the order of its revisions.
    case stream(String)
    /// Every stream of a category, in the order of positions.
    case category(String)
    /// What a query matches, in the order of positions.
    case query(Query)
}

/// A request to read what is recorded, from one end or place to the other.
///
/// It reads what was recorded when it began; `Subscription` goes on.
public struct Read: Hashable, Sendable {
    /// Along the journal, or against it.
    public enum Direction: Hashable, Sendable { case forwards, backwards }

    /// Where to begin; the place itself is read.
    public enum Start: Hashable, Sendable {
        /// The first event in the direction of reading; the end of another direction is refused.
        case end(of: Direction)
        /// The event at this position, or the next one in the direction of reading.
        case position(Position)
        /// The event with this revision, or the next one in the direction of reading; only in one stream.
        case revision(Revision)
        /// Forwards the first event recorded at or after an instant, backwards the last one at or before it.
        case time(Timestamp)
    }

    public var selection: Selection
    public var direction: Direction
    public var start: Start
    /// At most so many events; nil: all there are.
    public var limit: Int?
    /// Only events that occurred (or, where the producer did not say, were recorded) at or after this.
    public var occurredSince: Timestamp?
    /// Only events that occurred (or, where the producer did not say, were recorded) at or before this.
    public var occurredUntil: Timestamp?
    /// Also the streams whose names start with `$`; a stream asked for by name is read in any case.
    public var includesSystemStreams: Bool

    public init(
        _ selection: Selection = .all, _ direction: Direction = .forwards, from start: Start? = nil,
        limit: Int? = nil, occurredSince: Timestamp? = nil, occurredUntil: Timestamp? = nil,
        includesSystemStreams: Bool = false
    ) {
        self.selection = selection
        self.direction = direction
        self.start = start ?? .end(of: direction)
        self.limit = limit
        self.occurredSince = occurredSince
        self.occurredUntil = occurredUntil
        self.includesSystemStreams = includesSystemStreams
    }

    /// A stream from its first event, or from its last.
    public static func stream(_ name: String, _ direction: Direction = .forwards) -> Read {
        Read(.stream(name), direction)
    }
}

/// A request to follow what is recorded: what there is, then what comes, by the same loop.
public struct Subscription: Hashable, Sendable {
    /// Where to begin.
    public enum Start: Hashable, Sendable {
        /// Everything there is, then what comes.
        case beginning
        /// Only what comes.
        case now
        /// What stands behind this position; 0 is the beginning.
        case after(Position)
        /// What stands behind the place the consumer had come to.
        case checkpoint(Checkpoint)
    }

    public var selection: Selection
    public var start: Start
    /// Also the streams whose names start with `$`; a stream asked for by name is followed in any case.
    public var includesSystemStreams: Bool

    public init(
        _ selection: Selection = .all, from start: Start = .beginning,
        includesSystemStreams: Bool = false
    ) {
        self.selection = selection
        self.start = start
        self.includesSystemStreams = includesSystemStreams
    }
}

/// What a subscription yields.
public enum SubscriptionSignal: Sendable {
    /// Events, in order, at least one.
    case events(EventBatch)
    /// Everything up to this position has been looked at: a place to resume from. Comes at least every
    /// 10,000 positions and every second in which there was something to look at.
    case progress(Position)
    /// All that was recorded has been yielded; what follows is live. Comes again after the subscription fell
    /// behind by more than one batch.
    case caughtUp
}

/// A place in the journal to resume from, which knows the journal it belongs to.
///
/// Its written form is opaque. Another journal, a journal restored or cut since, a position beyond the head or
/// another event at that position is refused with `wrongCheckpoint`, never skipped over.
public struct Checkpoint: Hashable, Sendable {
    package let journal: EventID
    package let epoch: UInt64
    public let position: Position
    /// The event at `position`; nil at 0.
    package let event: EventID?

    package init(journal: EventID, epoch: UInt64, position: Position, event: EventID?) {
        self.journal = journal
        self.epoch = epoch
        self.position = position
        self.event = event
    }
}

extension Checkpoint: LosslessStringConvertible {
    public var description: String {
        "\(journal).\(String(epoch, radix: 16)).\(position).\(event.map(\.description) ?? "-")"
    }

    public init?(_ description: String) {
        let parts = description.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, let journal = EventID(parts[0]),
            let epoch = UInt64(parts[1], radix: 16),
            let position = UInt64(parts[2])
        else { return nil }
        let event = parts[3] == "-" ? nil : EventID(parts[3])
        guard (event == nil) == (position == 0) else { return nil }
        self.init(journal: journal, epoch: epoch, position: position, event: event)
    }
}
