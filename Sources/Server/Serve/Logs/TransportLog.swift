internal import DaybookHTTP
internal import DaybookPlatform
internal import Synchronization

/// Counts connections, and tells the log of those that were ended because their clients asked too much: one in a while,
/// however many there are.
final class TransportLog: TransportObserver {
    /// Between two that are told.
    private static let pauseNanoseconds: Int64 = 10_000_000_000

    private let metrics: TransportMetrics
    private let log: Log
    private let time: any TimeSource
    private let told = Mutex((at: Int64.min / 2, untold: 0))

    init(_ metrics: TransportMetrics, _ log: Log, _ time: any TimeSource) {
        self.metrics = metrics
        self.log = log
        self.time = time
    }

    func connected() { metrics.connected() }
    func turnedAway() { metrics.turnedAway() }
    func disconnected() { metrics.disconnected() }
    func received(_ count: Int) { metrics.received(count) }
    func sent(_ count: Int) { metrics.sent(count) }

    func ended(because words: String) {
        metrics.ended(because: words)
        let now = time.bootNanoseconds()
        let untold: Int? = told.withLock { told in
            if now - told.at < Self.pauseNanoseconds {
                told.untold += 1
                return nil
            }
            defer { told = (now, 0) }
            return told.untold
        }
        guard let untold else { return }
        log.warning("a connection was ended", ["why": .text(words), "untold": .count(untold)])
    }
}
