package import Daybook
internal import Synchronization

/// The simplest possible engine: a journal of arrays behind a lock, gone when it is dropped.
///
/// It is the oracle of `RandomContract` and passes the suite itself.
package final class ModelStore: EventStore {
    struct State {
        var journal: ModelJournal
        var isClosed = false
        /// Who waits for something to happen, by a number of their own.
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0

        func checkOpen() throws(StoreError) {
            if isClosed { throw .closed() }
        }
    }

    private let state: Mutex<State>
    private let clock: @Sendable (_ head: Position) -> Timestamp

    /// An empty store.
    /// - Parameter clock: the time of an append, given the head before it; a millisecond for each
    ///   event unless said otherwise.
    package convenience init(
        id: EventID = EventID(), conditionCandidatesMax: Int = Limits.conditionCandidatesMax,
        clock: @escaping @Sendable (_ head: Position) -> Timestamp = ModelStore.millisecondAnEvent
    ) {
        self.init(
            ModelJournal(id: id, conditionCandidatesMax: conditionCandidatesMax), clock: clock)
    }

    private init(
        _ journal: ModelJournal, clock: @escaping @Sendable (_ head: Position) -> Timestamp
    ) {
        state = Mutex(State(journal: journal))
        self.clock = clock
    }

    /// Time that follows from the journal alone, beginning with the year 2020.
    package static let millisecondAnEvent: @Sendable (_ head: Position) -> Timestamp = { head in
        Timestamp(microseconds: 1_577_836_800_000_000 + Int64(head) * 1000)
    }

    /// Another store over what this one holds, as if it had been opened again.
    package func reopened() -> ModelStore {
        ModelStore(state.withLock { $0.journal }, clock: clock)
    }

    @discardableResult
    package func append(_ append: Append) async throws(StoreError) -> Appended {
        try change { (journal, now) throws(StoreError) in try journal.append(append, at: now) }
    }

    @discardableResult
    package func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position {
        try change { (journal, now) throws(StoreError) in
            try journal.delete(stream, kind, expecting: condition, at: now)
        }
    }

    package func head() async throws(StoreError) -> Checkpoint {
        try ask { (journal) in journal.checkpoint }
    }

    package func stream(_ name: String) async throws(StoreError) -> StreamInfo {
        try StreamName.validate(name)
        return try ask { (journal) in journal.info(name, at: clock(journal.head)) }
    }

    package func streams(
        prefix: String, after: String?, limit: Int
    ) async throws(StoreError) -> [StreamInfo] {
        try Limits.validate(limit: limit)
        return try ask { (journal) in
            journal.streamNames()
                .filter { $0.utf8.starts(with: prefix.utf8) && $0.follows(after) }
                .filter { !StreamName.isSystem($0) || StreamName.isSystem(prefix) }
                .prefix(limit).map { journal.info($0, at: clock(journal.head)) }
        }
    }

    package func record(owner: String, key: String) async throws(StoreError) -> RecordValue? {
        try SystemRecord.validate(owner: owner, key: key)
        return try ask { (journal) in journal.record(owner: owner, key: key) }
    }

    package func records(
        owner: String, after: String?, limit: Int
    ) async throws(StoreError) -> [RecordValue] {
        try NameKind.owner.validate(owner, limit: Limits.recordKeyBytesMax)
        try Limits.validate(limit: limit)
        return try ask { (journal) in
            Array(journal.records(owner: owner).filter { $0.key.follows(after) }.prefix(limit))
        }
    }

    package func tracking(_ consumer: String) async throws(StoreError) -> TrackingToken? {
        try NameKind.consumer.validate(consumer)
        return try ask { (journal) in journal.tracking(consumer) }
    }

    package func cursor(_ read: Read) throws(StoreError) -> any EventCursor {
        try read.validate()
        let journal = state.withLock { $0.journal }
        return ModelCursor(store: self, journal: journal, read: read)
    }

    package func close() async throws(StoreError) {
        let waiting = state.withLock { state in
            state.isClosed = true
            return state.takeWaiting()
        }
        for waiter in waiting { waiter.resume() }
    }

    /// The time of whoever reads now.
    func now(_ journal: ModelJournal) -> Timestamp { clock(journal.head) }

    /// Changes the journal and wakes all who wait for that.
    @discardableResult
    func change<Answer: Sendable>(
        _ body: (inout ModelJournal, Timestamp) throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        let (answer, waiting) = try state.withLock { (state) throws(StoreError) in
            try state.checkOpen()
            let answer = try body(&state.journal, clock(state.journal.head))
            return (answer, state.takeWaiting())
        }
        for waiter in waiting { waiter.resume() }
        return answer
    }

    /// Asks the journal; `closed` where there is nobody to answer.
    func ask<Answer: Sendable>(
        _ body: (ModelJournal) throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        try state.withLock { (state) throws(StoreError) in
            try state.checkOpen()
            return try body(state.journal)
        }
    }

    /// Waits until the head is beyond a position, the store is closed, or the task is cancelled.
    func wait(beyond position: Position) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                // A handler that ran before this found nobody to wake; then the task is cancelled
                // by now.
                let isDone = state.withLock { state in
                    if state.isClosed || state.journal.head > position || Task.isCancelled {
                        return true
                    }
                    state.waiting[number] = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }
}

extension ModelStore.State {
    fileprivate mutating func takeWaiting() -> [CheckedContinuation<Void, Never>] {
        defer { waiting = [:] }
        return Array(waiting.values)
    }
}

extension String {
    /// Whether it comes behind a name, by the order of their bytes; everything does where there is
    /// none.
    fileprivate func follows(_ other: String?) -> Bool {
        guard let other else { return true }
        return other.utf8.lexicographicallyPrecedes(utf8)
    }
}
