public import DaybookBytes

/// `Codable` values as JSON, one at a time; for many, keep a ``PayloadEncoder`` and a
/// ``PayloadDecoder``.
public enum JSONCoding {
    /// Encodes a value.
    ///
    /// - Throws: `EncodingError`, and whatever the value's `encode(to:)` throws.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        try PayloadEncoder(.json).encode(value)
    }

    /// Encodes a value behind what a writer holds; where that fails, nothing is written.
    ///
    /// - Throws: `EncodingError`, and whatever the value's `encode(to:)` throws.
    public static func encode(_ value: some Encodable, into output: inout ByteWriter) throws {
        try PayloadEncoder(.json).encode(value, into: &output)
    }

    /// Decodes a value from all of a payload.
    ///
    /// - Throws: `DecodingError`, and whatever the value's `init(from:)` throws.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from payload: RawSpan
    ) throws -> Value {
        try PayloadDecoder(.json).decode(type, from: payload)
    }
}
