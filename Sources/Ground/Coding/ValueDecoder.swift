import DaybookBytes
import DaybookJSON

/// One value of a payload, for whoever decodes it. Small enough to lie in `any Decoder` itself.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
    let reader: PayloadReader
    let index: Int

    var codingPath: [any CodingKey] { reader.path(to: index) }
    var userInfo: [CodingUserInfoKey: Any] { reader.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object = reader.tape.cells[index].kind else { throw reader.noObject(index) }
        return reader.container(keyedBy: type, index)
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array = reader.tape.cells[index].kind else { throw reader.noArray(index) }
        return UnkeyedDecoding(reader: reader, array: index)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { reader.isNull(index) }
    func decode(_: Bool.Type) throws -> Bool { try reader.bool(at: index) }
    func decode(_: String.Type) throws -> String { try reader.string(at: index) }
    func decode(_ type: Double.Type) throws -> Double { try reader.float(type, at: index) }
    func decode(_ type: Float.Type) throws -> Float { try reader.float(type, at: index) }
    func decode(_ type: Int.Type) throws -> Int { try reader.integer(type, at: index) }
    func decode(_ type: Int8.Type) throws -> Int8 { try reader.integer(type, at: index) }
    func decode(_ type: Int16.Type) throws -> Int16 { try reader.integer(type, at: index) }
    func decode(_ type: Int32.Type) throws -> Int32 { try reader.integer(type, at: index) }
    func decode(_ type: Int64.Type) throws -> Int64 { try reader.integer(type, at: index) }
    func decode(_ type: Int128.Type) throws -> Int128 { try reader.integer(type, at: index) }
    func decode(_ type: UInt.Type) throws -> UInt { try reader.integer(type, at: index) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try reader.integer(type, at: index) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try reader.integer(type, at: index) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try reader.integer(type, at: index) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try reader.integer(type, at: index) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try reader.integer(type, at: index) }
    func decode<T: Decodable>(_: T.Type) throws -> T { try reader.value(T.self, at: index) }
}

extension PayloadReader {
    @inline(never)
    func noObject(_ index: Int) -> DecodingError {
        mismatch([String: any Sendable].self, index, wanted: "an object")
    }

    @inline(never)
    func noArray(_ index: Int) -> DecodingError {
        mismatch([any Sendable].self, index, wanted: "an array")
    }
}
