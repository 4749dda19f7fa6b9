/// The members of an object that is being encoded.
struct KeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let tree: PayloadTree
    let object: Int

    var codingPath: [any CodingKey] { tree.nodes.path(to: object) }

    private func place(_ key: Key) -> Int { tree.nodes.add(to: object, key: key.stringValue) }

    func encodeNil(forKey key: Key) { tree.nodes.set(.null, at: place(key)) }
    func encode(_ value: Bool, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: String, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: Double, forKey key: Key) throws { try tree.add(value, at: place(key)) }
    func encode(_ value: Float, forKey key: Key) throws { try tree.add(value, at: place(key)) }
    func encode(_ value: Int, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: Int8, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: Int16, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: Int32, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: Int64, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: Int128, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: UInt, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: UInt8, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: UInt16, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: UInt32, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: UInt64, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode(_ value: UInt128, forKey key: Key) { tree.nodes.set(value, at: place(key)) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try tree.add(value, at: place(key))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(tree: tree, node: place(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ValueEncoder(tree: tree, node: place(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        ValueEncoder(tree: tree, node: tree.nodes.add(to: object, key: "super"))
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoder(tree: tree, node: place(key))
    }
}
