package import Daybook
internal import Synchronization

/// How far the journal is durable and indexed: no reader passes it, and subscriptions wait at it.
package final class Watermark: Sendable {
    /// A place to which everything can be read.
    package struct Mark: Hashable, Sendable {
        package var position: Position
        package var frame: UInt64
    }

    fileprivate struct State {
        var mark: Mark
        var ended: StoreError?
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state: Mutex<State>

    package init(_ mark: Mark) { state = Mutex(State(mark: mark)) }

    package var mark: Mark { state.withLock { $0.mark } }
    package var position: Position { mark.position }

    /// Moves on and wakes whoever waits.
    func advance(to mark: Mark) {
        let waiters = state.withLock { state in
            let moved = mark.position > state.mark.position
            state.mark = mark
            return moved ? state.takeWaiters() : []
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Wakes whoever waits, to look around.
    func wake() {
        for waiter in state.withLock({ $0.takeWaiters() }) { waiter.resume() }
    }

    /// Nothing comes any more: waits end with `error`.
    func end(_ error: StoreError) {
        let waiters = state.withLock { state in
            if state.ended == nil { state.ended = error }
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until something stands behind `position`; returns at once when the task is cancelled.
    /// - Throws: what the watermark ended with.
    package func wait(beyond position: Position) async throws(StoreError) {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.mark.position > position || state.ended != nil || Task.isCancelled {
                        return true
                    }
                    state.waiters[number] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
        if let ended = state.withLock({ $0.mark.position > position ? nil : $0.ended }) {
            throw ended
        }
    }
}

extension Watermark.State {
    fileprivate mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
        defer { waiters = [:] }
        return Array(waiters.values)
    }
}
