internal import Daybook
internal import DaybookBytes
internal import DaybookHTTP
internal import DaybookJSON

/// The metadata of a stream: those of the last event of its metadata stream that has some.
struct MetadataAnswer: EventTaker {
    private var found: (data: [UInt8], revision: Revision)?

    mutating func take(_ batch: EventBatch, into sink: WebSink) throws(Problem) -> Bool {
        for index in batch.indices {
            let event = batch.view(at: index)
            guard event.typeBytes.isText("$metadata") else { continue }
            found = (event.dataBytes.copied(), event.revision)
            return false
        }
        return true
    }

    mutating func end(into sink: WebSink) {
        var reply = Reply.json([:])
        if let found {
            if !found.data.isEmpty { reply.body = found.data }
            reply.fields.add("etag", "\"\(found.revision)\"")
        }
        sink.reply = reply
    }

    /// A stream without metadata has none that say anything.
    mutating func failed(_ error: StoreError, into sink: WebSink) throws(Problem) {
        if error.code != .streamNotFound { throw Problem(error) }
        end(into: sink)
    }
}
