import DaybookPlatform

@testable import DaybookHTTP

/// Keeps why connections were ended, and why others were not taken.
final class NotedEnds: TransportObserver {
    struct Noted: Sendable {
        var refused: [String] = []
        var left: [String] = []
        /// Connections that are closed.
        var gone = 0
        var ended: [(peer: String, complaint: Complaint)] = []
    }
    private let noted = Monitor(Noted())

    /// Waits for it, a minute at most; tells what there was by then.
    func wait(milliseconds: Int64 = 60_000, until isThere: (Noted) -> Bool) -> Noted {
        noted.wait(
            timeoutNanoseconds: milliseconds * 1_000_000, until: { isThere($0) },
            then: { noted, _ in noted })
    }

    func connected() {}
    func disconnected() {
        noted.withLock { $0.gone += 1 }
        noted.signal()
    }
    func received(_ count: Int) {}
    func sent(_ count: Int) {}

    func turnedAway(because words: String) {
        noted.withLock { $0.refused.append(words) }
        noted.signal()
    }

    func left(_ peer: String, because words: String) {
        noted.withLock { $0.left.append(words) }
        noted.signal()
    }

    func ended(_ peer: String, _ complaint: Complaint) {
        noted.withLock { $0.ended.append((peer, complaint)) }
        noted.signal()
    }
}
