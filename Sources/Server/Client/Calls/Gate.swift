internal import Daybook
internal import Synchronization

/// What is under way of a store, for its closing.
final class Gate: Sendable {
    private struct State {
        var isClosed = false
        /// Calls that are answered before it closes.
        var underWay = 0
        /// Reads and subscriptions, which end when it closes.
        var streams: [ObjectIdentifier: @Sendable () -> Void] = [:]
        var waiters: [CheckedContinuation<Void, Never>] = []

        /// Those who waited for what is under way, where nothing is.
        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            if underWay > 0 { return [] }
            defer { waiters = [] }
            return waiters
        }
    }

    private let state = Mutex(State())

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// - Throws: `closed`.
    func check() throws(StoreError) {
        if isClosed { throw .closed() }
    }

    /// Begins a call; `leave` is to follow.
    /// - Throws: `closed`.
    func enter() throws(StoreError) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.underWay += 1 }
            return state.isClosed
        }
        if isClosed { throw .closed() }
    }

    func leave() {
        let waiters = state.withLock { state in
            state.underWay -= 1
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Notes a stream, which is ended where the store is closed, now or later.
    func add(_ stream: any AnyObject & Sendable, _ end: @escaping @Sendable () -> Void) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.streams[ObjectIdentifier(stream)] = end }
            return state.isClosed
        }
        if isClosed { end() }
    }

    func remove(_ stream: ObjectIdentifier) {
        state.withLock { _ = $0.streams.removeValue(forKey: stream) }
    }

    /// Takes nothing new and ends the streams.
    func shut() {
        let streams = state.withLock { state in
            state.isClosed = true
            defer { state.streams = [:] }
            return state.streams
        }
        for end in streams.values { end() }
    }

    /// Waits for the calls under way.
    func settled() async {
        await withCheckedContinuation { continuation in
            let waiters = state.withLock { state in
                state.waiters.append(continuation)
                return state.takeWaiters()
            }
            for waiter in waiters { waiter.resume() }
        }
    }
}
