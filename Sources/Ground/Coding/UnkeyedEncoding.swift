import DaybookBytes

/// The elements of an array that is being encoded.
struct UnkeyedEncoding: UnkeyedEncodingContainer {
    let tree: PayloadTree
    let array: Int

    var codingPath: [any CodingKey] { tree.nodes.path(to: array) }

    var count: Int {
        var count = 0
        var child = tree.nodes.nodes[array].firstChild
        while child != 0 {
            count += 1
            child = Int(tree.nodes.nodes[child].next)
        }
        return count
    }

    private func place() -> Int { tree.nodes.add(to: array) }

    func encodeNil() { tree.nodes.set(.null, at: place()) }
    func encode(_ value: Bool) { tree.nodes.set(value, at: place()) }
    func encode(_ value: String) { tree.nodes.set(value, at: place()) }
    func encode(_ value: Double) throws { try tree.add(value, at: place()) }
    func encode(_ value: Float) throws { try tree.add(value, at: place()) }
    func encode(_ value: Int) { tree.nodes.set(value, at: place()) }
    func encode(_ value: Int8) { tree.nodes.set(value, at: place()) }
    func encode(_ value: Int16) { tree.nodes.set(value, at: place()) }
    func encode(_ value: Int32) { tree.nodes.set(value, at: place()) }
    func encode(_ value: Int64) { tree.nodes.set(value, at: place()) }
    func encode(_ value: Int128) { tree.nodes.set(value, at: place()) }
    func encode(_ value: UInt) { tree.nodes.set(value, at: place()) }
    func encode(_ value: UInt8) { tree.nodes.set(value, at: place()) }
    func encode(_ value: UInt16) { tree.nodes.set(value, at: place()) }
    func encode(_ value: UInt32) { tree.nodes.set(value, at: place()) }
    func encode(_ value: UInt64) { tree.nodes.set(value, at: place()) }
    func encode(_ value: UInt128) { tree.nodes.set(value, at: place()) }
    func encode<T: Encodable>(_ value: T) throws { try tree.add(value, at: place()) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(tree: tree, node: place()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        ValueEncoder(tree: tree, node: place()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { ValueEncoder(tree: tree, node: place()) }
}
