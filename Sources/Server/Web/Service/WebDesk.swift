package import Daybook
internal import DaybookGRPC
internal import DaybookHTTP
package import DaybookPlatform
package import DaybookStore

/// What the operations of the API work with.
package final class WebDesk: Sendable {
    let store: EmbeddedStore
    let time: any TimeSource
    /// The largest body.
    let bodyBytesMax: Int
    /// A body that does not go on ends after so long.
    let bodySeconds: Int
    /// Bytes of bodies, of all clients together.
    let held: ClientBytes
    let count: @Sendable (_ events: Int, _ nanoseconds: Int64) -> Void
    let countRead: @Sendable (Int) -> Void
    let note: @Sendable (StoreError) -> Void
    /// Each takes a thread while it goes on.
    let listings = Turns(most: 2)

    /// - Parameters:
    ///   - count: Told of each append that was recorded, and how long that took, on a thread of the store's.
    ///   - countRead: Told how many events were sent, each time some were.
    ///   - note: Told of every failure of the store, also of those that only concern a request.
    package init(
        _ store: EmbeddedStore, time: any TimeSource, bodyBytesMax: Int, bodySeconds: Int,
        heldBytesMax: Int,
        count: @escaping @Sendable (_ events: Int, _ nanoseconds: Int64) -> Void,
        countRead: @escaping @Sendable (Int) -> Void,
        note: @escaping @Sendable (StoreError) -> Void
    ) {
        self.store = store
        self.time = time
        self.bodyBytesMax = bodyBytesMax
        self.bodySeconds = bodySeconds
        held = ClientBytes(.messages, bytesMax: heldBytesMax, requestBytesMax: bodyBytesMax)
        self.count = count
        self.countRead = countRead
        self.note = note
    }
}
