internal import Daybook
internal import DaybookBytes
internal import DaybookJSON
internal import DaybookLines

/// A recorded event as a CloudEvent in JSON: what came in as one is given as it came, with its place in the store.
final class CloudEventForm: EventForm {
    private let source: String

    /// - Parameter journal: whose URI is the source of events that came otherwise.
    init(_ journal: EventID) { source = "urn:uuid:\(journal)" }

    func write(_ event: borrowing EventView, into output: inout ByteWriter) throws {
        let came = Self.attributes(of: event)
        var writer = JSONWriter(into: Self.take(&output))
        writer.beginObject()
        Self.put("specversion", CloudEvent.version, &writer)
        Self.put("id", came?["id"]?.asString ?? event.id.description, &writer)
        Self.put("source", came?["source"]?.asString ?? source, &writer)
        Self.put("type", event.type, &writer)
        if let came {
            if came["time"]?.asString == nil, let time = event.occurredAt {
                Self.put("time", time.description, &writer)
            }
            for (name, value) in came where CloudEvent.isGivenBack(name, value) {
                writer.key(name)
                writer.value(value)
            }
        } else {
            Self.put("subject", event.stream, &writer)
            Self.put("time", (event.occurredAt ?? event.recordedAt).description, &writer)
            Self.put("datacontenttype", event.contentType, &writer)
        }
        if let correlation = event.correlation { Self.put("correlationid", correlation, &writer) }
        if let causation = event.causation { Self.put("causationid", causation, &writer) }
        Self.put("stream", event.stream, &writer)
        // Beyond the 32 bits that a number has here.
        Self.put("position", "\(event.position)", &writer)
        Self.put("revision", "\(event.revision)", &writer)
        Self.put("recordedtime", event.recordedAt.description, &writer)
        Self.putData(of: event, into: &writer)
        writer.endObject()
        output = writer.finish()
    }

    private static func put(_ name: String, _ text: String, _ writer: inout JSONWriter) {
        writer.key(name)
        writer.string(text)
    }

    /// Gives what a writer holds away.
    private static func take(_ writer: inout ByteWriter) -> ByteWriter {
        var taken = ByteWriter(capacity: 0)
        swap(&taken, &writer)
        return taken
    }

    private static func putData(
        of event: borrowing EventView, into writer: inout JSONWriter
    ) {
        let data = event.dataBytes
        if data.byteCount == 0 { return }
        if MediaType.essence(of: event.contentType).hasSuffix("json"),
            (try? JSON.validate(data)) != nil
        {
            writer.key("data")
            // It was just found to be JSON.
            if EmbeddedJSON.isEmbeddable(data) {
                writer.raw(data)
            } else if (try? writer.reformatted(data)) == nil {
                writer.null()
            }
        } else {
            writer.key("data_base64")
            writer.string(Base64.encode(data.copied()))
        }
    }

    /// What the metadata hold of an event that came in as a CloudEvent.
    private static func attributes(of event: borrowing EventView) -> JSONObject? {
        let metadata = event.metadataBytes
        if metadata.byteCount == 0 { return nil }
        guard let value = try? JSONValue(parsing: metadata),
            let kept = value[CloudEvent.metadataKey]?.asObject, kept["id"]?.asString != nil,
            kept["source"]?.asString != nil
        else { return nil }
        return kept
    }
}
