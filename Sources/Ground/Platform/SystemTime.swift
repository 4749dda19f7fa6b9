internal import Glibc

/// The clocks of this machine.
public struct SystemTime: TimeSource {
    /// There is only one such time.
    public init() {}

    /// CLOCK_REALTIME.
    public func wallMicroseconds() -> Int64 {
        let now = time(CLOCK_REALTIME)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
    }

    /// CLOCK_BOOTTIME.
    public func bootNanoseconds() -> Int64 {
        let now = time(CLOCK_BOOTTIME)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    private func time(_ clock: clockid_t) -> timespec {
        var now = timespec()
        // Safe: the call fills the one value it is given. It fails only for clocks that do not exist.
        unsafe require(clock_gettime(clock, &now))
        return now
    }
}
