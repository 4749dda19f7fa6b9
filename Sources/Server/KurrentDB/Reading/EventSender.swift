internal import Daybook
internal import DaybookBytes
internal import DaybookGRPC
internal import DaybookJournal

/// Writes events to a client as it asked for them.
struct EventSender {
    private let encoder: Streams.EventEncoder
    private let filter: EventFilter?
    /// Whether all is read, and no one stream.
    private let isAll: Bool
    private let links: LinkMaker?
    private let resolvesLinks: Bool
    /// How many events were added.
    private(set) var count = 0

    /// - Parameter filter: of the plan.
    init(_ plan: ReadingPlan, _ filter: EventFilter?) {
        encoder = Streams.EventEncoder(plan.form)
        self.filter = filter
        isAll = plan.subject == .all
        links = if case .list(let stream) = plan.subject { LinkMaker(stream) } else { nil }
        resolvesLinks = plan.resolvesLinks
    }

    /// Adds an event, or a link to it, where it is wanted.
    /// - Returns: Whether it was.
    /// - Throws: `invalidArgument` where the filter takes too long, `failedPrecondition` where the metadata read are
    ///   those of a stream that is deleted for good.
    mutating func add(
        _ event: EventView, _ note: EventNote, to messages: inout GRPCMessages
    ) throws(GRPCStatus) -> Bool {
        if case .none = note, !event.isSystem { return try addShown(event, to: &messages) }
        var deletion: SoftDeletion?
        switch note {
        case .none: break
        case .deletion(let made): deletion = made
        case .entry(let ordinal, let isReadable):
            guard let links else { preconditionFailure("an entry is of a list that is read") }
            add(links.link(ordinal), to: event, isReadable: isReadable, &messages)
            return true
        }
        switch SystemEvents.shown(event, deletion) {
        case .asItIs: return try addShown(event, to: &messages)
        case .never: return false
        case .instead(let record): return try add(record, event.position, to: &messages)
        case .tombstone(let record, let deleted):
            if !isAll { throw .streamDeleted(deleted) }
            return try add(record, event.position, to: &messages)
        }
    }

    /// A link that is not to be followed stands where events stand; one that leads nowhere any more comes alone.
    private mutating func add(
        _ link: Streams.EventEncoder.Link, to event: EventView, isReadable: Bool,
        _ messages: inout GRPCMessages
    ) {
        count += 1
        if !resolvesLinks {
            encoder.add(link, to: event, into: &messages)
        } else if isReadable {
            encode(event, link, to: &messages)
        } else {
            encoder.add(unresolved: link, to: event, into: &messages)
        }
    }

    private mutating func add(
        _ record: SharedBytes, _ position: Position, to messages: inout GRPCMessages
    ) throws(GRPCStatus) -> Bool {
        try addShown(EventView(record: record.bytes, position: position), to: &messages)
    }

    private mutating func addShown(
        _ event: EventView, to messages: inout GRPCMessages
    ) throws(GRPCStatus) -> Bool {
        if let filter, try !filter.wants(event) { return false }
        count += 1
        encode(event, nil, to: &messages)
        return true
    }

    private func encode(
        _ event: EventView, _ link: Streams.EventEncoder.Link?, to messages: inout GRPCMessages
    ) {
        if let metadata = RestoredMetadata.restored(of: event) {
            encoder.add(event, metadata: metadata.rawSpan, link: link, to: &messages)
        } else {
            encoder.add(event, metadata: event.metadataBytes, link: link, to: &messages)
        }
    }
}
