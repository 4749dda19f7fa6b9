internal import Daybook
internal import DaybookJournal
internal import DaybookPlatform
internal import DaybookStore

/// Where the events of an answer come from.
enum ReadSource: SteppedReading {
    case read(SteppedRead)
    case subscription(SteppedSubscription)

    var store: EmbeddedStore {
        switch self {
        case .read(let read): read.store
        case .subscription(let subscription): subscription.store
        }
    }

    /// Everything up to here was looked at; 0 where that is not known.
    var place: Position {
        switch self {
        case .read: 0
        case .subscription(let subscription): subscription.position
        }
    }

    mutating func step(_ mode: ReadMode) throws(ReadFailure) -> StoreStep<EventBatch> {
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
