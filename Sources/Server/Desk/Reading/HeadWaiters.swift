package import Daybook
internal import DaybookHTTP
internal import DaybookJournal
internal import DaybookStore
internal import Synchronization

/// Goes on when there is something new to read.
package protocol HeadWaiter: AnyObject {
    /// - Parameter position: Up to here there is nothing for it.
    func hasNews(behind position: Position)
}

/// Those of one loop who wait at the head. One call of the store's says to all that something came, those whom it
/// concerns go on, and none has a thread or a task.
final class HeadWaiters: @unchecked Sendable {
    // Safe: all but the watch is used on the loop alone.
    private let store: EmbeddedStore
    private let loop: any EventLoop
    private let woke: @Sendable (Int) -> Void
    private var waiting: [ObjectIdentifier: any HeadWaiter] = [:]
    private var board = HeadBoard<ObjectIdentifier>()
    private var watch: HeadWatch?

    init(
        _ store: EmbeddedStore, on loop: any EventLoop, woke: @escaping @Sendable (Int) -> Void
    ) {
        self.store = store
        self.loop = loop
        self.woke = woke
        watch = store.watchHead { [weak self] in self?.post() }
    }

    /// - Returns: false where there is something behind the position: look again, it is not called.
    func wait(_ waiter: any HeadWaiter, for wait: HeadWait) -> Bool {
        guard watch?.arm(beyond: wait.position) == true else { return false }
        let name = ObjectIdentifier(waiter)
        waiting[name] = waiter
        board.add(name, for: wait.interest, beyond: wait.position, wakeAt: wait.wakeAt)
        return true
    }

    func leave(_ waiter: any HeadWaiter) {
        let name = ObjectIdentifier(waiter)
        waiting[name] = nil
        board.remove(name)
    }

    private func post() { loop.post { self.wake() } }

    private func wake() {
        if board.isEmpty { return }
        let head = store.headPosition
        if let news = store.news(after: board.position, upTo: head) {
            let questions = NewsQuestions(news)
            let woken = board.told(upTo: head, streams: news.streams, isAmong: questions.isAmong)
            woke(woken.count)
            for (name, position) in woken {
                waiting.removeValue(forKey: name)?.hasNews(behind: position)
            }
        }
        if board.isEmpty || watch?.arm(beyond: head) == true { return }
        // More has come meanwhile: others get their turn first.
        if store.headPosition > head { return post() }
        // Nothing will come any more, or there is damage to be told of.
        for name in board.tellAll() { waiting.removeValue(forKey: name)?.hasNews(behind: 0) }
    }
}

/// Where somebody waits, and for what.
package struct HeadWait {
    package var interest: HeadInterest
    /// All up to here was seen.
    package var position: Position
    /// Where he is to be woken in any case.
    package var wakeAt: Position

    package init(interest: HeadInterest, position: Position, wakeAt: Position = .max) {
        self.interest = interest
        self.position = position
        self.wakeAt = wakeAt
    }
}

/// Asks what came about what is waited for.
private final class NewsQuestions {
    private let news: HeadNews
    /// Read once for all filters.
    private lazy var events = news.events

    init(_ news: HeadNews) { self.news = news }

    func isAmong(_ interest: HeadInterest) -> Bool {
        switch interest {
        case .everything, .stream: return true
        case .list(let list): return news.has(list) ?? true
        case .query(let spelled): return news.has(spelled.query) ?? true
        case .filtered(let named):
            let filter = named.filter
            if let query = filter.query { return news.has(query) ?? true }
            guard let events else { return true }
            for index in events.indices where filter.mayWant(events.view(at: index)) {
                return true
            }
            return false
        }
    }
}

/// Those who wait, by loop.
final class HeadRoom: Sendable {
    private let store: EmbeddedStore
    private let woke: @Sendable (Int) -> Void
    private let loops = Mutex<[ObjectIdentifier: HeadWaiters]>([:])

    /// - Parameter woke: told how many went on, each time something came.
    init(_ store: EmbeddedStore, woke: @escaping @Sendable (Int) -> Void) {
        self.store = store
        self.woke = woke
    }

    /// Called on the loop.
    func waiters(on loop: any EventLoop) -> HeadWaiters {
        loops.withLock { loops in
            let key = ObjectIdentifier(loop)
            if let waiters = loops[key] { return waiters }
            let waiters = HeadWaiters(store, on: loop, woke: woke)
            loops[key] = waiters
            return waiters
        }
    }
}
