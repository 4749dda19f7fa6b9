package import Daybook
package import DaybookJournal
package import DaybookPlatform

/// A read or a subscription that goes on step by step, when it is asked to: for threads that must not wait, and which
/// have others to serve between two steps.
///
/// A value: a step that has to wait is made with a copy, elsewhere, and given back. The cursors of the contract are
/// shells around the same values. Dropping it ends it; it holds no thread, and no place in any queue.
package protocol SteppedReading: Sendable {
    associatedtype Events: Sendable
    /// Whose events it reads.
    var store: EmbeddedStore { get }
    /// Looks at a little more: at most a batch of events, or as much of the index as is looked at in one go. Where it
    /// throws it is left as it was: the same step can be made again.
    mutating func step(_ mode: ReadMode) throws(ReadFailure) -> StoreStep<Events>
}

extension SteppedReading {
    /// Looks at a little more of what is in memory, without waiting.
    /// - Throws: `corrupt`, `inputOutput`, `closed`, and of a read what its cursor throws. Then it is over.
    package mutating func step() throws(StoreError) -> StoreStep<Events> {
        try store.checkOpen()
        // Where no threads wait for the device, this one does.
        let mode: ReadMode = store.journal.readers == nil ? .mayBlock : .cachedOnly
        do throws(ReadFailure) { return try step(mode) } catch {
            switch error {
            case .failed(let error): throw error
            case .wouldBlock: return .waiting
            }
        }
    }

    /// Makes the step that said `.waiting`, and waits for the device, on a thread of the store's; the caller goes on
    /// at once.
    /// - Parameter done: called once, with what the step came to and the value to go on with. Whoever does not want to
    ///   go on any more passes over it. It must not be kept waiting; where the store is closed it is called here.
    package func stepWaiting(
        _ done:
            @escaping @Sendable (Result<(next: Self, step: StoreStep<Events>), StoreError>) -> Void
    ) {
        store.answerLater(taken(_:), done)
    }

    /// The same for tasks.
    func awaitStep() async throws(StoreError) -> (next: Self, step: StoreStep<Events>) {
        try await store.waiting(taken(_:))
    }

    /// A step, and what is left behind it.
    private func taken(_ mode: ReadMode) throws(ReadFailure) -> (
        next: Self, step: StoreStep<Events>
    ) {
        var next = self
        let step = try next.step(mode)
        return (next, step)
    }
}
