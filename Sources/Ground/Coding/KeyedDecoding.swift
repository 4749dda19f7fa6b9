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

    fileprivate init(_ reader: PayloadReader, _ object: Int) {
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

extension PayloadReader {
    /// The members of an object, in a container that may have been in use before.
    func container<Key: CodingKey>(
        keyedBy type: Key.Type, _ object: Int
    ) -> KeyedDecodingContainer<Key> {
        if isPooling, let pooled = unsafe pool.take(ObjectIdentifier(type), for: object) {
            return unsafe pooled._withUnsafeGuaranteedRef {
                // Safe: what is kept under a type of keys is the container for them.
                unsafe unsafeDowncast(
                    $0, to: PooledContainerOf<KeyedDecodingContainer<Key>>.self
                ).copy()
            }
        }
        return newContainer(keyedBy: type, object)
    }

    @inline(never)
    private func newContainer<Key: CodingKey>(
        keyedBy type: Key.Type, _ object: Int
    ) -> KeyedDecodingContainer<Key> {
        let members = KeyedDecoding<Key>(self, object)
        let container = KeyedDecodingContainer(members)
        if isPooling,
            let pooled = PooledContainerOf(ObjectIdentifier(type), members, container)
        {
            pool.add(pooled, self)
        } else {
            members.keeper = self
        }
        return container
    }

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
            if case .integer = tape.cells[at].keyKind, tape.integerKey(of: at) == number {
                return at
            }
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
        let count = wanted.byteCount
        guard Int(cell.keyCount) == count, case .text = cell.keyKind else { return false }
        // Words of keys that overlap, as few are as long as whole words.
        let key = bytes.bytes
        let start = Int(cell.keyStart)
        if count >= 8 {
            var at = 0
            while at < count &- 8 {
                if key.u64(at: start &+ at) != wanted.u64(at: at) { return false }
                at &+= 8
            }
            return key.u64(at: start &+ count &- 8) == wanted.u64(at: count &- 8)
        }
        if count >= 4 {
            let end = start &+ count &- 4
            return key.u32(at: start) == wanted.u32(at: 0)
                && key.u32(at: end) == wanted.u32(at: count &- 4)
        }
        return key.extracting(start..<start &+ count).isEqual(to: wanted)
    }
}
