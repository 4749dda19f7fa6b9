internal import Daybook

/// Removes, every so often, the outcomes of requests that were kept long enough.
///
/// ```swift
/// try await OutcomeSweep(accounts.outcomes, store.outcomes, every: .seconds(3_600)).run()
/// ```
///
/// Several processes may sweep the same: each outcome is removed once.
public struct OutcomeSweep: Sendable {
    private let kept: [KeptOutcomes]
    private let pause: Duration
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - kept: What is swept, one after the other.
    ///   - pause: How long it is waited behind a sweep.
    ///   - clock: What time goes by meanwhile.
    public init(
        _ kept: KeptOutcomes..., every pause: Duration = .seconds(3_600),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.kept = kept
        self.pause = pause
        self.clock = clock
    }

    /// Sweeps at once and then every so often, until the task is cancelled: then it returns.
    ///
    /// Where a store is busy, full or out of reach, it is tried again the next time, and the observer of the ``SourcedStore``
    /// is told.
    /// - Throws: what does not pass by itself, as `closed`.
    public func run() async throws {
        while !Task.isCancelled {
            for kept in kept {
                do { _ = try await kept.log.forget() } catch {
                    if Task.isCancelled { return }
                    if !Self.passes(error) { throw error }
                    kept.log.store.observe(.sweepFailed(place: kept.log.owner, error))
                }
            }
            do { try await clock.sleep(for: pause) } catch is CancellationError { return }
        }
    }

    /// What was removed twice, or not at all, does no harm.
    private static func passes(_ error: any Error) -> Bool {
        // The first is that of a store on another machine.
        let codes = [StoreError.Code("unavailable"), .busy, .diskFull, .outcomeUnknown]
        return (error as? StoreError).map { codes.contains($0.code) } ?? false
    }
}

/// The outcomes that a repository keeps, or a store for its boundaries.
public struct KeptOutcomes: Sendable {
    let log: CommandLog
}

extension Repository {
    /// The outcomes of what it was asked for by key.
    public var outcomes: KeptOutcomes { KeptOutcomes(log: commands) }
}

extension SourcedStore {
    /// The outcomes of what boundaries were asked for by key.
    public var outcomes: KeptOutcomes { KeptOutcomes(log: CommandLog(ofBoundariesIn: self)) }
}
