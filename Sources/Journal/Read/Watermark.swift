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
        /// Something has to be looked at that does not move the watermark: nobody waits any more.
        var isAlarmed = false
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
        /// What waits to be called.
        var watches: [ObjectIdentifier: HeadWatch.Armed] = [:]

        /// Whether whoever has seen all up to a position has something to look at.
        func hasNews(beyond position: Position) -> Bool {
            mark.position > position || ended != nil || isAlarmed
        }
    }

    private let state: Mutex<State>

    package init(_ mark: Mark) { state = Mutex(State(mark: mark)) }

    package var mark: Mark { state.withLock { $0.mark } }
    package var position: Position { mark.position }

    /// Moves on and wakes whoever waits.
    func advance(to mark: Mark) {
        let waiting = state.withLock { state in
            let moved = mark.position > state.mark.position
            state.mark = mark
            return moved ? state.takeWaiting() : nil
        }
        waiting?.wake()
    }

    /// Wakes whoever waits, now and from now on, to look at what ends the part that can be read.
    func alarm() {
        let waiting = state.withLock { state in
            state.isAlarmed = true
            return state.takeWaiting()
        }
        waiting.wake()
    }

    /// Nothing comes any more: waits end with `error`.
    func end(_ error: StoreError) {
        let waiting = state.withLock { state in
            if state.ended == nil { state.ended = error }
            return state.takeWaiting()
        }
        waiting.wake()
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
                    if state.hasNews(beyond: position) || Task.isCancelled { return true }
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

// What is called, and not waited for.
extension Watermark {
    /// Has a watch called when something stands behind a position; false where something does.
    func arm(_ watch: HeadWatch, beyond position: Position) -> Bool {
        state.withLock { state in
            if state.hasNews(beyond: position) { return false }
            state.watches[ObjectIdentifier(watch)] = watch.armed
            return true
        }
    }

    func disarm(_ watch: HeadWatch) {
        _ = state.withLock { $0.watches.removeValue(forKey: ObjectIdentifier(watch)) }
    }
}

extension Watermark.State {
    /// Who is to be woken, outside the lock.
    fileprivate struct Waiting {
        var waiters: [UInt64: CheckedContinuation<Void, Never>]
        var watches: [ObjectIdentifier: HeadWatch.Armed]

        func wake() {
            for waiter in waiters.values { waiter.resume() }
            for watch in watches.values { watch.heard() }
        }
    }

    fileprivate mutating func takeWaiting() -> Waiting {
        defer {
            waiters = [:]
            watches = [:]
        }
        return Waiting(waiters: waiters, watches: watches)
    }
}
