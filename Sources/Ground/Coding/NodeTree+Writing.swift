import DaybookBytes
import DaybookJSON

extension NodeTree {
    /// Writes all there is at a place and below.
    ///
    /// - Returns: False where containers are nested too deep.
    mutating func write(_ node: Int = Self.root, to output: inout ByteWriter) -> Bool {
        format == .json
            ? writeJSON(node, depth: 0, to: &output) : writeCBOR(node, depth: 0, to: &output)
    }

    /// The depth bounds the calls of this function by itself.
    private mutating func writeJSON(_ index: Int, depth: Int, to output: inout ByteWriter) -> Bool {
        let node = nodes[index]
        switch node.kind {
        case .absent: break
        case .null: output.append("null")
        case .true: output.append("true")
        case .false: output.append("false")
        case .integer: output.append(decimal: Int64(bitPattern: node.bits))
        case .unsigned: output.append(node.bits.description)
        case .wide:
            let (isNegative, magnitude) = wide(node)
            output.append((isNegative ? "-" : "") + magnitude.description)
        case .double: output.append(Double(bitPattern: node.bits).description)
        case .float: output.append(Float(bitPattern: UInt32(node.bits)).description)
        case .string: output.append(asJSON: text.bytes.extracting(node.content))
        case .bytes: preconditionFailure("bytes are encoded as an array of numbers in JSON")
        case .empty: output.append(0x7D7B as UInt16)
        case .object, .array:
            if depth >= JSONScanner.nestingDepthMax { return false }
            let isObject = node.kind == .object
            if isObject { hideRepeated(in: index) }
            output.append(UInt8(ascii: isObject ? "{" : "["))
            var isFirst = true
            var child = node.firstChild
            while child != 0 {
                let member = nodes[child]
                if member.kind != .absent {
                    if !isFirst { output.append(UInt8(ascii: ",")) }
                    isFirst = false
                    if isObject {
                        output.append(asJSON: text.bytes.extracting(member.key))
                        output.append(UInt8(ascii: ":"))
                    }
                    if !writeJSON(child, depth: depth + 1, to: &output) { return false }
                }
                child = Int(member.next)
            }
            output.append(UInt8(ascii: isObject ? "}" : "]"))
        }
        return true
    }

    /// As above.
    private mutating func writeCBOR(_ index: Int, depth: Int, to output: inout ByteWriter) -> Bool {
        let node = nodes[index]
        switch node.kind {
        case .absent: break
        case .null: output.append(0xF6 as UInt8)
        case .true: output.append(0xF5 as UInt8)
        case .false: output.append(0xF4 as UInt8)
        case .integer:
            let value = Int64(bitPattern: node.bits)
            output.appendCBOR(value < 0 ? 1 : 0, UInt64(bitPattern: value < 0 ? ~value : value))
        case .unsigned: output.appendCBOR(0, node.bits)
        case .wide:
            let (isNegative, magnitude) = wide(node)
            output.appendCBOR(isNegative: isNegative, magnitude)
        case .double: output.appendCBOR(Double(bitPattern: node.bits))
        case .float: output.appendCBOR(Double(Float(bitPattern: UInt32(node.bits))))
        case .string, .bytes:
            output.appendCBOR(node.kind == .string ? 3 : 2, UInt64(node.content.count))
            output.append(text.bytes.extracting(node.content))
        case .empty: output.append(0xA0 as UInt8)
        case .object, .array:
            if depth >= JSONScanner.nestingDepthMax { return false }
            let isObject = node.kind == .object
            if isObject { hideRepeated(in: index) }
            output.appendCBOR(isObject ? 5 : 4, UInt64(children(of: node)))
            var child = node.firstChild
            while child != 0 {
                let member = nodes[child]
                if member.kind != .absent {
                    if isObject {
                        output.appendCBOR(3, UInt64(member.keyCount))
                        output.append(text.bytes.extracting(member.key))
                    }
                    if !writeCBOR(child, depth: depth + 1, to: &output) { return false }
                }
                child = Int(member.next)
            }
        }
        return true
    }

    private func wide(_ node: Node) -> (isNegative: Bool, magnitude: UInt128) {
        let bytes = text.bytes.extracting(node.content)
        return (bytes.u8(at: 0) == 1, UInt128(bytes.u64(at: 1)) | UInt128(bytes.u64(at: 9)) << 64)
    }

    private func children(of node: Node) -> Int {
        var count = 0
        var child = node.firstChild
        while child != 0 {
            if nodes[child].kind != .absent { count += 1 }
            child = Int(nodes[child].next)
        }
        return count
    }

    /// Of members with the same key only the last is written.
    private mutating func hideRepeated(in object: Int) {
        let first = nodes[object].firstChild
        if first == nodes[object].lastChild { return }
        let count = children(of: nodes[object])
        if count > KeyTable.pairwiseMax { return hideRepeated(among: count, from: first) }
        var one = first
        while one != 0 {
            var other = Int(nodes[one].next)
            while other != 0 {
                if nodes[one].keyCount == nodes[other].keyCount, nodes[other].kind != .absent,
                    text.bytes.extracting(nodes[one].key)
                        .isEqual(to: text.bytes.extracting(nodes[other].key))
                {
                    nodes[one].kind = .absent
                }
                other = Int(nodes[other].next)
            }
            one = Int(nodes[one].next)
        }
    }

    private mutating func hideRepeated(among count: Int, from first: Int) {
        var table = KeyTable()
        swap(&table, &self.table)
        table.start(count: count)
        var child = first
        while child != 0 {
            if nodes[child].kind != .absent {
                let earlier = table.insert(child, nodes[child].key, in: text.bytes) {
                    nodes[$0].key
                }
                if let earlier { nodes[earlier].kind = .absent }
            }
            child = Int(nodes[child].next)
        }
        swap(&table, &self.table)
    }
}
