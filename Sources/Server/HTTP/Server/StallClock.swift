/// Whether a peer takes anything of what waits for it; looked at about once a second.
struct StallClock {
    private var taken: Int?
    private var since: Int64 = 0

    /// - Parameters:
    ///   - taken: Bytes that the peer has taken since the connection began; nil where nothing waits for it.
    ///   - now: milliseconds of the loop's clock.
    /// - Returns: Whether something waits, and for longer than `seconds` nothing was taken.
    mutating func isOverdue(taken: Int?, at now: Int64, seconds: Int) -> Bool {
        if taken == nil || taken != self.taken {
            self.taken = taken
            since = now
        }
        return now - since > Int64(seconds) * 1_000
    }
}
