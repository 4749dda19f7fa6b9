/// A place where a value encodes itself. Small enough to lie in `any Encoder` itself.
struct ValueEncoder: Encoder, SingleValueEncodingContainer {
    let tree: PayloadTree
    let node: Int

    var codingPath: [any CodingKey] { tree.nodes.path(to: node) }
    var userInfo: [CodingUserInfoKey: Any] { tree.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        tree.nodes.open(.object, at: node)
        return KeyedEncodingContainer(KeyedEncoding<Key>(tree: tree, object: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        tree.nodes.open(.array, at: node)
        return UnkeyedEncoding(tree: tree, array: node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { tree.nodes.set(.null, at: node) }
    func encode(_ value: Bool) { tree.nodes.set(value, at: node) }
    func encode(_ value: String) { tree.nodes.set(value, at: node) }
    func encode(_ value: Double) throws { try tree.set(value, at: node) }
    func encode(_ value: Float) throws { try tree.set(value, at: node) }
    func encode(_ value: Int) { tree.nodes.set(value, at: node) }
    func encode(_ value: Int8) { tree.nodes.set(value, at: node) }
    func encode(_ value: Int16) { tree.nodes.set(value, at: node) }
    func encode(_ value: Int32) { tree.nodes.set(value, at: node) }
    func encode(_ value: Int64) { tree.nodes.set(value, at: node) }
    func encode(_ value: Int128) { tree.nodes.set(value, at: node) }
    func encode(_ value: UInt) { tree.nodes.set(value, at: node) }
    func encode(_ value: UInt8) { tree.nodes.set(value, at: node) }
    func encode(_ value: UInt16) { tree.nodes.set(value, at: node) }
    func encode(_ value: UInt32) { tree.nodes.set(value, at: node) }
    func encode(_ value: UInt64) { tree.nodes.set(value, at: node) }
    func encode(_ value: UInt128) { tree.nodes.set(value, at: node) }
    func encode<T: Encodable>(_ value: T) throws { try tree.encode(value, at: node) }
}
