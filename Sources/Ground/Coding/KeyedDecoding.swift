import DaybookBytes
import DaybookJSON

/// The members of an object.
struct KeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let reader: PayloadReader
    let object: Int

    var codingPath: [any CodingKey] { reader.path(to: object) }

    var allKeys: [Key] {
        var keys: [Key] = []
        reader.forEachKey(of: object) { name, number in
            if let key = number.map({ Key(intValue: $0) }) ?? Key(stringValue: name) {
                keys.append(key)
            }
        }
        return keys
    }

    private func member(_ key: Key) throws -> Int {
        if let index = reader.member(key, of: object) { return index }
        throw reader.notFound(key, in: object)
    }

    /// A member that is there and is not null.
    private func present(_ key: Key) -> Int? {
        guard let index = reader.member(key, of: object), !reader.isNull(index) else { return nil }
        return index
    }

    func contains(_ key: Key) -> Bool { reader.member(key, of: object) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { reader.isNull(try member(key)) }

    func decode(_: Bool.Type, forKey key: Key) throws -> Bool { try reader.bool(at: member(key)) }
    func decode(_: String.Type, forKey key: Key) throws -> String {
        try reader.string(at: member(key))
    }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try reader.float(type, at: member(key))
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try reader.float(type, at: member(key))
    }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try reader.integer(type, at: member(key))
    }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
        try reader.integer(type, at: member(key))
    }
    func decode<T: Decodable>(_: T.Type, forKey key: Key) throws -> T {
        try reader.value(T.self, at: member(key))
    }

    func decodeIfPresent(_: Bool.Type, forKey key: Key) throws -> Bool? {
        try present(key).map { try reader.bool(at: $0) }
    }
    func decodeIfPresent(_: String.Type, forKey key: Key) throws -> String? {
        try present(key).map { try reader.string(at: $0) }
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try present(key).map { try reader.float(type, at: $0) }
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        try present(key).map { try reader.float(type, at: $0) }
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? {
        try present(key).map { try reader.integer(type, at: $0) }
    }
    func decodeIfPresent<T: Decodable>(_: T.Type, forKey key: Key) throws -> T? {
        try present(key).map { try reader.value(T.self, at: $0) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try ValueDecoder(reader: reader, index: member(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try ValueDecoder(reader: reader, index: member(key)).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        let key = PathKey("super")
        if let index = reader.member(key, of: object) {
            return ValueDecoder(reader: reader, index: index)
        }
        throw reader.notFound(key, in: object)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        ValueDecoder(reader: reader, index: try member(key))
    }
}

extension PayloadReader {
    /// Where the value of a key is.
    @inline(__always)
    func member(_ key: some CodingKey, of object: Int) -> Int? {
        if let index = tape.member(named: key.stringValue, of: object) { return index }
        guard tape.hasIntegerKeys, let number = key.intValue else { return nil }
        return member(numbered: number, of: object)
    }

    private func member(numbered number: Int, of object: Int) -> Int? {
        var at = object + 1
        while at < Int(tape.cells[object].next) {
            if tape.cells[at].keyKind == .integer, tape.integerKey(of: at) == number { return at }
            at = Int(tape.cells[at].next)
        }
        return nil
    }

    /// Tells of the keys of an object in their order.
    func forEachKey(of object: Int, _ tell: (String, Int?) -> Void) {
        var at = object + 1
        while at < Int(tape.cells[object].next) {
            let cell = tape.cells[at]
            switch cell.keyKind {
            case .text: tell(tape.text(cell.key), nil)
            case .integer:
                if let number = tape.integerKey(of: at) { tell("\(number)", number) }
            case .none, .other: break
            }
            at = Int(cell.next)
        }
    }
}

extension ValueTape {
    /// Where the member of an object with a text for its key is. Members that are asked for in the
    /// order in which they stand are found at once.
    mutating func member(named name: String, of object: Int) -> Int? {
        let wanted = name.utf8Span.bytes
        let end = Int(cells[object].next)
        let first = Int(cells[object].hint)
        var at = first
        while at < end {
            let next = Int(cells[at].next)
            if isKey(of: at, wanted) {
                cells[object].hint = UInt32(truncatingIfNeeded: next)
                return at
            }
            at = next
        }
        at = object + 1
        while at < first {
            let next = Int(cells[at].next)
            if isKey(of: at, wanted) {
                cells[object].hint = UInt32(truncatingIfNeeded: next)
                return at
            }
            at = next
        }
        return nil
    }

    @inline(__always)
    private func isKey(of index: Int, _ wanted: RawSpan) -> Bool {
        let cell = cells[index]
        guard Int(cell.keyCount) == wanted.byteCount, cell.keyKind == .text else { return false }
        let start = Int(cell.keyStart)
        return bytes.bytes.extracting(start..<start + wanted.byteCount).isEqual(to: wanted)
    }
}
