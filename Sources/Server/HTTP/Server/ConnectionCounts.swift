internal import DaybookPlatform

/// How many connections a server has on all its loops.
final class ConnectionCounts: Sendable {
    private let open = Monitor(0)
    private let openMax: Int
    /// Told of each, and of what comes in and goes out.
    let observer: (any TransportObserver)?

    init(max: Int, observer: (any TransportObserver)? = nil) {
        openMax = max
        self.observer = observer
    }

    var count: Int { open.withLock { $0 } }

    /// Counts one more, unless there are as many as may be.
    func admits() -> Bool {
        let isAdmitted = open.withLock { open in
            if open == openMax { return false }
            open += 1
            return true
        }
        if isAdmitted {
            observer?.connected()
        } else {
            observer?.turnedAway(because: "there are as many connections as may be")
        }
        return isAdmitted
    }

    /// Tells of one that the system did not give.
    func failed(_ error: Errno) { observer?.turnedAway(because: "the system refused it: \(error)") }

    func left() {
        let isLast = open.withLock { open in
            open -= 1
            return open == 0
        }
        observer?.disconnected()
        if isLast { open.broadcast() }
    }

    /// Waits until there are none, at most so long; tells how many are left.
    func waitForNone(milliseconds: Int) -> Int {
        open.wait(
            timeoutNanoseconds: Int64(milliseconds) * 1_000_000, until: { $0 == 0 },
            then: { open, _ in open })
    }
}
