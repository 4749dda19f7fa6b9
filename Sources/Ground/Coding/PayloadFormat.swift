/// How the payload of an event is written.
///
/// Both formats are written and read by the same containers: what `Codable` code sees does not
/// depend on the format, but for what JSON cannot say (NaN, infinities, bytes as bytes).
public enum PayloadFormat: Sendable, Hashable, CaseIterable {
    /// JSON (RFC 8259), compact, members in the order in which they are encoded.
    case json
    /// CBOR (RFC 8949): integers and floating-point numbers in the shortest form that keeps the
    /// value, lengths before what they count, text as keys, members in the order in which they are
    /// encoded. Any well-formed CBOR is read.
    case cbor

    /// The media type of such a payload.
    public var contentType: String {
        switch self {
        case .json: "application/json"
        case .cbor: "application/cbor"
        }
    }
}
