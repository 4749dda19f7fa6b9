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
    /// Those who are to be told a while after something came that it is nothing for them.
    private var patient: Set<ObjectIdentifier> = []
    private var isTimed = false
    /// How long they wait, in milliseconds.
    private static let patienceMilliseconds = 1_000

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
        if wait.isPatient { patient.insert(name) }
        return true
    }

    func leave(_ waiter: any HeadWaiter) {
        let name = ObjectIdentifier(waiter)
        waiting[name] = nil
        board.remove(name)
        patient.remove(name)
    }

    private func take(_ name: ObjectIdentifier) -> (any HeadWaiter)? {
        patient.remove(name)
        return waiting.removeValue(forKey: name)
    }

    /// Something came that was nothing for some: they hear so, once for all that comes in the meantime.
    private func tellLater() {
        if isTimed || patient.isEmpty { return }
        isTimed = true
        _ = loop.after(milliseconds: Self.patienceMilliseconds) { [weak self] in
            self?.tellPatient()
        }
    }

    private func tellPatient() {
        isTimed = false
        let (names, told) = (patient, board.position)
        patient = []
        for name in names {
            board.remove(name)
            waiting.removeValue(forKey: name)?.hasNews(behind: told)
        }
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
                take(name)?.hasNews(behind: position)
            }
            tellLater()
        }
        if board.isEmpty || watch?.arm(beyond: head) == true { return }
        // More has come meanwhile: others get their turn first.
        if store.headPosition > head { return post() }
        // Nothing will come any more, or there is damage to be told of.
        for name in board.tellAll() { take(name)?.hasNews(behind: 0) }
    }
}

/// Where somebody waits, and for what.
package struct HeadWait {
    package var interest: HeadInterest
    /// All up to here was seen.
    package var position: Position
    /// Where he is to be woken in any case.
    package var wakeAt: Position
    /// Whether he is to be woken, too, a second after something came that was nothing for him.
    package var isPatient: Bool

    package init(
        interest: HeadInterest, position: Position, wakeAt: Position = .max,
        isPatient: Bool = false
    ) {
        self.isPatient = isPatient
        self.interest = interest
        self.position = position
        self.wakeAt = wakeAt
    }

    /// Waits for what is of interest, and goes on now and then to tell how far it was looked.
    package static func tellingProgress(_ interest: HeadInterest, at position: Position) -> Self {
        let (wakeAt, isTooFar) = position.addingReportingOverflow(
            SteppedSubscription.progressPositionsMax)
        return HeadWait(
            interest: interest, position: position, wakeAt: isTooFar ? .max : wakeAt,
            isPatient: interest != .everything)
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
