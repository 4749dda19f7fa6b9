/// Memory behind what a ``ByteWriter`` holds, reserved at once and filled from its beginning: for whoever knows how much
/// there will be at most, and writes it in many small pieces.
///
/// It does not grow, so where it is filled stays in a register. What does not fit stops the process.
@safe public struct ByteRoom: ~Copyable {
    @usableFromInline var next: UnsafeMutableRawPointer
    @usableFromInline let end: UnsafeMutableRawPointer

    /// - Parameter next: the first of `count` bytes that nobody else touches as long as this value lives.
    @inlinable @inline(__always)
    init(_ next: UnsafeMutableRawPointer, count: Int) {
        unsafe self.next = next
        unsafe end = next + count
    }

    /// How many bytes are left.
    @inlinable public var left: Int { unsafe end - next }

    @inlinable @inline(__always)
    public mutating func append(_ value: UInt8) { store(value) }
    @inlinable @inline(__always)
    public mutating func append(_ value: UInt32) { store(value.littleEndian) }
    @inlinable @inline(__always)
    public mutating func append(_ value: UInt64) { store(value.littleEndian) }

    @inlinable @inline(__always)
    public mutating func append(_ bytes: borrowing RawSpan) {
        precondition(bytes.byteCount <= left, "room was reserved for all that is written")
        // Safe: checked above, and the memory is nobody else's.
        unsafe bytes.withUnsafeBytes { source in
            if source.count > 0 {
                unsafe next.copyMemory(from: source.baseAddress!, byteCount: source.count)
            }
        }
        unsafe next += bytes.byteCount
    }

    /// Appends bytes that are known when the program is compiled: only ASCII.
    @inlinable @inline(__always)
    public mutating func append(_ text: StaticString) {
        precondition(text.utf8CodeUnitCount <= left, "room was reserved for all that is written")
        // Safe: checked above, and a literal is always there.
        unsafe next.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
        unsafe next += text.utf8CodeUnitCount
    }

    /// Appends a number; there must be room for the longest, whatever it takes.
    @inlinable @inline(__always)
    public mutating func append(_ number: Varint) {
        precondition(Varint.bytesMax <= left, "room was reserved for all that is written")
        // Safe: checked above; bytes behind the last are written over later.
        unsafe next.storeBytes(of: number.low.littleEndian, as: UInt64.self)
        if number.byteCount > 8 {
            unsafe next.storeBytes(of: number.high.littleEndian, toByteOffset: 8, as: UInt16.self)
        }
        unsafe next += number.byteCount
    }

    /// Appends a length, as a number: most take a byte or two.
    @inlinable @inline(__always)
    public mutating func append(length: Int) {
        if length < 0x80 {
            append(UInt8(length))
        } else if length < 0x4000 {
            append(UInt8(truncatingIfNeeded: length) | 0x80)
            append(UInt8(truncatingIfNeeded: length >> 7))
        } else {
            append(longLength: length)
        }
    }

    @usableFromInline @inline(never)
    mutating func append(longLength length: Int) { append(Varint(UInt64(length))) }

    @inlinable @inline(__always)
    mutating func store<T: BitwiseCopyable>(_ value: T) {
        precondition(MemoryLayout<T>.size <= left, "room was reserved for all that is written")
        // Safe: checked above.
        unsafe next.storeBytes(of: value, as: T.self)
        unsafe next += MemoryLayout<T>.size
    }
}

extension ByteWriter {
    /// Has `body` append up to `capacity` bytes, for which there is room from the beginning.
    @inlinable @inline(__always)
    public mutating func append(upTo capacity: Int, _ body: (inout ByteRoom) -> Void) {
        reserve(capacity)
        // Safe: reserve made room, and the writer is not used while the room is filled.
        let start = unsafe memory.baseAddress! + written
        var room = unsafe ByteRoom(start, count: capacity)
        body(&room)
        unsafe written += room.next - start
    }
}

/// A number as it is written in seven bits a byte, the lowest first.
public struct Varint: Hashable, Sendable {
    /// What the longest takes.
    public static let bytesMax = 10

    @usableFromInline let low: UInt64
    @usableFromInline let high: UInt16
    public let byteCount: Int

    @inlinable @inline(__always)
    public init(_ value: UInt64) {
        if value < 0x80 {
            low = value
            high = 0
            byteCount = 1
            return
        }
        // The lowest 56 bits, seven to a byte: the halves are pushed apart, then quarters, then eighths.
        var spread = value & 0xFFF_FFFF | (value & 0xFF_FFFF_F000_0000) << 4
        spread = spread & 0x3FFF_0000_3FFF | (spread & 0x0FFF_C000_0FFF_C000) << 2
        spread = spread & 0x7F_007F_007F_007F | (spread & 0x3F80_3F80_3F80_3F80) << 1
        let count = Self.byteCount(of: value)
        // All but the last byte say that another follows.
        let more = 0x8080_8080_8080_8080 as UInt64
        low = count <= 8 ? spread | more >> UInt64(72 - 8 * count) : spread | more
        let ninth = UInt16(truncatingIfNeeded: value >> 56)
        high = count > 9 ? ninth | 0x180 : ninth
        byteCount = count
    }

    /// How many bytes a number takes.
    @inlinable @inline(__always)
    public static func byteCount(of value: UInt64) -> Int {
        if value < 0x80 { return 1 }
        return value < 0x4000 ? 2 : (70 - value.leadingZeroBitCount) / 7
    }
}
