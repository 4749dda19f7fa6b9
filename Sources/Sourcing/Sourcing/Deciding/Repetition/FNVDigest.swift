internal import DaybookCoding

/// A number for what was told it, the same in every process: FNV-1a, 64 bits.
package struct FNVDigest: Sendable {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    package mutating func add(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }

    package mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte: byte) }
    }
}

extension FNVDigest {
    /// Of a command; nil where it is not `Encodable`. Equal commands have the same one in every process.
    static func of(_ command: some Any) -> UInt64? {
        guard let value = command as? any Encodable,
            let bytes = try? PayloadEncoder(.cbor, isOrdered: true).encode(value)
        else { return nil }
        var digest = FNVDigest()
        // There may be several types of commands; of one without fields the name is all there is.
        if let named = value as? any NamedCommand { digest.add(type(of: named).name) }
        for byte in bytes { digest.add(byte: byte) }
        return digest.value
    }
}
