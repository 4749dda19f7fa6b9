internal import DaybookPlatform

/// How often, and after which pauses, it is decided again where others were quicker.
public struct Retries: Sendable {
    /// How often it is decided at the most. Default 10.
    public var attemptsMax = 10
    /// How long it is waited before the second attempt, at most; twice as long before each that follows. How long exactly
    /// is left to chance, so that those who were in each other's way are not again. Default 1 ms.
    public var pause = Duration.milliseconds(1)
    /// The longest pause. Default 100 ms.
    public var pauseMax = Duration.milliseconds(100)
    /// What time goes by between two attempts.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// A number from 0, less than 1, drawn by chance: which part of a pause is waited. A ``SourcedStore`` draws by it as well
    /// which loads check their snapshots. Default: the system's randomness.
    public var chance: @Sendable () -> Double = systemChance

    /// - Parameter attemptsMax: How often it is decided at the most, from 1; less is as 1.
    public init(attemptsMax: Int = 10) { self.attemptsMax = attemptsMax }

    /// How long to wait for the next attempt.
    /// - Throws: `contended` where there is none.
    func pause(_ attempt: inout Int, _ place: String) throws -> Duration {
        if attempt >= attemptsMax { throw SourcingError.contended(place, attempts: attempt) }
        let longest = min(pause * (1 << min(attempt - 1, 20)), pauseMax)
        attempt += 1
        return longest * chance()
    }
}

private let systemRandomness = SystemRandomness()

/// As many bits as a Double of less than 1 can hold.
@Sendable private func systemChance() -> Double {
    Double(systemRandomness.next() >> 11) / 0x1p53
}
