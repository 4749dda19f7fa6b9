package import Daybook

/// What one step of a read or a subscription came to.
package enum StoreStep<Events: Sendable>: Sendable {
    /// What was asked for, at least one event.
    case events(Events)
    /// Nothing yet: what was looked at was not asked for. Others get their turn, then the next step.
    case nothing
    /// Of a subscription to events that are no list: everything up to this position was looked at, itself included: a
    /// place to resume from.
    case progress(UInt64)
    /// Of a subscription: everything recorded was given; what follows is live.
    case caughtUp
    /// Of a subscription: there is nothing behind this position yet. The next step is due when a `HeadWatch` armed with
    /// it is called.
    case atHead(Position)
    /// It would have to wait for the device: `stepWaiting` does.
    case waiting
    /// Of a read: everything was given. All steps that follow say the same.
    case end
}

extension StoreStep {
    /// The same step, with its events as something else.
    package func map<Other: Sendable>(_ body: (Events) -> Other) -> StoreStep<Other> {
        switch self {
        case .events(let events): .events(body(events))
        case .nothing: .nothing
        case .progress(let place): .progress(place)
        case .caughtUp: .caughtUp
        case .atHead(let position): .atHead(position)
        case .waiting: .waiting
        case .end: .end
        }
    }
}
