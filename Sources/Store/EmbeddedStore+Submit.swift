public import Daybook
package import DaybookJournal
internal import DaybookPlatform

// Appends by callback, for threads that must not wait.

extension EmbeddedStore {
    /// Has an append recorded and `done` called with the answer, on a thread of the store's that must not be
    /// kept waiting. What is submitted through one `submitter` is decided in this order.
    ///
    /// It takes whatever comes: who submits for others looks at `hasRoom`, and takes nothing more from them until there
    /// is room again.
    /// - Throws: `invalid`, `tooLarge`; then `done` is not called.
    public func submit(
        _ append: Append, from submitter: StoreSubmitter,
        done: @escaping @Sendable (Result<Appended, StoreError>) -> Void
    ) throws(StoreError) {
        let encoded = try journal.encode(append)
        submit(journal.prepare(encoded, from: submitter.submitter, done: done))
    }

    /// An append of events that were encoded as they came, for `submit`: so whoever has it may keep it until it is
    /// answered. Without a submitter, it follows nothing.
    package func prepare(
        _ events: consuming EncodedEvents, _ terms: AppendTerms, from submitter: StoreSubmitter?,
        done: @escaping @Sendable (Result<Appended, StoreError>) -> Void
    ) throws(StoreError) -> PendingAppend {
        let encoded = try journal.encode(events, terms)
        return journal.prepare(encoded, from: submitter?.submitter, done: done)
    }

    /// Has an append recorded that was prepared; once.
    package func submit(_ append: PendingAppend) { journal.submitAtOnce(append) }

    /// Has a stream deleted, as `submit` has an append recorded.
    /// - Parameters:
    ///   - stream: the name of the stream.
    ///   - kind: whether it can be begun anew.
    ///   - condition: what the stream has to be like.
    ///   - submitter: in whose order it is decided.
    ///   - done: called with the position of the event that says so.
    /// - Throws: `invalid`; then `done` is not called.
    public func submit(
        deleting stream: String, _ kind: Deletion, expecting condition: StreamCondition,
        from submitter: StoreSubmitter,
        done: @escaping @Sendable (Result<Position, StoreError>) -> Void
    ) throws(StoreError) {
        let encoded = try encode(deleting: stream, kind, expecting: condition)
        submit(
            journal.prepare(encoded, from: submitter.submitter) { done($0.map(\.lastPosition)) })
    }

    func encode(
        deleting stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) throws(StoreError) -> EncodedAppend {
        let id = EventID(
            randomHigh: environment.randomness.next(), randomLow: environment.randomness.next())
        return try journal.encode(deleting: stream, kind, expecting: condition, id: id)
    }

    /// Whether more appends may come: those accepted and not answered yet hold less than `inFlightBytesMax`.
    public var hasRoom: Bool { journal.hasRoom }

    /// Calls `body` once there is room: now where there is, else on a thread of the store's that must not be kept
    /// waiting. It is called in any case: what is under way is answered, also when the store is closed.
    public func whenRoom(_ body: @escaping @Sendable () -> Void) { journal.whenRoom(body) }
}

/// Keeps the order of the appends submitted through it.
public struct StoreSubmitter: Sendable {
    let submitter = Submitter()
    public init() {}
}
