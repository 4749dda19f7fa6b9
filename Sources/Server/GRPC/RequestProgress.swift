/// Whether a client that has sent a part of something goes on with it; looked at about once a second.
package struct RequestProgress {
    private var since: Int64?
    private var byteCount = 0
    private var hasMessage = false

    package init() {}

    /// Bytes of the request came.
    package mutating func received(_ count: Int) { byteCount += count }

    /// A message became whole.
    mutating func receivedMessage() { hasMessage = true }

    /// - Parameters:
    ///   - now: milliseconds of the loop's clock.
    ///   - isAwaited: Whether something is held that the client has to go on with.
    /// - Returns: Whether it has been too slow for too long.
    package mutating func isOverdue(
        at now: Int64, isAwaited: Bool, _ limits: GRPCLimits
    ) -> Bool {
        if isAwaited, !hasMessage, let since,
            Int64(byteCount) * 1_000 < max(now - since, 1) * Int64(limits.bytesASecondMin)
        {
            return now - since > Int64(limits.progressSeconds) * 1_000
        }
        since = isAwaited ? now : nil
        byteCount = 0
        hasMessage = false
        return false
    }
}
