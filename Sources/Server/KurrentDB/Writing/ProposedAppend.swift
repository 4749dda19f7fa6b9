internal import Daybook

/// An append that comes in event by event, never larger than one may be.
struct ProposedAppend {
    private(set) var append = Append()
    private var byteCount = 0
    private let share: IncomingShare

    init(_ incoming: IncomingBytes) { share = IncomingShare(of: incoming) }

    var isEmpty: Bool { append.entries.isEmpty }

    mutating func expect(_ condition: StreamCondition, of stream: String) {
        if condition != .any { append.conditions[stream] = condition }
    }

    mutating func add(_ event: consuming Event, to stream: String) throws(WriteRefusal) {
        let size = EventRecord.size(of: event, stream: stream)
        if size > Limits.eventBytesMax {
            throw .eventTooLarge(event.id, stream: stream, bytes: size)
        }
        byteCount += size
        if byteCount > Limits.appendBytesMax { throw .appendTooLarge(bytes: byteCount) }
        if append.entries.count == Limits.appendEventsMax {
            throw .invalid("an append has at most \(Limits.appendEventsMax) events: divide it")
        }
        try share.add(size)
        append.entries.append(Append.Entry(stream: stream, event: event))
    }

    mutating func add(
        _ message: Streams.ProposedMessage, to stream: String
    ) throws(WriteRefusal) {
        try add(try Event(message), to: stream)
    }
}

extension Event {
    /// An event as `Append` and `BatchAppend` send it.
    init(_ message: Streams.ProposedMessage) throws(WriteRefusal) {
        guard let id = message.id else { throw .invalid("an event has no id") }
        guard let type = message.type else { throw .missingProperty("type") }
        guard let contentType = message.contentType else {
            throw .missingProperty("content-type")
        }
        let sent = SentMetadata(message.metadata)
        self.init(
            id: id, type: type, data: message.data, contentType: contentType, metadata: sent.rest,
            tags: sent.tags, causation: sent.causation, correlation: sent.correlation)
    }

    mutating func take(_ sent: SentMetadata) {
        metadata = sent.rest
        tags = sent.tags
        correlation = sent.correlation
        causation = sent.causation
    }
}
