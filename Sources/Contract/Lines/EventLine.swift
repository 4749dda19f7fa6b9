package import Daybook
package import DaybookBytes
internal import DaybookJSON

/// An event as one line of JSON: what `read --json`, `tail --json` and `export` print, what the HTTP API sends, and
/// what `import` and the API read.
package struct EventLine: ~Copyable {
    /// For whom the line is.
    package enum Fidelity: Sendable {
        /// JSON data as JSON, its white space changed where it would break the line.
        case readable
        /// What `import` makes of the line are the very same bytes.
        case exact
    }

    private let fidelity: Fidelity
    private var writer = JSONWriter()
    private var recordedAt = TimeText()
    private var occurredAt = TimeText()

    package init(_ fidelity: Fidelity) { self.fidelity = fidelity }

    /// The line of an event, its end included, until the next call.
    /// - Parameter append: the position of the first event of its append, where the line is to tell.
    @_lifetime(&self)
    package mutating func encode(
        _ event: borrowing EventView, append: Position? = nil
    ) throws -> RawSpan {
        writer.removeAll()
        writer.beginObject()
        writer.key("position")
        writer.integer(event.position)
        writer.key("stream")
        try writer.string(utf8: event.streamBytes)
        writer.key("revision")
        writer.integer(event.revision)
        writer.key("type")
        try writer.string(utf8: event.typeBytes)
        writer.key("id")
        writer.string(event.id.description)
        writer.key("recordedAt")
        writer.string(recordedAt.text(of: event.recordedAt))
        if let append {
            writer.key("append")
            writer.integer(append)
        }
        try appendOptional(event)
        writer.endObject()
        writer.endLine()
        return writer.bytes
    }

    /// The same without its end, behind what a writer holds.
    package mutating func encode(
        _ event: borrowing EventView, into output: inout ByteWriter
    ) throws {
        let text = try encode(event)
        output.append(text.extracting(0..<text.byteCount - 1))
    }

    private mutating func appendOptional(_ event: borrowing EventView) throws {
        if let time = event.occurredAt {
            writer.key("occurredAt")
            writer.string(occurredAt.text(of: time))
        }
        var hasTags = false
        try event.forEachTag { tag in
            if !hasTags {
                writer.key("tags")
                writer.beginArray()
                hasTags = true
            }
            try writer.string(utf8: copy tag)
        }
        if hasTags { writer.endArray() }
        let contentType = event.contentType
        if contentType != Event.json { append("contentType", contentType) }
        if let causation = event.causation { append("causation", causation) }
        if let correlation = event.correlation { append("correlation", correlation) }
        if let removed = event.removed { append(removed) }
        appendBytes("metadata", event.metadataBytes, isJSON: true)
        appendBytes("data", event.dataBytes, isJSON: contentType == Event.json)
    }

    private mutating func append(_ removed: EventRecord.Removed) {
        writer.key("removed")
        writer.beginObject()
        for (key, number) in [
            ("dataBytes", UInt64(removed.dataBytes)),
            ("dataChecksum", UInt64(removed.dataChecksum)),
            ("metadataBytes", UInt64(removed.metadataBytes)),
            ("metadataChecksum", UInt64(removed.metadataChecksum)),
        ] {
            writer.key(key)
            writer.integer(number)
        }
        writer.endObject()
    }

    private mutating func append(_ key: String, _ text: String) {
        writer.key(key)
        writer.string(text)
    }

    /// JSON as it stands, anything else under a key of its own in Base64; nothing for no bytes.
    private mutating func appendBytes(_ key: String, _ bytes: RawSpan, isJSON: Bool) {
        if bytes.byteCount == 0 { return }
        if isJSON, EmbeddedJSON.isEmbeddable(bytes) {
            writer.key(key)
            writer.raw(bytes)
        } else if isJSON, fidelity == .readable, (try? JSON.validate(bytes)) != nil {
            writer.key(key)
            // It was just found to be JSON.
            if (try? writer.reformatted(bytes)) == nil { writer.null() }
        } else {
            append(key + "Base64", Base64.encode(bytes.copied()))
        }
    }
}

/// The text of a time, kept for the next event: those of one append have one time, and writing it
/// anew takes a third of the time of a line.
private struct TimeText {
    private var last: Timestamp?
    private var text = ""

    mutating func text(of time: Timestamp) -> String {
        if time != last { (last, text) = (time, time.description) }
        return text
    }
}

/// JSON that can stand inside a line of JSON as it is.
package enum EmbeddedJSON {
    /// Whether reading the line gives the same bytes back: a valid value without white space round
    /// it or line breaks in it, and no deeper than one level less than the scanner goes.
    package static func isEmbeddable(_ bytes: RawSpan) -> Bool {
        guard let slice = try? JSON.slice(of: bytes), slice.range == 0..<bytes.byteCount else {
            return false
        }
        var openers = 0
        for at in 0..<bytes.byteCount {
            switch bytes.u8(at: at) {
            // Inside strings they would not be valid, so these are white space.
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return false
            case UInt8(ascii: "{"), UInt8(ascii: "["): openers += 1
            default: break
            }
        }
        // No more levels than openers; who has so many pays with Base64, whatever the depth.
        return openers < JSONScanner.nestingDepthMax
    }
}
