internal import DaybookHTTP
internal import DaybookPlatform
internal import Synchronization

/// Counts connections, and tells the log of those that this end has ended or not taken: of each reason one in a while,
/// however many there are.
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
    func disconnected() { metrics.disconnected() }
    func received(_ count: Int) { metrics.received(count) }
    func sent(_ count: Int) { metrics.sent(count) }

    func turnedAway(because words: String) {
        metrics.turnedAway(because: words)
        guard let untold = untold(words) else { return }
        log.warning("a connection was refused", ["why": .text(words), "untold": .count(untold)])
    }

    func ended(_ peer: String, _ complaint: Complaint) {
        metrics.ended(peer, complaint)
        guard let untold = untold(complaint.words) else { return }
        let fields: LogFields = [
            "peer": .text(peer), "why": .text(complaint.words), "untold": .count(untold),
        ]
        let message = "a connection was ended"
        switch complaint.cause {
        case .tooMuch, .failure: log.warning(message, fields)
        case .unreadable, .tooSlow, .silent: log.info(message, fields)
        case .idle: log.debug(message, fields)
        }
    }

    func left(_ peer: String, because words: String) {
        metrics.left(peer, because: words)
        guard let untold = untold(words) else { return }
        log.info(
            "a client ended its connection",
            ["peer": .text(peer), "why": .text(words), "untold": .count(untold)])
    }

    private func untold(_ words: String) -> Int? {
        let now = time.bootNanoseconds()
        return meter.withLock { $0.admits(words, at: now) }
    }
}
