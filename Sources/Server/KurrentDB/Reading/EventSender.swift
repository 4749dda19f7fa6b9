internal import Daybook
internal import DaybookBytes
internal import DaybookGRPC

/// Writes events to a client as it asked for them.
struct EventSender {
    private let encoder: Streams.EventEncoder
    private let filter: EventFilter?
    /// The stream that is read; nil: all.
    private let stream: String?
    /// How many events were added.
    private(set) var count = 0

    /// - Throws: `invalidArgument` for a filter that is none.
    init(_ plan: ReadingPlan) throws(GRPCStatus) {
        encoder = Streams.EventEncoder(plan.form)
        filter = if let asked = plan.filter { try EventFilter(asked) } else { nil }
        stream = if case .stream(let name) = plan.subject { name } else { nil }
    }

    /// Adds an event where it is wanted.
    /// - Returns: Whether it was.
    /// - Throws: `invalidArgument` where the filter takes too long, `failedPrecondition` where the metadata read are
    ///   those of a stream that is deleted for good.
    mutating func add(
        _ event: EventView, to messages: inout GRPCMessages
    ) throws(GRPCStatus) -> Bool {
        switch SystemEvents.shown(event) {
        case .asItIs: return try addShown(event, to: &messages)
        case .never: return false
        case .instead(let record): return try add(record, event.position, to: &messages)
        case .tombstone(let record, let deleted):
            if stream != nil { throw .streamDeleted(deleted) }
            return try add(record, event.position, to: &messages)
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
        if let metadata = RestoredMetadata.restored(of: event) {
            encoder.add(event, metadata: metadata.rawSpan, to: &messages)
        } else {
            encoder.add(event, to: &messages)
        }
        count += 1
        return true
    }
}
