package import Daybook
package import DaybookJournal
package import DaybookPlatform

extension EmbeddedStore {
    /// Begins a read that goes on step by step. What `cursor` throws of the journal comes with the first step.
    /// - Throws: `invalid`, `closed`.
    package func stepped(_ read: Read) throws(StoreError) -> SteppedRead {
        try read.validate()
        try checkOpen()
        return SteppedRead(read, of: self)
    }

    /// Begins to follow step by step. A checkpoint that does not belong here is refused by the first step.
    /// - Throws: `invalid`, `wrongCheckpoint`, `closed`.
    package func stepped(_ subscription: Subscription) throws(StoreError) -> SteppedSubscription {
        try subscription.validate()
        try checkOpen()
        let head = headPosition
        switch subscription.start {
        case .beginning: return SteppedSubscription(subscription, after: 0, of: self)
        case .now: return SteppedSubscription(subscription, after: head, of: self)
        case .after(let position):
            if position > head {
                throw journal.view.damage ?? .beyondHead(position, head: head)
            }
            return SteppedSubscription(subscription, after: position, of: self)
        case .checkpoint(let place):
            return SteppedSubscription(subscription, after: place.position, of: self)
        }
    }

    /// What a soft deletion, or metadata that truncate all, did to a stream: the event that says so has a position.
    package func softDeletion(
        of stream: String, at position: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> SoftDeletion {
        try journal.view.softDeletion(of: stream, at: position, mode)
    }

    /// What calls `heard` when there is more to read than there was, once it is armed.
    /// - Parameter heard: called on a thread of the store's that must not be kept waiting.
    package func watchHead(_ heard: @escaping @Sendable () -> Void) -> HeadWatch {
        HeadWatch(journal.view.watermark, heard)
    }
}
