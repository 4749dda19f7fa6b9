import DaybookBytes
import DaybookJSON

/// The members of an object, by keys of any type.
@safe class ObjectMembers {
    // Not owned, as the reader owns these. Safe: it is there while its payload is decoded, and
    // ``keeper`` keeps it where these members are held by others and longer.
    private let unowned: Unmanaged<PayloadReader>
    /// Set where these members may be held by more than what is held by the reader.
    var keeper: PayloadReader?
    /// The cell of the object.
    var object: Int

    init(_ reader: PayloadReader, _ object: Int) {
        unsafe unowned = .passUnretained(reader)
        self.object = object
    }

    /// Whatever is to be asked of the reader, which is not retained for it.
    @inline(__always)
    final func with<Result>(_ ask: (PayloadReader) throws -> Result) rethrows -> Result {
        try unsafe unowned._withUnsafeGuaranteedRef { try ask($0) }
    }

    /// Reads the member of a key.
    @inline(__always)
    final func read<Value>(
        _ key: some CodingKey, _ read: (PayloadReader, Int) throws -> Value
    ) throws -> Value {
        try with { reader in
            guard let index = reader.member(key, of: object) else {
                throw reader.notFound(key, in: object)
            }
            return try read(reader, index)
        }
    }

    /// Reads a member that is there and is not null.
    @inline(__always)
    final func readPresent<Value>(
        _ key: some CodingKey, _ read: (PayloadReader, Int) throws -> Value
    ) rethrows -> Value? {
        try with { reader in
            guard let index = reader.member(key, of: object), !reader.isNull(index) else {
                return nil
            }
            return try read(reader, index)
        }
    }
}

/// The members of an object.
final class KeyedDecoding<Key: CodingKey>: ObjectMembers, KeyedDecodingContainerProtocol {
    var codingPath: [any CodingKey] { with { $0.path(to: object) } }

    var allKeys: [Key] {
        var keys: [Key] = []
        with { reader in
            reader.forEachKey(of: object) { name, number in
                if let key = number.map({ Key(intValue: $0) }) ?? Key(stringValue: name) {
                    keys.append(key)
                }
            }
        }
        return keys
    }

    func contains(_ key: Key) -> Bool { with { $0.member(key, of: object) != nil } }
    func decodeNil(forKey key: Key) throws -> Bool {
        try read(key) { $0.isNull($1) }
    }

    func decode(_: Bool.Type, forKey key: Key) throws -> Bool {
        try read(key) { try $0.bool(at: $1) }
    }
    func decode(_: String.Type, forKey key: Key) throws -> String {
        try read(key) { try $0.string(at: $1) }
    }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try read(key) { try $0.float(type, at: $1) }
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try read(key) { try $0.float(type, at: $1) }
    }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
        try read(key) { try $0.integer(type, at: $1) }
    }
    func decode<T: Decodable>(_: T.Type, forKey key: Key) throws -> T {
        try read(key) { try $0.value(T.self, at: $1) }
    }

    func decodeIfPresent(_: Bool.Type, forKey key: Key) throws -> Bool? {
        try readPresent(key) { try $0.bool(at: $1) }
    }
    func decodeIfPresent(_: String.Type, forKey key: Key) throws -> String? {
        try readPresent(key) { try $0.string(at: $1) }
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try readPresent(key) { try $0.float(type, at: $1) }
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        try readPresent(key) { try $0.float(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? {
        try readPresent(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent<T: Decodable>(_: T.Type, forKey key: Key) throws -> T? {
        try readPresent(key) { try $0.value(T.self, at: $1) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try read(key) { try ValueDecoder(reader: $0, index: $1).container(keyedBy: type) }
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try read(key) { try ValueDecoder(reader: $0, index: $1).unkeyedContainer() }
    }

    func superDecoder() throws -> any Decoder {
        try read(PathKey("super")) { ValueDecoder(reader: $0, index: $1) }
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        try read(key) { ValueDecoder(reader: $0, index: $1) }
    }
}
