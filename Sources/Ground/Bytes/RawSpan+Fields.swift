/// Fields in borrowed memory: little-endian integers at any offset, and LEB128 varints.
///
/// Every load is checked against the span's bounds and stops the process when it lies outside: whoever
/// decodes bytes that came from elsewhere compares lengths first and throws.
extension RawSpan {
    @inlinable public func u8(at offset: Int) -> UInt8 {
        // Safe: any byte is a valid UInt8, and the load checks its bounds.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    @inlinable public func u16(at offset: Int) -> UInt16 {
        // Safe, as the loads below: every bit pattern is a value, bounds are checked, alignment is not needed.
        unsafe UInt16(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inlinable public func u32(at offset: Int) -> UInt32 {
        unsafe UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// An integer of six bytes.
    @inlinable public func u48(at offset: Int) -> UInt64 {
        UInt64(u32(at: offset)) | UInt64(u16(at: offset + 4)) << 32
    }

    @inlinable public func u64(at offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inlinable public func i64(at offset: Int) -> Int64 {
        Int64(bitPattern: u64(at: offset))
    }

    /// The varint at `offset` and the offset behind it, or nil where the bytes end inside it or it is
    /// longer than 64 bits.
    @inlinable public func varint(at offset: Int) -> (value: UInt64, end: Int)? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var at = offset
        while at < byteCount {
            let byte = u8(at: at)
            at += 1
            if shift == 63 && byte > 1 { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return (value, at) }
            shift += 7
            if shift > 63 { return nil }
        }
        return nil
    }

    /// Whether the same bytes stand in both.
    @inlinable public func isEqual(to other: borrowing RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        var at = 0
        while at + 8 <= byteCount {
            if u64(at: at) != other.u64(at: at) { return false }
            at += 8
        }
        if byteCount & 4 != 0 {
            if u32(at: at) != other.u32(at: at) { return false }
            at += 4
        }
        if byteCount & 2 != 0 {
            if u16(at: at) != other.u16(at: at) { return false }
            at += 2
        }
        return byteCount & 1 == 0 || u8(at: at) == other.u8(at: at)
    }

    /// Whether the bytes are those of a text.
    @inlinable public func isText(_ text: StaticString) -> Bool {
        // Safe: a static string lives for ever and has so many bytes.
        let other = unsafe RawSpan(
            _unsafeStart: text.utf8Start, byteCount: text.utf8CodeUnitCount)
        return isEqual(to: other)
    }

    /// Whether all bytes of the range are zero.
    @inlinable public func isZero(_ range: Range<Int>) -> Bool {
        var at = range.lowerBound
        while at + 8 <= range.upperBound {
            if u64(at: at) != 0 { return false }
            at += 8
        }
        while at < range.upperBound {
            if u8(at: at) != 0 { return false }
            at += 1
        }
        return true
    }

    /// Where a byte comes next, from an offset on; the end where it does not. Eight are looked at a time.
    @inlinable public func place(of byte: UInt8, from start: Int = 0) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let sought = UInt64(byte) &* ones
        var at = start
        while at + 8 <= byteCount {
            // A byte that is zero borrows and is marked. Others may be only above it, and the lowest is what is sought.
            let differs = u64(at: at) ^ sought
            let found = (differs &- ones) & ~differs & (ones << 7)
            if found != 0 { return at + found.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < byteCount, u8(at: at) != byte { at += 1 }
        return at
    }

    /// A copy of the bytes.
    @inlinable public func copied() -> [UInt8] {
        // Safe: the pointer does not leave the closure.
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    @inlinable public func text() -> String {
        // Safe: as above.
        unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension [UInt8] {
    /// The elements as raw memory.
    @inlinable public var rawSpan: RawSpan {
        @_lifetime(borrow self)
        get {
            // Safe: every byte of an array of bytes is initialised, and the span borrows the array.
            let raw = unsafe span.bytes
            return unsafe _overrideLifetime(raw, borrowing: self)
        }
    }
}
