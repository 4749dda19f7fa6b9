internal import Synchronization

/// So many of something may be under way at a time: whoever begins takes a place, and leaves it at the end.
package final class Places: Sendable {
    private let taken = Atomic<Int>(0)
    private let countMax: Int
    /// Shows how many are taken.
    private let gauge: Gauge

    package init(max: Int, shownBy gauge: Gauge) {
        countMax = max
        self.gauge = gauge
    }

    /// Takes a place; false where there is none.
    package func take() -> Bool {
        if taken.add(1, ordering: .relaxed).newValue <= countMax {
            gauge.add(1)
            return true
        }
        taken.subtract(1, ordering: .relaxed)
        return false
    }

    /// Gives a place back that was taken.
    package func leave() {
        let left = taken.subtract(1, ordering: .relaxed).newValue
        precondition(left >= 0, "nobody leaves a place that was not taken")
        gauge.add(-1)
    }
}
