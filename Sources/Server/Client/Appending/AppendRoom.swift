internal import Synchronization

/// How much may be under way at a time: whoever comes when all is taken waits, in the order of coming.
final class AppendRoom: Sendable {
    private struct State {
        var appends: Int
        var bytes: Int
        var waiters: [(continuation: CheckedContinuation<Void, Never>, byteCount: Int)] = []

        /// One that is larger than all the room goes in when there is some.
        var isFree: Bool { appends > 0 && bytes > 0 }

        mutating func take(_ byteCount: Int) {
            appends -= 1
            bytes -= byteCount
        }
    }

    private let state: Mutex<State>

    init(appends: Int, bytes: Int) { state = Mutex(State(appends: appends, bytes: bytes)) }

    func enter(_ byteCount: Int) async {
        await withCheckedContinuation { continuation in
            let isIn = state.withLock { state in
                if state.waiters.isEmpty && state.isFree {
                    state.take(byteCount)
                    return true
                }
                state.waiters.append((continuation, byteCount))
                return false
            }
            if isIn { continuation.resume() }
        }
    }

    func leave(_ byteCount: Int) {
        let woken = state.withLock { state in
            state.appends += 1
            state.bytes += byteCount
            var woken: [CheckedContinuation<Void, Never>] = []
            while state.isFree, let next = state.waiters.first {
                state.waiters.removeFirst()
                state.take(next.byteCount)
                woken.append(next.continuation)
            }
            return woken
        }
        for waiter in woken { waiter.resume() }
    }
}
