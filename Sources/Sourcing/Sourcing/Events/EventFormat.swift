internal import DaybookCoding

/// What the data of events are written as. Read they are in either, by what their content type says.
public enum EventFormat: String, Hashable, Codable, Sendable {
    /// JSON: for people, and for programs in any language.
    case json
    /// CBOR (RFC 8949), the same in fewer bytes and a little less time.
    case cbor

    var payload: PayloadFormat {
        switch self {
        case .json: .json
        case .cbor: .cbor
        }
    }
}
