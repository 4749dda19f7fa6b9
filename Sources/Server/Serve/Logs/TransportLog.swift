internal import DaybookHTTP
internal import DaybookPlatform
internal import Synchronization

/// Counts connections, and tells the log of those that were ended because their clients asked too much: of
/// each reason one in a while, however many there are.
final class TransportLog: TransportObserver {
    private let metrics: TransportMetrics
    private let log: Log
    private let time: any TimeSource
    private let meter = Mutex(TellingMeter<String>())

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

    func ended(_ peer: String, because words: String) {
        metrics.ended(peer, because: words)
        let now = time.bootNanoseconds()
        guard let untold = meter.withLock({ $0.admits(words, at: now) }) else { return }
        log.warning(
            "a connection was ended",
            ["peer": .text(peer), "why": .text(words), "untold": .count(untold)])
    }
}
