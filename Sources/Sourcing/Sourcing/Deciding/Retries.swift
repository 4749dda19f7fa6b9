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

    /// - Parameter attemptsMax: How often it is decided at the most, from 1; less is as 1.
    public init(attemptsMax: Int = 10) { self.attemptsMax = attemptsMax }

    /// How long to wait for the next attempt.
    /// - Throws: `contended` where there is none.
    func pause(_ attempt: inout Int, _ place: String) throws -> Duration {
        if attempt >= attemptsMax { throw SourcingError.contended(place, attempts: attempt) }
        let longest = min(pause * (1 << min(attempt - 1, 20)), pauseMax)
        attempt += 1
        return longest * Double.random(in: 0...1)
    }
}
