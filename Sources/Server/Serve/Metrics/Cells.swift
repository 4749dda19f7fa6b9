internal import Synchronization

/// A row of numbers that any thread adds to without waiting.
@safe final class Cells: Sendable {
    // Safe: allocated in init, freed in deinit; the cells are atomic, and never moved.
    private nonisolated(unsafe) let cells: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    init(count: Int) {
        self.count = count
        unsafe cells = .allocate(capacity: count)
        for index in 0..<count { unsafe (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        // Safe: the last reference is gone.
        unsafe cells.deinitialize(count: count)
        unsafe cells.deallocate()
    }

    func add(_ amount: UInt64, at index: Int) {
        precondition(index >= 0 && index < count, "a cell of this row")
        // Safe: within the row. Sums have no order among one another.
        unsafe cells[index].wrappingAdd(amount, ordering: .relaxed)
    }

    func value(at index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "a cell of this row")
        // Safe: within the row.
        return unsafe cells[index].load(ordering: .relaxed)
    }
}
