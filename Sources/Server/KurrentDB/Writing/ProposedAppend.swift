internal import Daybook
internal import DaybookBytes
internal import DaybookGRPC

/// An append that comes in event by event, never larger than one may be: each is encoded as it comes.
///
/// What it holds of the bytes that come in is given back when nobody has it any more.
final class ProposedAppend {
    private(set) var conditions: [String: StreamCondition] = [:]
    /// Nil once they were handed on.
    private var events: EncodedEvents? = EncodedEvents(capacity: 0)
    private(set) var eventCount = 0
    private let incoming: IncomingBytes
    private var byteCount = 0

    init(_ incoming: IncomingBytes) { self.incoming = incoming }
    deinit { _ = incoming.all.add(-byteCount, by: incoming.connection) }

    var isEmpty: Bool { eventCount == 0 }

    /// Gives its events away, once.
    func takeEvents() -> EncodedEvents {
        guard let taken = events.take() else { preconditionFailure("an append is handed on once") }
        return taken
    }

    func expect(_ condition: StreamCondition, of stream: String) {
        if condition != .any { conditions[stream] = condition }
    }

    /// Once an event was refused, nothing is to be added any more.
    func add(_ event: borrowing EventFields, to stream: String) throws(WriteRefusal) {
        let size = event.recordBytes(streamBytes: stream.utf8.count)
        if size > Limits.eventBytesMax {
            throw .eventTooLarge(event.id, stream: stream, bytes: size)
        }
        if byteCount + size > Limits.appendBytesMax {
            throw .appendTooLarge(bytes: byteCount + size)
        }
        if eventCount == Limits.appendEventsMax {
            throw .invalid("an append has at most \(Limits.appendEventsMax) events: divide it")
        }
        byteCount += size
        if let excess = incoming.all.add(size, by: incoming.connection) { throw .noRoom(excess) }
        do throws(StoreError) { try events?.add(event, to: stream) } catch { throw .store(error) }
        eventCount += 1
    }

    /// Adds an event as `Append` and `BatchAppend` send it.
    /// - Parameter bytes: the message in which it lies.
    func add(
        _ message: Streams.ProposedMessage, of bytes: RawSpan, to stream: String
    ) throws(WriteRefusal) {
        guard let id = message.id else { throw .invalid("an event has no id") }
        guard let type = message.type else { throw .missingProperty("type") }
        guard let contentType = message.contentType else {
            throw .missingProperty("content-type")
        }
        let metadata = bytes.extracting(message.metadata)
        let sent = SentMetadata.parsed(metadata)
        let rest = sent?.rest ?? []
        var fields = EventFields(
            id: id, type: bytes.extracting(type), contentType: bytes.extracting(contentType),
            metadata: sent == nil ? metadata : rest.rawSpan, data: bytes.extracting(message.data))
        if let sent {
            fields.tags = sent.tags
            fields.correlation = sent.correlation
            fields.causation = sent.causation
        }
        try add(fields, to: stream)
    }
}
