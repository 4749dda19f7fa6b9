internal import Daybook

/// How far a subscription has come: where to go on when its connection is lost, so that nothing is skipped or comes twice.
struct SubscriptionProgress {
    private let subscription: Subscription
    /// The history it is in, as the server tells it; empty before it has begun.
    private(set) var history = ""
    /// The place up to which everything was given or looked at; nil before the server has begun.
    private var position: Position?

    init(_ subscription: Subscription) { self.subscription = subscription }

    /// What to ask the server for now, with the history: that is what a restored journal is refused by.
    var rest: Subscription {
        var rest = subscription
        if let position { rest.start = .after(position) }
        return rest
    }

    /// The server has begun, behind a position.
    /// - Throws: `notUnderstood` where it has begun elsewhere than it was asked to.
    mutating func began(
        behind start: Position, history: String, from server: ServerAddress
    ) throws(StoreError) {
        if let position, position != start || self.history != history {
            throw .foreign("it goes on elsewhere than it was asked to", server)
        }
        position = start
        self.history = history
    }

    /// Takes a signal of the server.
    /// - Throws: `notUnderstood` where it cannot come here.
    mutating func take(
        _ signal: SubscriptionSignal, from server: ServerAddress
    ) throws(StoreError) {
        guard let position else { throw .foreign("it does not say where it begins", server) }
        switch signal {
        case .caughtUp: break
        case .progress(let scanned):
            if scanned < position { throw .foreign("its progress goes back", server) }
            self.position = scanned
        case .events(let batch):
            guard let first = batch.entries.first, first.position > position,
                batch.isOrdered(.forwards)
            else { throw .foreign("its events are not in order", server) }
            self.position = batch.lastPosition
        }
    }
}
