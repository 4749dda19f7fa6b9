/// Immutable bytes, shared by reference: filled once, read by any number of threads.
@safe public final class SharedBytes: Sendable {
    // Never written after init, and freed only when the last reference is gone.
    @usableFromInline nonisolated(unsafe) let memory: UnsafeMutableRawBufferPointer
    public let count: Int

    /// Lets `fill` write into `capacity` bytes and keeps as many as it says it wrote.
    public init<Failure: Error>(
        capacity: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(capacity, 1), alignment: 16)
        do {
            let count = try unsafe fill(memory)
            precondition(count <= capacity, "more was written than there was room for")
            unsafe self.memory = memory
            self.count = count
        } catch {
            unsafe memory.deallocate()
            throw error
        }
    }

    /// Takes over memory that was allocated and whose first `count` bytes were written.
    init(adopting memory: UnsafeMutableRawBufferPointer, count: Int) {
        unsafe self.memory = memory
        self.count = count
    }

    public convenience init(copying bytes: borrowing RawSpan) {
        let count = bytes.byteCount
        unsafe self.init(capacity: count) { memory in
            // Safe: `memory` has room for `count` bytes.
            unsafe bytes.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
            return count
        }
    }

    deinit { unsafe memory.deallocate() }

    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // Safe: the memory lives as long as self and is never written again.
            let filled = unsafe UnsafeRawBufferPointer(rebasing: memory[..<count])
            return unsafe _overrideLifetime(RawSpan(_unsafeBytes: filled), borrowing: self)
        }
    }
}
