internal import Daybook
internal import DaybookHTTP
internal import DaybookJournal
internal import DaybookStore
internal import Synchronization

/// Goes on when there is something new to read.
protocol HeadWaiter: AnyObject {
    func hasNews()
}

/// Those of one loop who wait at the head: one call of the store's wakes all of them, and none has a thread or a task.
final class HeadWaiters: @unchecked Sendable {
    // Safe: all but the watch is used on the loop alone.
    private let loop: any EventLoop
    private var waiting: [ObjectIdentifier: any HeadWaiter] = [:]
    private var watch: HeadWatch?

    init(_ store: EmbeddedStore, on loop: any EventLoop) {
        self.loop = loop
        watch = store.watchHead { [weak self] in
            guard let self else { return }
            self.loop.post { self.wake() }
        }
    }

    /// - Returns: false where there is something behind the position: look again, it is not called.
    func wait(_ waiter: any HeadWaiter, beyond position: Position) -> Bool {
        guard watch?.arm(beyond: position) == true else { return false }
        waiting[ObjectIdentifier(waiter)] = waiter
        return true
    }

    func leave(_ waiter: any HeadWaiter) { waiting[ObjectIdentifier(waiter)] = nil }

    private func wake() {
        let all = waiting
        waiting = [:]
        for waiter in all.values { waiter.hasNews() }
    }
}

/// Those who wait, by loop.
final class HeadRoom: Sendable {
    private let store: EmbeddedStore
    private let loops = Mutex<[ObjectIdentifier: HeadWaiters]>([:])

    init(_ store: EmbeddedStore) { self.store = store }

    /// Called on the loop.
    func waiters(on loop: any EventLoop) -> HeadWaiters {
        loops.withLock { loops in
            let key = ObjectIdentifier(loop)
            if let waiters = loops[key] { return waiters }
            let waiters = HeadWaiters(store, on: loop)
            loops[key] = waiters
            return waiters
        }
    }
}
