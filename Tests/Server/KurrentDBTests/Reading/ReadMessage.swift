import DaybookBytes
import DaybookProtobuf

/// A message of the answer to a read, in short.
struct ReadMessage: ProtobufDecodable {
    private(set) var text = ""

    init() {}
    init(_ bytes: [UInt8]) throws { self = try Self.decoded(from: bytes.rawSpan) }

    mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError) {
        switch field {
        case 1:
            let event: ReadEvent = try reader.read()
            text = event.text
        case 2:
            _ = try reader.message()
            text = "confirmed"
        case 3:
            let place: Numbers = try reader.read()
            text = "checkpoint \(place.values[1] ?? 0)"
        case 4:
            let missing: Missed = try reader.read()
            text = "no stream \(missing.stream)"
        case 5: text = "first \(try reader.uint64())"
        case 6: text = "last \(try reader.uint64())"
        case 8, 9:
            let place: CaughtUp = try reader.read()
            text = (field == 8 ? "caught up" : "fell behind") + place.text
        default: text = "field \(field)"
        }
    }
}

/// `stream:revision:type`, and metadata and data where there are any; of a link no metadata.
private struct ReadEvent: ProtobufDecodable {
    private var event: Recorded?
    private var link: Recorded?

    var text: String {
        guard let link else { return event.map(text(of:)) ?? "nothing" }
        if let event { return "\(text(of: event)) by \(link.stream):\(link.revision)" }
        return "gone by " + text(of: link)
    }

    private func text(of event: Recorded) -> String {
        var text = "\(event.stream):\(event.revision):\(event.type)"
        if !event.metadata.isEmpty && event.type != "$>" { text += " " + event.metadata }
        if !event.data.isEmpty { text += " = " + event.data }
        return text
    }

    mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError) {
        if field == 1 { event = try reader.read() }
        if field == 2 { link = try reader.read() }
    }

    struct Recorded: ProtobufDecodable {
        var stream = ""
        var revision: UInt64 = 0
        var type = ""
        var metadata = ""
        var data = ""

        mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError) {
            switch field {
            case 2:
                let name: Name = try reader.read()
                stream = name.text
            case 3: revision = try reader.uint64()
            case 6:
                let property: Property = try reader.read()
                if property.key == "type" { type = property.value }
            case 7: metadata = try reader.string()
            case 8: data = try reader.string()
            default: break
            }
        }
    }

    struct Property: ProtobufDecodable {
        var key = ""
        var value = ""
        mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError) {
            if field == 1 { key = try reader.string() }
            if field == 2 { value = try reader.string() }
        }
    }
}

private struct Name: ProtobufDecodable {
    var text = ""
    mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError) {
        if field == 3 { text = try reader.string() }
    }
}

private struct Missed: ProtobufDecodable {
    var stream = ""
    mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError) {
        guard field == 1 else { return }
        let name: Name = try reader.read()
        stream = name.text
    }
}

private struct Numbers: ProtobufDecodable {
    var values: [Int: UInt64] = [:]
    mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError) {
        if field < 3 { values[field] = try reader.uint64() }
    }
}

private struct CaughtUp: ProtobufDecodable {
    private(set) var text = ""
    mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError) {
        switch field {
        case 2: text = " revision \(try reader.uint64())"
        case 3:
            let place: Numbers = try reader.read()
            text = " position \(place.values[1] ?? 0)"
        default: break
        }
    }
}
