import Daybook
import DaybookStoreContract

@testable import DaybookCLI

/// Gives events three at a time.
final class FakeCursor: EventCursor {
    private var left: ArraySlice<RecordedEvent>
    private let isMissing: Bool

    init(_ events: [RecordedEvent], isMissing: Bool) {
        left = events[...]
        self.isMissing = isMissing
    }

    func next() async throws(StoreError) -> EventBatch? {
        if isMissing {
            throw StoreError(
                .streamNotFound, "no such stream", why: "it was never written",
                remedy: "Look at its name.")
        }
        if left.isEmpty { return nil }
        defer { left = left.dropFirst(3) }
        return EventBatch(copying: left.prefix(3))
    }
}

/// Follows a `FakeStore`.
final class FakeSubscription: SubscriptionCursor {
    private let store: FakeStore
    private let subscription: Subscription
    private var signals: AsyncStream<Void>.Iterator
    private var at: Position

    init(_ store: FakeStore, _ subscription: Subscription, _ signals: AsyncStream<Void>) {
        self.store = store
        self.subscription = subscription
        self.signals = signals.makeAsyncIterator()
        at =
            switch subscription.start {
            case .after(let position): position
            case .checkpoint(let checkpoint): checkpoint.position
            default: 0
            }
    }

    func next() async throws(StoreError) -> SubscriptionSignal? {
        while true {
            let new = store.events.filter {
                $0.position > at
                    && $0.matches(
                        subscription.selection, system: subscription.includesSystemStreams)
            }
            if !new.isEmpty {
                at = new.last!.position
                return .events(EventBatch(copying: new[...]))
            }
            if await signals.next(isolation: #isolation) == nil { return nil }
        }
    }
}
