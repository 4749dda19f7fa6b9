import DaybookBytes

/// What has its elements in another order in each process.
private protocol Unordered {
    /// How many elements of an array one of its own is encoded as.
    static var elementNodes: Int { get }
}

extension Set: Unordered {
    fileprivate static var elementNodes: Int { 1 }
}

extension Dictionary: Unordered {
    /// A key and a value, where keys are neither strings nor integers.
    fileprivate static var elementNodes: Int { 2 }
}

extension NodeTree {
    /// Puts what a set or a dictionary has encoded at a place into the order of its bytes.
    mutating func order<Value>(_ type: Value.Type, at node: Int) {
        guard let type = type as? any Unordered.Type else { return }
        switch nodes[node].kind {
        case .array: order(node, inGroupsOf: type.elementNodes)
        case .object: order(node, inGroupsOf: 1)
        default: return
        }
    }

    private mutating func order(_ container: Int, inGroupsOf count: Int) {
        var groups: [(bytes: [UInt8], first: Int, last: Int)] = []
        var child = nodes[container].firstChild
        while child != 0 {
            var last = child
            for _ in 1..<count where nodes[last].next != 0 { last = Int(nodes[last].next) }
            groups.append((bytes(of: child), child, last))
            child = Int(nodes[last].next)
        }
        if groups.count < 2 { return }
        groups.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        for (group, next) in zip(groups, groups.dropFirst()) {
            nodes[group.last].next = UInt32(truncatingIfNeeded: next.first)
        }
        nodes[groups[groups.count - 1].last].next = 0
        nodes[container].bits =
            UInt64(groups[groups.count - 1].last) << 32 | UInt64(groups[0].first)
    }

    /// What a member or an element is told from the others by.
    private mutating func bytes(of node: Int) -> [UInt8] {
        var output = ByteWriter(capacity: 32)
        if nodes[node].hasKey {
            output.append(text.bytes.extracting(nodes[node].key))
        } else {
            _ = write(node, to: &output)
        }
        return output.bytes.copied()
    }
}
