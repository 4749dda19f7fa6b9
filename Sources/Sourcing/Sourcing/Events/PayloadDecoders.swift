internal import Daybook
internal import DaybookCoding

/// What reads the data of events, one after the other, with the same memory. Used by one task at a time.
struct PayloadDecoders {
    private let json = PayloadDecoder(.json)
    private lazy var cbor = PayloadDecoder(.cbor)

    /// What reads the data of an event.
    /// - Throws: `unreadable` where they are in a form that nobody here reads.
    mutating func decoder(of event: borrowing EventView) throws(SourcingError) -> PayloadDecoder {
        if event.isJSON { return json }
        if event.isContentType("application/cbor") { return cbor }
        let name = event.contentType
        switch PayloadFormat(contentType: name) {
        case .json: return json
        case .cbor: return cbor
        case nil:
            throw .unreadable(
                RecordedEvent(event),
                why: "its content is '\(name)', and events are read as JSON or CBOR")
        }
    }
}

extension PayloadFormat {
    /// The format of a media type, with parameters or without; also of one that is built on it, such as `…+json`.
    init?(contentType: String) {
        let type = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
        if type == Self.json.contentType || type.hasSuffix("+json") {
            self = .json
        } else if type == Self.cbor.contentType || type.hasSuffix("+cbor") {
            self = .cbor
        } else {
            return nil
        }
    }
}
