internal import DaybookCoding
internal import DaybookJSON

/// A number for what was told it, the same in every process: FNV-1a, 64 bits.
package struct FNVDigest: Sendable {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    package mutating func add(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }

    package mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte: byte) }
    }

    mutating func add(_ number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            add(byte: UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}

extension FNVDigest {
    /// Of a command; nil where it is not `Encodable`.
    ///
    /// The order of elements does not count: a set has another one in each process, and is an array when it is encoded.
    static func of(_ command: some Any) -> UInt64? {
        guard let value = command as? any Encodable,
            let text = try? PayloadEncoder(.json).encode(value),
            let tree = try? JSONValue(parsing: text)
        else { return nil }
        var digest = FNVDigest()
        // There may be several types of commands; of one without fields the name is all there is.
        if let named = value as? any NamedCommand { digest.add(type(of: named).name) }
        digest.add(tree)
        return digest.value
    }

    private mutating func add(_ tree: JSONValue) {
        switch tree {
        case .null: add("n")
        case .bool(let value): add(value ? "t" : "f")
        case .number(let number): add("#" + number.literal)
        case .string(let text):
            add("\"")
            add(text)
        case .array(let elements):
            add("[")
            addUnordered(elements) { digest, element in digest.add(element) }
        case .object(let members):
            add("{")
            addUnordered(members) { digest, member in
                digest.add(member.key)
                digest.add("=")
                digest.add(member.value)
            }
        }
    }

    private mutating func addUnordered<Element>(
        _ elements: some Sequence<Element>, _ each: (inout FNVDigest, Element) -> Void
    ) {
        var count: UInt64 = 0
        var sum: UInt64 = 0
        for element in elements {
            var digest = FNVDigest()
            each(&digest, element)
            sum &+= digest.value
            count += 1
        }
        add(count)
        add(sum)
    }
}
