package import Daybook
package import DaybookGRPC
internal import DaybookHTTP
package import DaybookPlatform
package import DaybookStore

/// Where all protocols of a server meet one journal: what reads it, follows it and writes to it.
package struct StoreDesk: Sendable {
    /// What those who look after a server are told, and what all of its journals share.
    package struct Surroundings: Sendable {
        package var time: any TimeSource
        /// A subscription takes one of these, or is refused.
        package var places: any SubscriberPlaces
        /// Bytes of events that wait for the rest of their append, of all clients together.
        package var incomingBytes: ClientBytes
        /// Told how many events were sent, each time some were.
        package var read: @Sendable (Int) -> Void = { _ in }
        /// Told how many subscriptions went on, each time something was recorded.
        package var woke: @Sendable (Int) -> Void = { _ in }
        /// Told of each append that was recorded, and how long that took, on a thread of the store's. A deletion is an
        /// append of one event.
        package var appended: @Sendable (_ events: Int, _ nanoseconds: Int64) -> Void = { _, _ in }
        /// Told of each further journal that was opened, once.
        package var opened: @Sendable (EmbeddedStore) -> Void = { _ in }
        /// Told of every failure of the store, also of those that only concern a request.
        package var note: @Sendable (StoreError) -> Void = { _ in }

        package init(
            time: any TimeSource, places: any SubscriberPlaces, incomingBytesMax: Int
        ) {
            self.time = time
            self.places = places
            incomingBytes = ClientBytes(
                .events, bytesMax: incomingBytesMax, requestBytesMax: Limits.appendBytesMax)
        }
    }

    package let reading: ReadingDesk
    package let appends: AppendDesk
    package var store: EmbeddedStore { reading.store }

    package init(_ store: EmbeddedStore, _ surroundings: Surroundings) {
        reading = ReadingDesk(
            store, time: surroundings.time, places: surroundings.places, count: surroundings.read,
            woke: surroundings.woke, note: surroundings.note)
        appends = AppendDesk(
            store, time: surroundings.time, incomingBytes: surroundings.incomingBytes,
            count: surroundings.appended, note: surroundings.note)
    }
}
