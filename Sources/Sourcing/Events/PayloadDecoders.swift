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
