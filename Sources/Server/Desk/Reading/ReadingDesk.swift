package import Daybook
package import DaybookPlatform
package import DaybookStore

/// So many subscriptions may be under way at a time.
package protocol SubscriberPlaces: Sendable {
    /// Takes a place; false where there is none.
    func take() -> Bool
    /// Gives back a place that was taken.
    func leave()
}

/// What all who read from a store and follow it have in common, by whatever protocol: those who wait at its head are
/// woken together.
package final class ReadingDesk: Sendable {
    package let store: EmbeddedStore
    package let time: any TimeSource
    package let places: any SubscriberPlaces
    /// Names the history of the journal: the same as long as positions keep their events, another after a restore.
    package let history: String
    let count: @Sendable (Int) -> Void
    let note: @Sendable (StoreError) -> Void
    let heads: HeadRoom

    /// - Parameters:
    ///   - count: Told how many events were sent, each time some were.
    ///   - woke: Told how many subscriptions went on, each time something was recorded.
    ///   - note: Told of every failure of the store, also of those that only concern a request.
    package init(
        _ store: EmbeddedStore, time: any TimeSource, places: any SubscriberPlaces,
        count: @escaping @Sendable (Int) -> Void, woke: @escaping @Sendable (Int) -> Void,
        note: @escaping @Sendable (StoreError) -> Void
    ) {
        self.store = store
        self.time = time
        self.places = places
        self.count = count
        self.note = note
        let (journal, epoch) = store.identity
        history = "\(journal).\(String(epoch, radix: 16))"
        heads = HeadRoom(store, woke: woke)
    }

    /// Tells those who look after the store of a failure.
    package func note(_ error: StoreError) { note(error) }
}
