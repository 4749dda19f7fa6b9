package import Daybook
package import DaybookJournal
package import DaybookPlatform
package import DaybookStore

/// Where the events of an answer come from.
package protocol ReadSource: SteppedReading {
    /// What a source is to give.
    associatedtype Wanted
    /// - Throws: what the store says of a request that cannot be.
    static func begin(_ wanted: Wanted, in store: EmbeddedStore) throws(StoreError) -> Self
    /// Everything up to here was looked at; 0 where that is not known.
    var place: Position { get }
    /// Takes it from whoever knows that up to a position nothing was asked for.
    mutating func pass(to position: Position)
}

/// The events of a read or of a subscription, as they are recorded.
package enum EventSource: ReadSource {
    case read(SteppedRead)
    case subscription(SteppedSubscription)

    package enum Wanted: Hashable, Sendable {
        case read(Read)
        case subscription(Subscription)
    }

    package static func begin(
        _ wanted: Wanted, in store: EmbeddedStore
    ) throws(StoreError) -> EventSource {
        switch wanted {
        case .read(let read): .read(try store.stepped(read))
        case .subscription(let subscription): .subscription(try store.stepped(subscription))
        }
    }

    package var store: EmbeddedStore {
        switch self {
        case .read(let read): read.store
        case .subscription(let subscription): subscription.store
        }
    }

    package var place: Position {
        if case .subscription(let subscription) = self { subscription.position } else { 0 }
    }

    package mutating func pass(to position: Position) {
        guard case .subscription(var subscription) = self else { return }
        subscription.pass(to: position)
        self = .subscription(subscription)
    }

    package mutating func step(_ mode: ReadMode) throws(ReadFailure) -> StoreStep<EventBatch> {
        switch self {
        case .read(var read):
            let step = try read.step(mode)
            self = .read(read)
            return step
        case .subscription(var subscription):
            let step = try subscription.step(mode)
            self = .subscription(subscription)
            return step
        }
    }
}
