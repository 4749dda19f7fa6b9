internal import DaybookPlatform

/// Keeps work in the background to so many bytes a second.
struct Throttle {
    /// Nil: as fast as it goes.
    private let bytesPerSecond: Int?
    private let time: any TimeSource
    /// When the bytes so far may have been moved.
    private var due: Int64

    init(bytesPerSecond: Int?, time: any TimeSource) {
        self.bytesPerSecond = bytesPerSecond.map { max(1, $0) }
        self.time = time
        due = time.bootNanoseconds()
    }

    /// Waits until so many bytes more may be moved.
    /// - Parameter pause: waits for so many nanoseconds; false where the work is to end.
    mutating func pay(_ bytes: Int, pause: (Int64) -> Bool) {
        guard let bytesPerSecond else { return }
        // What was not used is not saved up.
        due = max(due, time.bootNanoseconds())
        due += Int64(Double(bytes) / Double(bytesPerSecond) * 1e9)
        while true {
            let left = due - time.bootNanoseconds()
            if left < Self.nanosecondsMin || !pause(min(left, Self.nanosecondsMax)) { return }
        }
    }

    /// Shorter pauses are saved up; within the longest one it is heard that the work is to end.
    private static let nanosecondsMin: Int64 = 5_000_000
    private static let nanosecondsMax: Int64 = 100_000_000
}
