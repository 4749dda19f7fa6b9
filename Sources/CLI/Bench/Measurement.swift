internal import DaybookPlatform

/// What one benchmark measured: how often something was done, and how long each time took.
struct Measurement: Sendable {
    /// Events an operation handles.
    var eventsEach: Int
    var seconds: Double
    /// Nanoseconds each operation took, in no order.
    var latencies: [Int64]

    /// Set where operations handle different numbers of events.
    var eventsInAll: Int?

    var operations: Int { latencies.count }
    var events: Int { eventsInAll ?? operations * eventsEach }
    /// Events a second.
    var rate: Double { seconds > 0 ? Double(events) / seconds : 0 }

    /// The latency, in microseconds, that a share of the operations did not exceed.
    func microseconds(percentile: Double) -> Double {
        if latencies.isEmpty { return 0 }
        let sorted = latencies.sorted()
        let place = Int((Double(sorted.count - 1) * percentile).rounded())
        return Double(sorted[place]) / 1000
    }

    /// Some measurements of the same, side by side.
    static func joined(_ parts: [Measurement], seconds: Double) -> Measurement {
        Measurement(
            eventsEach: parts.first?.eventsEach ?? 1, seconds: seconds,
            latencies: parts.flatMap(\.latencies))
    }
}

/// How long to measure, by which clock, and who may end it early.
struct Pace: Sendable {
    let seconds: Double
    let time: any TimeSource
    let interruption: Interruption
}

/// A stretch of time to do something in, over and over.
struct Stretch: Sendable {
    private let pace: Pace
    private let start: Int64
    private let end: Int64

    init(_ pace: Pace) {
        self.pace = pace
        start = pace.time.bootNanoseconds()
        end = start + Int64(pace.seconds * 1e9)
    }

    var now: Int64 { pace.time.bootNanoseconds() }
    var isOver: Bool { isOver(at: now) }
    /// Seconds since it began.
    var elapsed: Double { Double(now - start) / 1e9 }

    private func isOver(at now: Int64) -> Bool { now >= end || pace.interruption.isRequested }

    /// Repeats an operation until the time is over.
    func repeating(eventsEach: Int, _ body: () throws -> Void) rethrows -> Measurement {
        var latencies: [Int64] = []
        latencies.reserveCapacity(1 << 16)
        var before = now
        while !isOver(at: before) {
            try body()
            let after = now
            latencies.append(after - before)
            before = after
        }
        return Measurement(eventsEach: eventsEach, seconds: elapsed, latencies: latencies)
    }

    /// Repeats an operation that waits until the time is over.
    func repeating(
        eventsEach: Int, _ body: () async throws -> Void
    ) async throws -> Measurement {
        var latencies: [Int64] = []
        latencies.reserveCapacity(1 << 16)
        var before = now
        while !isOver(at: before) {
            try await body()
            let after = now
            latencies.append(after - before)
            before = after
        }
        return Measurement(eventsEach: eventsEach, seconds: elapsed, latencies: latencies)
    }
}
