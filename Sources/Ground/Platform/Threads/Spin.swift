internal import CDaybookPlatform

/// Looks again and again for something that is expected within microseconds: a thread that sleeps instead takes
/// tens of microseconds to wake.
package enum Spin {
    /// Looks until `isThere`, at most so long; whether it is.
    package static func wait(nanoseconds: Int64, until isThere: () -> Bool) -> Bool {
        let time = SystemTime()
        let end = time.bootNanoseconds() + nanoseconds
        while true {
            for _ in 0..<16 {
                if isThere() { return true }
                daybook_pause()
            }
            if time.bootNanoseconds() >= end { return false }
        }
    }
}
