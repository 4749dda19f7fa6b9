internal import Daybook
internal import DaybookJournal
internal import DaybookPlatform

// The three ways to have something looked at: now or not at all, later, or by a task that waits.

extension EmbeddedStore {
    /// Looks at what is in memory, on this thread; nil where that does not do.
    func answering<Value>(
        _ body: (ReadMode) throws(ReadFailure) -> Value
    ) throws(StoreError) -> Value? {
        try checkOpen()
        if journal.readers == nil { return try Self.settle(body) }
        do throws(ReadFailure) { return try body(.cachedOnly) } catch {
            if case .failed(let error) = error { throw error }
            return nil
        }
    }

    /// Looks on a thread that may wait for the device; here where there is none, or none any more.
    func answerLater<Value: Sendable>(
        _ body: @escaping @Sendable (ReadMode) throws(ReadFailure) -> Value,
        _ done: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) {
        if journal.isClosed { return done(.failure(.closed())) }
        let look: @Sendable () -> Void = {
            done(Result { () throws(StoreError) in try Self.settle(body) })
        }
        if let readers = journal.readers { readers.submit(look) } else { look() }
    }

    /// Reads what is in memory here and now, and the rest on a thread that may wait for the device.
    func reading<Value: Sendable>(
        _ body: @escaping @Sendable (ReadMode) throws(ReadFailure) -> Value
    ) async throws(StoreError) -> Value {
        if journal.readers != nil {
            do throws(ReadFailure) { return try body(.cachedOnly) } catch {
                if case .failed(let error) = error { throw error }
            }
        }
        return try await waiting(body)
    }

    /// Reads on a thread that may wait for the device; here where there is none.
    func waiting<Value: Sendable>(
        _ body: @escaping @Sendable (ReadMode) throws(ReadFailure) -> Value
    ) async throws(StoreError) -> Value {
        guard let readers = journal.readers else { return try Self.settle(body) }
        return try await readers.run { () throws(StoreError) in try Self.settle(body) }
    }

    private static func settle<Value>(
        _ body: (ReadMode) throws(ReadFailure) -> Value
    ) throws(StoreError) -> Value {
        do throws(ReadFailure) { return try body(.mayBlock) } catch {
            switch error {
            case .failed(let error): throw error
            case .wouldBlock:
                preconditionFailure("a read that may block does not ask to be repeated")
            }
        }
    }

    /// The event at a position.
    func event(at position: Position, _ mode: ReadMode) throws(ReadFailure) -> RecordedEvent {
        let batch = try journal.view.batch(at: [position], mode)
        return batch[0]
    }
}
