internal import Daybook
internal import DaybookBytes
internal import DaybookHTTP
internal import DaybookJSON

extension Appended {
    /// The answer to an append, written as it goes: most requests have one.
    /// - Parameters:
    ///   - ids: of the events, where the server gave some of them.
    ///   - positions: of the events, where they do not stand one behind the other.
    func reply(ids: [EventID]? = nil, positions: [Position]? = nil) -> Reply {
        var writer = JSONWriter(into: ByteWriter(capacity: 192))
        writer.beginObject()
        writer.key("firstPosition")
        writer.integer(firstPosition)
        writer.key("lastPosition")
        writer.integer(lastPosition)
        writer.key("streams")
        writer.beginArray()
        for stream in streams {
            writer.beginObject()
            writer.key("stream")
            writer.string(stream.name)
            writer.key("lastRevision")
            writer.integer(stream.lastRevision)
            writer.endObject()
        }
        writer.endArray()
        writer.key("isDuplicate")
        writer.bool(isDuplicate)
        if let ids {
            writer.key("ids")
            writer.beginArray()
            for id in ids { writer.string(id.description) }
            writer.endArray()
        }
        if let positions {
            writer.key("positions")
            writer.beginArray()
            for position in positions { writer.integer(position) }
            writer.endArray()
        }
        writer.endObject()
        writer.endLine()
        var reply = Reply(
            status: isDuplicate ? 200 : 201, contentType: MediaType.json,
            body: writer.finish().bytes.copied())
        if let revision { reply.fields.add("etag", "\"\(revision)\"") }
        return reply
    }
}
