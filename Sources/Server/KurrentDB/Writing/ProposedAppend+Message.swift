internal import Daybook
internal import DaybookBytes
internal import DaybookDesk

extension ProposedAppend {
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
