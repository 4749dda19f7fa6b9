internal import DaybookPlatform
internal import Synchronization

/// Lets one through every few seconds.
final class ProgressPace: Sendable {
    private static let nanoseconds: Int64 = 5_000_000_000
    private let time: any TimeSource
    private let last: Mutex<Int64>

    init(_ time: any TimeSource) {
        self.time = time
        last = Mutex(time.bootNanoseconds())
    }

    func isDue() -> Bool {
        let now = time.bootNanoseconds()
        return last.withLock { last in
            if now - last < Self.nanoseconds { return false }
            last = now
            return true
        }
    }
}
