/// Decodes payloads, one after another, and keeps its memory between them.
///
/// ```swift
/// let decoder = PayloadDecoder(.json)
/// let opened = try decoder.decode(AccountOpened.self, from: event.data)
/// ```
///
/// Of a key that stands twice in a payload the last value counts. A whole number may be read as any
/// type of integer that holds it, however it is written: `12`, `12.0`, `1.2e1`.
///
/// Errors are Swift's own: `DecodingError`, with the path to the value and the reason in words; of a
/// malformed payload also the byte at which it is, and the underlying ``CBORError`` or `JSONError`.
///
/// A decoder belongs to one thread at a time. Making one costs a few allocations: keep it.
public final class PayloadDecoder {
    /// How the payloads are written.
    public let format: PayloadFormat
    /// What `init(from:)` of the values finds in `decoder.userInfo`.
    public let userInfo: [CodingUserInfoKey: Any]
    private var reader: PayloadReader

    /// A decoder that has decoded nothing yet.
    public init(_ format: PayloadFormat, userInfo: [CodingUserInfoKey: Any] = [:]) {
        self.format = format
        self.userInfo = userInfo
        reader = PayloadReader(format, userInfo)
    }

    /// Decodes one value from a payload, all of whose bytes it takes up.
    ///
    /// - Throws: `DecodingError`, and whatever the value's `init(from:)` throws.
    public func decode<Value: Decodable>(
        _ type: Value.Type, from payload: borrowing RawSpan
    ) throws -> Value {
        // Somebody may have kept a `Decoder` of the payload before, or be in the middle of it.
        if !isKnownUniquelyReferenced(&reader) { reader = PayloadReader(format, userInfo) }
        let reader = reader
        return try reader.decode(type, from: payload)
    }
}
