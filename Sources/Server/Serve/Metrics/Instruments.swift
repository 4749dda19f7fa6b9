internal import Synchronization

/// A number that only grows. Adding takes a few nanoseconds, allocates nothing and waits for nobody.
package final class Counter: Sendable {
    private let cell = Atomic<UInt64>(0)

    package init() {}
    package func add(_ amount: Int = 1) {
        cell.wrappingAdd(UInt64(clamping: amount), ordering: .relaxed)
    }
    package var value: UInt64 { cell.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let cell = Atomic<Int64>(0)

    package init() {}
    package func add(_ amount: Int) { cell.wrappingAdd(Int64(amount), ordering: .relaxed) }
    package func set(_ value: Int) { cell.store(Int64(value), ordering: .relaxed) }
    package var value: Int64 { cell.load(ordering: .relaxed) }
}

/// How often a quantity was how large: how many were at most each of some bounds, and their sum.
package final class Histogram: Sendable {
    /// The bounds of the buckets and the size of what is recorded, in the unit that is shown.
    package struct Scale: Sendable, Hashable {
        /// Ascending, in what is recorded.
        let bounds: [UInt64]
        /// What is recorded, divided by this, is in the unit that is shown.
        let divisor: Double

        /// Nanoseconds, shown as seconds; from 50 µs to 10 s.
        package static let seconds = Scale(
            bounds: [
                50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
                25_000_000, 50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000,
                2_500_000_000, 5_000_000_000, 10_000_000_000,
            ], divisor: 1e9)
        /// A number of things, from 1 to 65,536.
        package static let counts = Scale(
            bounds: (0...8).map { 1 << (2 * UInt64($0)) }, divisor: 1)

        var shownBounds: [Double] { bounds.map { Double($0) / divisor } }
    }

    /// What a histogram holds at one time. What is recorded meanwhile is in `sum` or not, but the buckets fit.
    struct Reading: Equatable {
        /// By bound, those below it included; the last one holds all.
        var cumulative: [UInt64]
        var sum: Double
        var count: UInt64 { cumulative[cumulative.count - 1] }
    }

    package let scale: Scale
    /// A cell for each bucket, one for what is larger, and the sum.
    private let cells: Cells

    package init(_ scale: Scale) {
        self.scale = scale
        cells = Cells(count: scale.bounds.count + 2)
    }

    /// Records a quantity; what is below zero counts as zero.
    package func record(_ amount: Int64) {
        let amount = UInt64(clamping: amount)
        var bucket = 0
        // Most are small, and the row is short.
        while bucket < scale.bounds.count, amount > scale.bounds[bucket] { bucket += 1 }
        cells.add(1, at: bucket)
        cells.add(amount, at: cells.count - 1)
    }

    func read() -> Reading {
        let sum = Double(cells.value(at: cells.count - 1)) / scale.divisor
        var total: UInt64 = 0
        let cumulative = (0..<cells.count - 1).map { bucket in
            total += cells.value(at: bucket)
            return total
        }
        return Reading(cumulative: cumulative, sum: sum)
    }
}
