/// Growing memory to encode into: append at the end, patch what was written.
///
/// Appending is amortised O(1) a byte. Integers are little-endian.
@safe public struct ByteWriter: ~Copyable {
    @usableFromInline var memory: UnsafeMutableRawBufferPointer
    @usableFromInline var written: Int
    /// How many bytes were written.
    @inlinable public var count: Int { written }

    /// Room for `capacity` bytes before the first growth; with none nothing is allocated before.
    public init(capacity: Int = 256) {
        // Safe: freed in deinit, and this value cannot be copied.
        unsafe memory =
            capacity > 0
            ? .allocate(byteCount: max(capacity, 16), alignment: 16)
            : UnsafeMutableRawBufferPointer(start: nil, count: 0)
        written = 0
    }

    deinit { unsafe memory.deallocate() }

    /// Gives what was written away, without a copy.
    public consuming func finish() -> SharedBytes {
        let shared = unsafe SharedBytes(adopting: memory, count: count)
        discard self
        return shared
    }

    /// Forgets the content and keeps the memory.
    public mutating func removeAll() { written = 0 }

    /// Cuts the content down to its first `count` bytes.
    public mutating func truncate(to count: Int) {
        precondition(count <= self.count, "a writer is cut down, not extended")
        written = count
    }

    /// What was written so far.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        borrowing get {
            // Safe: the memory lives as long as self, which the span borrows, and `count` bytes were written.
            let written = unsafe UnsafeRawBufferPointer(rebasing: memory[..<count])
            return unsafe _overrideLifetime(RawSpan(_unsafeBytes: written), borrowing: self)
        }
    }

    @inlinable @inline(__always)
    public mutating func reserve(_ more: Int) {
        if unsafe written + more > memory.count { grow(written + more) }
    }

    @usableFromInline
    mutating func grow(_ needed: Int) {
        let old = unsafe memory
        unsafe memory = .allocate(byteCount: max(needed, old.count * 2), alignment: 16)
        unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: old[..<count]))
        unsafe old.deallocate()
    }

    @inlinable @inline(__always)
    public mutating func append(_ value: UInt8) { store(value) }
    @inlinable public mutating func append(_ value: UInt16) { store(value.littleEndian) }
    @inlinable public mutating func append(_ value: UInt32) { store(value.littleEndian) }
    @inlinable public mutating func append(_ value: UInt64) { store(value.littleEndian) }
    @inlinable public mutating func append(_ value: Int64) { store(value.littleEndian) }

    /// An integer of six bytes.
    @inlinable public mutating func append(low48 value: UInt64) {
        append(UInt32(truncatingIfNeeded: value))
        append(UInt16(truncatingIfNeeded: value >> 32))
    }

    @inlinable @inline(__always)
    mutating func store<T: BitwiseCopyable>(_ value: T) {
        reserve(MemoryLayout<T>.size)
        // Safe: reserve made room.
        unsafe memory.storeBytes(of: value, toByteOffset: written, as: T.self)
        written += MemoryLayout<T>.size
    }

    @inlinable @inline(__always)
    public mutating func appendVarint(_ value: UInt64) {
        if value < 0x80 { append(UInt8(truncatingIfNeeded: value)) } else { appendLong(value) }
    }

    @usableFromInline
    mutating func appendLong(_ value: UInt64) {
        append(upTo: Varint.bytesMax) { $0.append(Varint(value)) }
    }

    @inlinable
    public mutating func append(_ bytes: borrowing RawSpan) {
        reserve(bytes.byteCount)
        // Safe: reserve made room, and the two memories do not overlap: this one is ours alone.
        unsafe bytes.withUnsafeBytes { source in
            if source.count > 0 {
                unsafe (memory.baseAddress! + written).copyMemory(
                    from: source.baseAddress!, byteCount: source.count)
            }
        }
        written += bytes.byteCount
    }

    /// Appends what another writer holds.
    public mutating func append(contentsOf other: borrowing ByteWriter) { append(other.bytes) }

    @inlinable public mutating func append(_ bytes: [UInt8]) { append(bytes.rawSpan) }

    public mutating func append(_ text: String) {
        // Nearly every text lies in one piece, and needs no copy of its own to be lent.
        let wrote: Void? = unsafe text.utf8.withContiguousStorageIfAvailable {
            unsafe append(RawSpan(_unsafeElements: $0))
        }
        if wrote == nil { append(Array(text.utf8)) }
    }

    public mutating func appendZeros(_ zeros: Int) {
        if zeros == 0 { return }
        reserve(zeros)
        // Safe: reserve made room.
        unsafe (memory.baseAddress! + count).initializeMemory(
            as: UInt8.self, repeating: 0, count: zeros)
        written += zeros
    }

    /// Lets `fill` write into `capacity` bytes behind the content and keeps as many as it says it wrote; where it
    /// says nil, nothing.
    /// - Returns: Whether something was kept.
    @inlinable
    public mutating func append(
        atMost capacity: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int?
    ) -> Bool {
        reserve(capacity)
        // Safe: reserve made room, and the pointer does not leave the call.
        let room = unsafe UnsafeMutableRawBufferPointer(
            rebasing: memory[count..<count + capacity])
        guard let filled = unsafe fill(room) else { return false }
        precondition(filled <= capacity, "more was written than there was room for")
        written += filled
        return true
    }

    @inlinable
    public mutating func patch(_ value: UInt8, at offset: Int) {
        overwrite(value, at: offset)
    }
    public mutating func patch(_ value: UInt16, at offset: Int) {
        overwrite(value.littleEndian, at: offset)
    }
    public mutating func patch(_ value: UInt32, at offset: Int) {
        overwrite(value.littleEndian, at: offset)
    }
    public mutating func patch(_ value: UInt64, at offset: Int) {
        overwrite(value.littleEndian, at: offset)
    }
    public mutating func patch(_ value: Int64, at offset: Int) {
        overwrite(value.littleEndian, at: offset)
    }

    @inlinable
    mutating func overwrite<T: BitwiseCopyable>(_ value: T, at offset: Int) {
        precondition(
            offset >= 0 && offset + MemoryLayout<T>.size <= count,
            "a patch lies in what was written")
        // Safe: checked above.
        unsafe memory.storeBytes(of: value, toByteOffset: offset, as: T.self)
    }

    /// Moves what was written from `start` on by so many bytes towards the end, or towards the start where the
    /// distance is negative. What stands between afterwards is left over, to be patched.
    public mutating func move(from start: Int, by distance: Int) {
        precondition(start + min(distance, 0) >= 0 && start <= count, "what is moved was written")
        reserve(max(distance, 0))
        // Safe: reserve made room, and the copy allows both places to overlap.
        let base = unsafe memory.baseAddress! + start
        unsafe (base + distance).copyMemory(from: base, byteCount: count - start)
        written += distance
    }
}

// Safe: a writer has one owner and is not copied, so its memory goes with it from thread to thread.
extension ByteWriter: @unchecked Sendable {}
