/// Who is told what goes on. Where nobody is, no signal is made and no time is taken.
struct SourcingObserver: Sendable {
    private let told: (@Sendable (SourcingSignal) -> Void)?
    private let clock: any Clock<Duration>

    init(_ told: (@Sendable (SourcingSignal) -> Void)?, clock: any Clock<Duration>) {
        self.told = told
        self.clock = clock
    }

    func callAsFunction(_ signal: @autoclosure () -> SourcingSignal) { told?(signal()) }

    /// Begins to measure how long something takes.
    func stopwatch() -> Stopwatch { told == nil ? Stopwatch() : Stopwatch(clock) }

    /// Tells what was decided.
    func tell<Decided>(
        _ decided: Result<[Decided], any Error>, at place: @autoclosure () -> String,
        _ stopwatch: Stopwatch
    ) {
        switch decided {
        case .success(let events):
            self(.decided(place: place(), events: events.count, duration: stopwatch.elapsed))
        case .failure(let error):
            self(.refused(place: place(), error, duration: stopwatch.elapsed))
        }
    }
}

/// How long it is since it was made.
struct Stopwatch {
    private var passed: (() -> Duration)?

    /// Measures nothing.
    init() {}

    init(_ clock: any Clock<Duration>) { passed = Self.passed(clock) }

    private static func passed<Time: Clock<Duration>>(_ clock: Time) -> () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    var elapsed: Duration { passed?() ?? .zero }
}
