internal import Daybook
internal import DaybookPlatform

/// Lets one compaction in at a time, and none once the journal closes.
final class CompactionGate: Sendable {
    private struct State {
        var isRunning = false
        var isStopped = false
    }
    private let state = Monitor(State())

    /// - Throws: `closed`; `invalid` while another one is under way.
    func enter() throws(StoreError) {
        let (isStopped, isRunning) = state.withLock { state in
            let before = (state.isStopped, state.isRunning)
            if !state.isStopped { state.isRunning = true }
            return before
        }
        if isStopped { throw .closed() }
        if isRunning {
            throw .invalid(
                "The journal is being compacted", why: "one compaction runs at a time",
                remedy: "Wait until it is done.")
        }
    }

    func leave() {
        state.withLock { $0.isRunning = false }
        state.broadcast()
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Waits; false where the journal closes.
    func pause(nanoseconds: Int64) -> Bool {
        !state.wait(
            timeoutNanoseconds: nanoseconds, until: { $0.isStopped },
            then: { state, _ in state.isStopped })
    }

    /// Ends what is under way, and waits for that: it is between two blocks within a moment.
    func stop() {
        state.withLock { $0.isStopped = true }
        state.broadcast()
        state.wait(until: { !$0.isRunning }, then: { _ in })
    }
}
