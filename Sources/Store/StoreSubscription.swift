internal import Daybook
internal import DaybookJournal
internal import DaybookPlatform

/// Follows the journal: one loop for what there is and for what comes, up to the watermark.
final class StoreSubscription: SubscriptionCursor {
    private static let progressPositionsMax: Position = 10_000
    private static let progressNanosecondsMax: Int64 = 1_000_000_000

    private let store: EmbeddedStore
    private let subscription: Subscription
    private let query: Query?
    private let time: any TimeSource
    /// Everything up to here was looked at.
    private var position: Position
    /// The last place the subscriber knows of, and when it heard.
    private var told: Position
    private var toldAt: Int64
    private var isLive = false

    init(
        store: EmbeddedStore, subscription: Subscription, after position: Position,
        time: any TimeSource
    ) {
        self.store = store
        self.subscription = subscription
        self.time = time
        self.position = position
        told = position
        toldAt = time.bootNanoseconds()
        query = subscription.selection.query
    }

    func next() async throws(StoreError) -> SubscriptionSignal? {
        let view = store.journal.view
        while !Task.isCancelled {
            try store.checkOpen()
            let head = view.watermark.position
            if position < head {
                let batch = try await look(upTo: min(head, told + Self.progressPositionsMax))
                if position < head { isLive = false }
                if let batch {
                    tell(batch.lastPosition)
                    return .events(batch)
                }
                if position < head && !isDue {
                    await Task.yield()
                    continue
                }
            }
            if told < position {
                tell(position)
                return .progress(position)
            }
            if let damage = view.damage { throw damage }
            if !isLive {
                isLive = true
                return .caughtUp
            }
            try await view.watermark.wait(beyond: position)
        }
        return nil
    }

    private var isDue: Bool {
        position - told >= Self.progressPositionsMax
            || time.bootNanoseconds() - toldAt >= Self.progressNanosecondsMax
    }

    private func tell(_ position: Position) {
        told = position
        toldAt = time.bootNanoseconds()
    }

    /// Looks at what follows up to a position, and moves on; nil where nothing of it was asked for.
    private func look(upTo head: Position) async throws(StoreError) -> EventBatch? {
        let view = store.journal.view
        let first = position + 1
        let query = query
        let hidesSystem = !subscription.includesSystemStreams
        let (selection, now) = (subscription.selection, store.now)
        let (batch, lookedAt) = try await store.reading {
            mode throws(ReadFailure) -> (EventBatch, Position) in
            guard let query else {
                let all = try view.batch(from: first, upTo: head, mode)
                let shown = hidesSystem ? all.filtered(upTo: .max) { !$0.isSystem } : all
                return (shown.withoutStubs, all.lastPosition)
            }
            let (found, lookedAt) = try view.batch(
                IndexRequest(
                    query, in: first...head, limit: .max, includesSystemStreams: !hidesSystem),
                mode)
            guard case .stream(let name) = selection, !found.isEmpty else {
                return (found.withoutStubs, lookedAt)
            }
            return (try view.visible(found.withoutStubs, of: name, at: now, mode), lookedAt)
        }
        position = lookedAt
        return batch.isEmpty ? nil : batch
    }
}
