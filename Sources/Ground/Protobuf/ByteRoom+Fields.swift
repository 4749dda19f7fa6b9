public import DaybookBytes

// Messages that are written in one go, by whoever knows how long all their parts are.

extension ByteRoom {
    /// Writes a field of bytes behind its tag, which is one byte: one without presence, left out where it is empty.
    @inlinable @inline(__always)
    public mutating func appendField(_ tag: UInt8, _ bytes: RawSpan) {
        if bytes.isEmpty { return }
        append(tag)
        append(length: bytes.byteCount)
        append(bytes)
    }

    /// How many bytes a field of so many takes, with a tag of one byte and its length.
    @inlinable @inline(__always)
    public static func fieldBytes(_ count: Int) -> Int {
        1 + Varint.byteCount(of: UInt64(count)) + count
    }

    /// How many bytes `appendField` writes.
    @inlinable @inline(__always)
    public static func fieldBytes(_ bytes: RawSpan) -> Int {
        bytes.isEmpty ? 0 : fieldBytes(bytes.byteCount)
    }
}
