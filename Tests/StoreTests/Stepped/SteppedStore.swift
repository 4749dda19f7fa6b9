import Daybook
import DaybookJournal
import DaybookStore
import DaybookStoreContract
import Synchronization

/// A store used as a server uses it, by steps and callbacks; a task waits for each of them, so that the suites of the
/// contract can ask it.
final class SteppedStore: ForwardingStore {
    let inner: EmbeddedStore
    private let submitter = StoreSubmitter()
    /// How often something had to be waited for.
    let waits = Atomic(0)

    init(_ inner: EmbeddedStore) { self.inner = inner }

    func append(_ append: Append) async throws(StoreError) -> Appended {
        try await called { done throws(StoreError) in
            try self.inner.submit(append, from: self.submitter, done: done)
        }
    }

    func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position {
        try await called { done throws(StoreError) in
            try self.inner.submit(
                deleting: stream, kind, expecting: condition, from: self.submitter, done: done)
        }
    }

    func cursor(_ read: Read) throws(StoreError) -> any EventCursor {
        SteppedCursor(try inner.stepped(read), of: self)
    }

    func subscribe(
        _ subscription: Subscription
    ) async throws(StoreError) -> any SubscriptionCursor {
        let stepped = try inner.stepped(subscription)
        // The contract wants it checked at once.
        if case .checkpoint(let place) = subscription.start { try await ask(.check(place)) }
        return SteppedSubscriptionCursor(stepped, of: self)
    }

    func head() async throws(StoreError) -> Checkpoint { try await ask(.head) }

    func stream(_ name: String) async throws(StoreError) -> StreamInfo {
        try await ask(.stream(name))
    }

    func streams(
        prefix: String, after: String?, limit: Int
    ) async throws(StoreError) -> [StreamInfo] {
        try await ask(.streams(prefix: prefix, after: after, limit: limit))
    }

    func record(owner: String, key: String) async throws(StoreError) -> RecordValue? {
        try await ask(.record(owner: owner, key: key))
    }

    func records(
        owner: String, after: String?, limit: Int
    ) async throws(StoreError) -> [RecordValue] {
        try await ask(.records(owner: owner, after: after, limit: limit))
    }

    func tracking(_ consumer: String) async throws(StoreError) -> TrackingToken? {
        try await ask(.tracking(consumer))
    }

    func ask<Value>(_ question: LookUp<Value>) async throws(StoreError) -> Value {
        let inner = inner
        let waits = { _ = self.waits.add(1, ordering: .relaxed) }
        return try await called { done throws(StoreError) in
            switch try inner.lookUp(question, waiting: done) {
            case .found(let value): done(.success(value))
            case .waiting: waits()
            }
        }
    }

    /// Waits for what a call calls back with.
    func called<Value: Sendable>(
        _ body: (@escaping @Sendable (Result<Value, StoreError>) -> Void) throws(StoreError) -> Void
    ) async throws(StoreError) -> Value {
        let answer: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            do throws(StoreError) { try body { continuation.resume(returning: $0) } } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try answer.get()
    }

    /// The next step of a reading, also where it has to wait.
    func step<Reading: SteppedReading>(
        _ reading: inout Reading
    ) async throws(StoreError) -> StoreStep<Reading.Events> {
        let step = try reading.step()
        guard case .waiting = step else { return step }
        waits.add(1, ordering: .relaxed)
        let waiting = reading
        let (next, found) = try await called { waiting.stepWaiting($0) }
        reading = next
        return found
    }
}

/// A stepped read as a cursor.
private final class SteppedCursor: EventCursor {
    private var read: SteppedRead
    private let store: SteppedStore

    init(_ read: SteppedRead, of store: SteppedStore) {
        self.read = read
        self.store = store
    }

    func next() async throws(StoreError) -> EventBatch? {
        while true {
            if Task.isCancelled { throw .cancelled() }
            var read = read
            let step = try await store.step(&read)
            self.read = read
            switch step {
            case .events(let batch): return batch
            case .nothing: await Task.yield()
            case .end: return nil
            default: preconditionFailure("a read is no subscription")
            }
        }
    }
}

/// A stepped subscription as a cursor.
private final class SteppedSubscriptionCursor: SubscriptionCursor {
    private var subscription: SteppedSubscription
    private let store: SteppedStore

    init(_ subscription: SteppedSubscription, of store: SteppedStore) {
        self.subscription = subscription
        self.store = store
    }

    func next() async throws(StoreError) -> SubscriptionSignal? {
        while !Task.isCancelled {
            var next = subscription
            let step = try await store.step(&next)
            subscription = next
            switch step {
            case .events(let batch): return .events(batch)
            case .progress(let position): return .progress(position)
            case .caughtUp: return .caughtUp
            case .nothing: await Task.yield()
            case .atHead(let position): await store.inner.news(beyond: position)
            case .waiting, .end: preconditionFailure("a subscription has no end")
            }
        }
        return nil
    }
}

extension EmbeddedStore {
    /// Waits until there is something behind a position, or the task is cancelled.
    func news(beyond position: Position) async {
        let bell = Bell()
        let watch = watchHead { bell.ring() }
        if !watch.arm(beyond: position) { bell.ring() }
        await withTaskCancellationHandler {
            await bell.wait()
        } onCancel: {
            bell.ring()
        }
        watch.disarm()
    }
}

/// Can be waited for once, and rung any number of times.
private final class Bell: Sendable {
    private let state = Mutex<(hasRung: Bool, waiter: CheckedContinuation<Void, Never>?)>(
        (false, nil))

    func ring() {
        let waiter = state.withLock { state in
            defer { state = (true, nil) }
            return state.waiter
        }
        waiter?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let hasRung = state.withLock { state in
                if !state.hasRung { state.waiter = continuation }
                return state.hasRung
            }
            if hasRung { continuation.resume() }
        }
    }
}
