/// An array of plain values that has one owner and is used again and again.
///
/// What an `Array` asks at each change (is there another owner?) need not be asked here, and to
/// forget everything costs nothing. Subscripts are checked.
@safe public struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline var memory: UnsafeMutablePointer<Element>
    @usableFromInline var capacity: Int
    @usableFromInline var filled = 0

    /// An array without elements, with room for some.
    @inlinable public init(capacity: Int) {
        // Safe: freed in deinit, and this value cannot be copied.
        unsafe memory = .allocate(capacity: max(capacity, 1))
        self.capacity = max(capacity, 1)
    }

    @inlinable deinit { unsafe memory.deallocate() }

    /// How many elements there are.
    @inlinable public var count: Int { filled }

    /// Whether there are none.
    @inlinable public var isEmpty: Bool { filled == 0 }

    @inlinable @inline(__always)
    public subscript(index: Int) -> Element {
        get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: filled), "no such element")
            // Safe: checked above, and all elements below `filled` were appended.
            return unsafe memory[index]
        }
        _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: filled), "no such element")
            // Safe: as above.
            yield unsafe &memory[index]
        }
    }

    /// The last element, nil where there is none.
    @inlinable @inline(__always)
    public var last: Element? { filled == 0 ? nil : self[filled - 1] }

    @inlinable @inline(__always)
    public mutating func append(_ element: Element) {
        if filled == capacity { grow() }
        // Safe: there is room.
        unsafe (memory + filled).initialize(to: element)
        filled += 1
    }

    @inlinable @inline(never)
    mutating func grow() {
        let old = unsafe memory
        capacity *= 2
        unsafe memory = .allocate(capacity: capacity)
        // Safe: the new memory has room for twice as many, and the two do not overlap.
        unsafe memory.initialize(from: old, count: filled)
        unsafe old.deallocate()
    }

    @inlinable @inline(__always)
    public mutating func removeLast() -> Element {
        precondition(filled > 0, "there is an element to remove")
        filled -= 1
        // Safe: it was appended, and is still there.
        return unsafe memory[filled]
    }

    /// Forgets the elements and keeps the memory.
    @inlinable @inline(__always)
    public mutating func removeAll() { filled = 0 }
}

// Safe: it has one owner and is not copied, so its memory goes with it from thread to thread.
extension FlatArray: @unchecked Sendable where Element: Sendable {}
