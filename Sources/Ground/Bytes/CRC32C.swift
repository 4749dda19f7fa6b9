import CDaybookPlatform

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), as in RFC 3720 appendix B.4.
///
/// Uses the processor's instruction where it has one, a table otherwise; both give the same value.
public enum CRC32C {
    /// The checksum of `bytes`, going on from the checksum of what came before them.
    @inline(__always)
    public static func checksum(of bytes: borrowing RawSpan, after seed: UInt32 = 0) -> UInt32 {
        if inHardware {
            // Safe: the pointer and its count come from one span and do not leave the call.
            return unsafe bytes.withUnsafeBytes {
                unsafe daybook_crc32c(seed, $0.baseAddress, $0.count)
            }
        }
        return inSoftware(bytes, after: seed)
    }

    /// Whether this processor has the instruction.
    public static let inHardware = daybook_has_crc32c()

    /// The same by table: one byte a step.
    package static func inSoftware(_ bytes: borrowing RawSpan, after seed: UInt32 = 0) -> UInt32 {
        var crc = ~seed
        for at in 0..<bytes.byteCount {
            crc = table[Int(UInt8(truncatingIfNeeded: crc) ^ bytes.u8(at: at))] ^ (crc >> 8)
        }
        return ~crc
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { crc, _ in (crc >> 1) ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
    }
}
