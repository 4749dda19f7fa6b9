import DaybookBytes
import DaybookJSON

/// The elements of an array, one after another. An error leaves it where it was.
struct UnkeyedDecoding: UnkeyedDecodingContainer {
    let reader: PayloadReader
    // 32 bits each, so that it lies in `any UnkeyedDecodingContainer` itself.
    private let array: UInt32
    private var element: UInt32
    private var place: UInt32 = 0

    init(reader: PayloadReader, array: Int) {
        self.reader = reader
        self.array = UInt32(array)
        element = UInt32(array) + 1
    }

    var codingPath: [any CodingKey] { reader.path(to: Int(array)) }
    var count: Int? { Int(reader.tape.cells[Int(array)].count) }
    var currentIndex: Int { Int(place) }
    var isAtEnd: Bool { element >= reader.tape.cells[Int(array)].next }

    @inline(__always)
    private mutating func next<Value>(
        _ type: Value.Type, _ read: (PayloadReader, Int) throws -> Value
    ) throws -> Value {
        let index = Int(element)
        if isAtEnd { throw reader.atEnd(type, of: Int(array)) }
        let value = try read(reader, index)
        element = reader.tape.cells[index].next
        place += 1
        return value
    }

    @inline(__always)
    private mutating func present<Value>(
        _ type: Value.Type, _ read: (PayloadReader, Int) throws -> Value
    ) throws -> Value? {
        if isAtEnd { return nil }
        return try next(Value?.self) { try $0.isNull($1) ? nil : read($0, $1) }
    }

    mutating func decodeNil() throws -> Bool {
        if isAtEnd { throw reader.atEnd(Never?.self, of: Int(array)) }
        guard reader.isNull(Int(element)) else { return false }
        element += 1
        place += 1
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        try next(type) { try $0.bool(at: $1) }
    }
    mutating func decode(_ type: String.Type) throws -> String {
        try next(type) { try $0.string(at: $1) }
    }
    mutating func decode(_ type: Double.Type) throws -> Double {
        try next(type) { try $0.float(type, at: $1) }
    }
    mutating func decode(_ type: Float.Type) throws -> Float {
        try next(type) { try $0.float(type, at: $1) }
    }
    mutating func decode(_ type: Int.Type) throws -> Int {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: Int8.Type) throws -> Int8 {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: Int16.Type) throws -> Int16 {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: Int32.Type) throws -> Int32 {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: Int64.Type) throws -> Int64 {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: Int128.Type) throws -> Int128 {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: UInt.Type) throws -> UInt {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 {
        try next(type) { try $0.integer(type, at: $1) }
    }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try next(type) { try $0.value(T.self, at: $1) }
    }

    mutating func decodeIfPresent(_ type: Bool.Type) throws -> Bool? {
        try present(type) { try $0.bool(at: $1) }
    }
    mutating func decodeIfPresent(_ type: String.Type) throws -> String? {
        try present(type) { try $0.string(at: $1) }
    }
    mutating func decodeIfPresent(_ type: Double.Type) throws -> Double? {
        try present(type) { try $0.float(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: Float.Type) throws -> Float? {
        try present(type) { try $0.float(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: Int.Type) throws -> Int? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: Int8.Type) throws -> Int8? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: Int16.Type) throws -> Int16? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: Int32.Type) throws -> Int32? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: Int64.Type) throws -> Int64? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: Int128.Type) throws -> Int128? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: UInt.Type) throws -> UInt? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: UInt8.Type) throws -> UInt8? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: UInt16.Type) throws -> UInt16? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: UInt32.Type) throws -> UInt32? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: UInt64.Type) throws -> UInt64? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent(_ type: UInt128.Type) throws -> UInt128? {
        try present(type) { try $0.integer(type, at: $1) }
    }
    mutating func decodeIfPresent<T: Decodable>(_ type: T.Type) throws -> T? {
        try present(type) { try $0.value(T.self, at: $1) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next(KeyedDecodingContainer<Nested>.self) {
            try ValueDecoder(reader: $0, index: $1).container(keyedBy: type)
        }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next((any UnkeyedDecodingContainer).self) {
            try ValueDecoder(reader: $0, index: $1).unkeyedContainer()
        }
    }

    mutating func superDecoder() throws -> any Decoder {
        try next((any Decoder).self) { ValueDecoder(reader: $0, index: $1) }
    }
}
