internal import Daybook
internal import DaybookBytes
internal import DaybookHTTP
internal import DaybookJSON

/// An event as CloudEvents 1.0 has it, that is to be recorded.
///
/// | attribute | of the event |
/// |---|---|
/// | `source` and `id` | its id: a UUID of version 5, so that sent again it is recorded once; and in its metadata |
/// | `type` | its type |
/// | `time` | when it occurred |
/// | `datacontenttype` | its content type |
/// | `correlationid`, `causationid` | its correlation and causation |
/// | `subject`, `dataschema`, all extensions | in its metadata, under ``metadataKey`` |
/// | `stream`, `position`, `revision`, `recordedtime` | passed over: the store gives them itself |
struct CloudEvent {
    static let version = "1.0"
    /// Under which the metadata of an event hold what has no other place.
    static let metadataKey = "cloudevent"
    /// The namespace of the ids, a random UUID made for this purpose.
    static let namespace = EventID("8c5c4ec9-05b7-4be8-9c3e-7a1e0b0f7f1d")!
    /// What the store gives itself.
    static let given = ["stream", "position", "revision", "recordedtime"]

    /// All attributes but data, as they came.
    private(set) var attributes = JSONObject()
    var data: [UInt8] = []

    func text(_ name: String) -> String? { attributes[name]?.asString }

    /// Sets an attribute.
    /// - Throws: `Problem` where no attribute can have the name or the value.
    mutating func set(_ name: String, _ value: JSONValue) throws(Problem) {
        if value.isNull { return }
        guard Self.isName(name) else {
            throw .invalid(
                "`\(name.prefix(60))` is no attribute of a CloudEvent",
                why: "their names have small letters and digits alone",
                remedy: "Put it into `data`, or give it another name.")
        }
        guard Self.isValue(value) else {
            throw .invalid(
                "`\(name)` cannot be the value of an attribute",
                why: "it is a string, a truth value or a whole number of 32 bits",
                remedy: "Put it into `data`.")
        }
        attributes[name] = value
    }

    private static func isValue(_ value: JSONValue) -> Bool {
        switch value {
        case .string, .bool: true
        case .number(let number): number.asInt32 != nil
        default: false
        }
    }

    /// Whether an attribute that stands in the metadata of an event is given as it is: whoever appends may write anything
    /// there.
    static func isGivenBack(_ name: String, _ value: JSONValue) -> Bool {
        switch name {
        case "time", "subject", "datacontenttype", "dataschema": value.asString != nil
        case "specversion", "id", "source", "type", "data", "correlationid", "causationid": false
        default: isName(name) && isValue(value) && !given.contains(name)
        }
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }

    /// The event that is recorded, and the stream that its subject names.
    func event() throws -> (event: Event, subject: String?) {
        guard text("specversion") == Self.version else {
            throw Self.refused("`specversion` is not `\(Self.version)`")
        }
        guard let source = text("source"), !source.isEmpty, let id = text("id"), !id.isEmpty,
            let type = text("type"), !type.isEmpty
        else { throw Self.refused("`id`, `source` or `type` is missing") }
        var event = Event(id: Self.id(source: source, id: id), type: type, data: data)
        if let contentType = text("datacontenttype") {
            // With a character set it is JSON all the same.
            let isJSON = MediaType.essence(of: contentType) == MediaType.json
            event.contentType = isJSON ? Event.json : contentType
        }
        if let time = text("time") {
            guard let occurredAt = Timestamp(time) else {
                throw Self.refused("`time` is `\(time.prefix(60))`, and no time of RFC 3339")
            }
            event.occurredAt = occurredAt
        }
        event.correlation = text("correlationid")
        event.causation = text("causationid")
        var kept = JSONObject()
        for (name, value) in attributes where isKept(name, value, event) { kept[name] = value }
        event.metadata = JSONValue.object([Self.metadataKey: .object(kept)]).bytes()
        return (event, text("subject"))
    }

    /// Whether an attribute is no field of the event.
    private func isKept(_ name: String, _ value: JSONValue, _ event: Event) -> Bool {
        switch name {
        case "specversion", "type", "correlationid", "causationid": false
        // An event always has a content type: that none was said is said by an absence.
        case "datacontenttype": true
        // Digits beyond microseconds, and another zone.
        case "time": event.occurredAt?.description != value.asString
        default: !Self.given.contains(name)
        }
    }

    private static func refused(_ why: String) -> Problem {
        .invalid(
            "This is no CloudEvent of version 1.0", why: why,
            remedy: "Send `specversion`, `id`, `source` and `type`, as cloudevents.io has them.")
    }

    /// The same for the same event, wherever and whenever.
    static func id(source: String, id: String) -> EventID {
        var name = ByteWriter()
        name.append(namespace.high.byteSwapped)
        name.append(namespace.low.byteSwapped)
        name.append(source)
        // No attribute may have one, so that no two pairs run together.
        name.append(UInt8(0))
        name.append(id)
        return EventID(sha1Digest: SHA1.digest(name.bytes))
    }
}

extension JSONNumber {
    fileprivate var asInt32: Int32? {
        JSONValue.number(self).asInt64.flatMap { Int32(exactly: $0) }
    }
}
