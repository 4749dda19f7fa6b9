public import DaybookPlatform
internal import Synchronization

/// Time that passes only when it is told to.
public final class VirtualTime: TimeSource {
    private struct Clocks: Sendable {
        var wall: Int64
        var boot: Int64
    }

    private let clocks: Mutex<Clocks>

    /// Starts at 2026-01-01T00:00:00Z, a second after booting, unless told otherwise.
    public init(
        wallMicroseconds: Int64 = 1_767_225_600_000_000, bootNanoseconds: Int64 = 1_000_000_000
    ) {
        clocks = Mutex(Clocks(wall: wallMicroseconds, boot: bootNanoseconds))
    }

    /// What the wall clock was set to, and the time that has passed since.
    public func wallMicroseconds() -> Int64 { clocks.withLock { $0.wall } }

    /// What the clock started with, and the time that has passed since.
    public func bootNanoseconds() -> Int64 { clocks.withLock { $0.boot } }

    /// Lets time pass, on both clocks.
    ///
    /// The boot clock counts from what it showed, in whole microseconds.
    public func advance(microseconds: Int64) {
        precondition(microseconds >= 0, "time does not run backwards; set the wall clock instead")
        clocks.withLock { clocks in
            clocks.wall += microseconds
            clocks.boot += microseconds * 1_000
        }
    }

    /// Sets the wall clock, back or forth, as an administrator or a time server may.
    ///
    /// Nothing passes.
    public func setWall(microseconds: Int64) {
        clocks.withLock { $0.wall = microseconds }
    }
}
