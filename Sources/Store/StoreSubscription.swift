internal import Daybook
internal import DaybookJournal

/// A stepped subscription, for tasks.
final class StoreSubscription: SubscriptionCursor {
    private var subscription: SteppedSubscription

    init(_ subscription: SteppedSubscription) { self.subscription = subscription }

    func next() async throws(StoreError) -> SubscriptionSignal? {
        while !Task.isCancelled {
            var step = try subscription.step()
            if case .waiting = step {
                let (next, made) = try await subscription.awaitStep()
                subscription = next
                step = made
            }
            switch step {
            case .events(let batch):
                if subscription.store.turns.isOver(events: batch.count) { await Task.yield() }
                return .events(batch)
            case .progress(let position): return .progress(position)
            case .caughtUp: return .caughtUp
            case .atHead(let position):
                try await subscription.store.journal.view.watermark.wait(beyond: position)
            case .nothing, .waiting, .end: await Task.yield()
            }
        }
        return nil
    }
}
