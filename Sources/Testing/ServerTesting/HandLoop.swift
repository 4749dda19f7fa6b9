package import DaybookHTTP
internal import Synchronization

/// A loop without a thread, turned by hand, with time that passes when it is told to.
package final class HandLoop: EventLoop {
    private final class Timer: LoopTimer, @unchecked Sendable {
        // Safe: timers are set, cancelled and run by the one thread that turns their loop.
        var body: (() -> Void)?
        let due: Int

        init(_ due: Int, _ body: @escaping () -> Void) {
            self.due = due
            self.body = body
        }

        func cancel() { body = nil }

        func run() {
            let body = body
            self.body = nil
            body?()
        }
    }

    private struct State {
        var posted: [@Sendable () -> Void] = []
        var timers: [Timer] = []
        var now = 0
    }

    private let state = Mutex(State())
    /// One element where something was posted.
    private let news: AsyncStream<Void>
    private let told: AsyncStream<Void>.Continuation

    package init() {
        (news, told) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package var isCurrent: Bool { true }

    /// How many timers may still go off.
    package var pendingTimers: Int {
        state.withLock { state in state.timers.count { $0.body != nil } }
    }

    package func post(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.posted.append(body) }
        told.yield()
    }

    package func after(milliseconds: Int, _ body: @escaping () -> Void) -> any LoopTimer {
        let timer = Timer(state.withLock { $0.now } + milliseconds, body)
        state.withLock { $0.timers.append(timer) }
        return timer
    }

    /// Runs what was posted, and what is posted by that, until there is nothing.
    /// - Returns: whether there was something.
    @discardableResult
    package func turn() -> Bool {
        var hasRun = false
        while true {
            let bodies = state.withLock { state in
                defer { state.posted = [] }
                return state.posted
            }
            if bodies.isEmpty { return hasRun }
            hasRun = true
            for body in bodies { body() }
        }
    }

    /// Turns whenever something is posted, until it is done. For what other threads post.
    package func turn(until isDone: () -> Bool) async {
        var news = news.makeAsyncIterator()
        turn()
        while !isDone() {
            await news.next()
            turn()
        }
    }

    /// Has the timers go off that are due then.
    package func pass(milliseconds: Int) {
        let due = state.withLock { state in
            state.now += milliseconds
            let now = state.now
            defer { state.timers.removeAll { $0.due <= now } }
            return state.timers.filter { $0.due <= now }
        }
        for timer in due { timer.run() }
    }
}
