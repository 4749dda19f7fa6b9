public import Daybook
internal import Synchronization

/// A clock that is moved by hand: for deciders that take one, and for whatever sleeps by it.
///
/// ```swift
/// let clock = TestClock()
/// clock.advance(by: .seconds(3600))
/// ```
public final class TestClock: Clock {
    /// How long after the clock's beginning.
    public struct Instant: InstantProtocol {
        let offset: Duration

        public func advanced(by duration: Duration) -> Instant {
            Instant(offset: offset + duration)
        }
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        public static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private struct Sleeper {
        let deadline: Instant
        let number: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [Sleeper] = []
        var numbers: UInt64 = 0
        /// Of those who were cancelled before they slept.
        var cancelled: Set<UInt64> = []
    }

    private let state = Mutex(State())
    private let start: Timestamp

    /// - Parameter start: What time of the day it begins with; the first instant of 2026 unless said otherwise.
    public init(_ start: Timestamp = Timestamp(microseconds: 1_767_225_600_000_000)) {
        self.start = start
    }

    public var now: Instant { state.withLock { $0.now } }
    public var minimumResolution: Duration { .microseconds(1) }

    /// What time of the day it is.
    public var time: Timestamp {
        let passed = now.offset.components
        return Timestamp(
            microseconds: start.microseconds + passed.seconds * 1_000_000
                + passed.attoseconds / 1_000_000_000_000)
    }

    /// How many sleep by it at present.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Lets time pass; those who sleep until then wake, the earliest first.
    public func advance(by duration: Duration) {
        precondition(duration >= .zero, "time does not run backwards")
        let awake = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let awake = state.sleepers.filter { $0.deadline <= state.now }
            state.sleepers.removeAll { $0.deadline <= state.now }
            return awake.sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }
        }
        for sleeper in awake { sleeper.continuation.resume() }
    }

    /// Waits until it has been moved so far.
    /// - Throws: `CancellationError`.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let number = state.withLock { state in
            state.numbers += 1
            return state.numbers
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(number) != nil {
                        return .failure(CancellationError())
                    }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers.append(
                        Sleeper(deadline: deadline, number: number, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
            state.withLock { _ = $0.cancelled.remove(number) }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let at = state.sleepers.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.sleepers.remove(at: at)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
