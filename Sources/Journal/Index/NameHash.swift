internal import DaybookBytes

/// The hash by which names are ordered and found.
struct NameHash: Hashable, Sendable {
    let key: UInt64
    /// How much of it is used; tests cut it down so that collisions are the rule.
    let bits: Int

    static let bitsMax = 32

    init(key: UInt64, bits: Int = bitsMax) {
        self.key = key
        self.bits = min(max(bits, 1), Self.bitsMax)
    }

    /// The whole hash of a name of a kind: what a filter takes.
    func whole(_ name: borrowing RawSpan, _ kind: UInt8) -> UInt64 {
        KeyedHash.hash(name, key: key &+ UInt64(kind))
    }

    /// The part of it by which terms are ordered.
    func order(_ whole: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: whole & ((1 << UInt64(bits)) - 1))
    }
}

/// The name of a stream whose hash is known.
protocol HashedName {
    var bytes: [UInt8] { get }
    /// `NameHash.whole` of it, as the name of a stream.
    var hash: UInt64 { get }
}

/// A keyed hash of names: 128-bit products folded, eight bytes a step (the construction of wyhash).
enum KeyedHash {
    @inline(__always)
    static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    static func hash(_ bytes: borrowing RawSpan, key: UInt64) -> UInt64 {
        var state = key ^ 0x9E37_79B9_7F4A_7C15
        var at = 0
        let count = bytes.byteCount
        while at + 8 <= count {
            state = mix(state ^ bytes.u64(at: at), 0xE703_7ED1_A0B4_28DB)
            at += 8
        }
        var rest: UInt64 = 0
        while at < count {
            rest = rest << 8 | UInt64(bytes.u8(at: at))
            at += 1
        }
        state = mix(state ^ rest, 0x8EBC_6AF0_9C88_C6E3)
        return mix(state ^ UInt64(count), key | 1)
    }
}
