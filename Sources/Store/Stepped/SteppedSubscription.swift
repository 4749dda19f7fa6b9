package import Daybook
package import DaybookJournal
package import DaybookPlatform

/// Follows the journal: one loop for what there is and for what comes, up to the watermark.
package struct SteppedSubscription: SteppedReading {
    /// Positions that may be passed over before whoever follows is told of it.
    package static let progressPositionsMax: Position = 10_000
    private static let progressNanosecondsMax: Int64 = 1_000_000_000

    package let store: EmbeddedStore
    private let subscription: Subscription
    private let query: Query?
    /// Everything up to here was looked at.
    package private(set) var position: Position
    /// The last place the subscriber knows of, and when it heard.
    private var told: Position
    private var toldAt: Int64
    private var isLive = false
    /// The place to begin behind, as long as nobody knows whether it belongs here.
    private var unchecked: Checkpoint?

    /// - Parameter subscription: validated.
    init(_ subscription: Subscription, after position: Position, of store: EmbeddedStore) {
        self.store = store
        self.subscription = subscription
        self.position = position
        told = position
        toldAt = store.environment.time.bootNanoseconds()
        query = subscription.selection.query
        if case .checkpoint(let place) = subscription.start { unchecked = place }
    }

    /// Takes it from whoever knows that up to a position nothing was asked for: that is not looked at.
    package mutating func pass(to position: Position) {
        if self.position < position { self.position = position }
    }

    package mutating func step(_ mode: ReadMode) throws(ReadFailure) -> StoreStep<EventBatch> {
        if let place = unchecked {
            try LookUp.check(place).answer(store, mode)
            unchecked = nil
        }
        let view = store.journal.view
        let head = view.watermark.position
        if position < head {
            let (batch, lookedAt) = try look(
                upTo: min(head, max(told + Self.progressPositionsMax, position + 1)), view, mode)
            position = lookedAt
            if position < head { isLive = false }
            if !batch.isEmpty {
                tell(batch.lastPosition)
                return .events(batch)
            }
            if position < head && !isDue { return .nothing }
        }
        if told < position {
            tell(position)
            return .progress(position)
        }
        try view.checkEnd()
        if !isLive {
            isLive = true
            return .caughtUp
        }
        return .atHead(position)
    }

    private var isDue: Bool {
        position - told >= Self.progressPositionsMax
            || store.environment.time.bootNanoseconds() - toldAt >= Self.progressNanosecondsMax
    }

    private mutating func tell(_ position: Position) {
        told = position
        toldAt = store.environment.time.bootNanoseconds()
    }

    /// What was asked for of the events that follow, up to a position, and how far was looked.
    private func look(
        upTo head: Position, _ view: JournalView, _ mode: ReadMode
    ) throws(ReadFailure) -> (EventBatch, Position) {
        let hidesSystem = !subscription.includesSystemStreams
        guard let query else {
            let all = try view.batch(from: position + 1, upTo: head, mode)
            let shown = hidesSystem ? all.filtered(upTo: .max) { !$0.isSystem } : all
            return (shown.withoutStubs, all.lastPosition)
        }
        let (found, lookedAt) = try view.batch(
            IndexRequest(
                query, in: position + 1...head, limit: .max, includesSystemStreams: !hidesSystem),
            mode)
        guard case .stream(let name) = subscription.selection, !found.isEmpty else {
            return (found.withoutStubs, lookedAt)
        }
        return (try view.visible(found.withoutStubs, of: name, at: store.now, mode), lookedAt)
    }
}
