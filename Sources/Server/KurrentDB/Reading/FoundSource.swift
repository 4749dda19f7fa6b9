internal import Daybook
internal import DaybookDesk
internal import DaybookJournal
internal import DaybookPlatform
internal import DaybookStore

/// Where the events of an answer come from.
enum FoundSource: ReadSource {
    case read(SteppedRead)
    case subscription(SteppedSubscription)
    case list(SteppedListRead)
    case listSubscription(SteppedListSubscription)

    /// What a source is to give.
    enum Wanted {
        case read(Read)
        case subscription(Subscription)
        case list(ListRead)
        case listSubscription(EventList, from: Ordinal, resolvesLinks: Bool)
    }

    /// A read of a list: from an ordinal on; nil: from the end that it comes from.
    struct ListRead {
        var list: EventList
        var direction: Read.Direction
        var first: Ordinal?
        var limit: Int?
        var resolvesLinks: Bool
    }

    static func begin(_ wanted: Wanted, in store: EmbeddedStore) throws(StoreError) -> FoundSource {
        switch wanted {
        case .read(let read): .read(try store.stepped(read))
        case .subscription(let subscription): .subscription(try store.stepped(subscription))
        case .list(let read):
            .list(
                try store.stepped(
                    read.list, read.direction, from: read.first, limit: read.limit,
                    tellsReadable: read.resolvesLinks))
        case .listSubscription(let list, let first, let resolvesLinks):
            .listSubscription(
                try store.following(list, from: first, tellsReadable: resolvesLinks))
        }
    }

    var store: EmbeddedStore {
        switch self {
        case .read(let read): read.store
        case .subscription(let subscription): subscription.store
        case .list(let read): read.store
        case .listSubscription(let subscription): subscription.store
        }
    }

    /// Everything up to here was looked at; 0 where that is not known.
    var place: Position {
        switch self {
        case .read, .list: 0
        case .subscription(let subscription): subscription.position
        case .listSubscription(let subscription): subscription.position
        }
    }

    /// Takes it from whoever knows that up to a position nothing was asked for.
    mutating func pass(to position: Position) {
        guard case .subscription(var subscription) = self else { return }
        subscription.pass(to: position)
        self = .subscription(subscription)
    }

    mutating func step(_ mode: ReadMode) throws(ReadFailure) -> StoreStep<FoundEvents> {
        switch self {
        case .read(var read):
            let step = try read.step(mode)
            let found = try Self.found(step, read.store, mode)
            self = .read(read)
            return found
        case .subscription(var subscription):
            let step = try subscription.step(mode)
            let found = try Self.found(step, subscription.store, mode)
            self = .subscription(subscription)
            return found
        case .list(var read):
            let step = try read.step(mode)
            self = .list(read)
            return step.map { .listed($0) }
        case .listSubscription(var subscription):
            let step = try subscription.step(mode)
            self = .listSubscription(subscription)
            return step.map { .listed($0) }
        }
    }

    /// Looks up what the soft deletions among the events did.
    private static func found(
        _ step: StoreStep<EventBatch>, _ store: EmbeddedStore, _ mode: ReadMode
    ) throws(ReadFailure) -> StoreStep<FoundEvents> {
        guard case .events(let batch) = step else { return step.map { .recorded($0, [:]) } }
        var deletions: [Int: SoftDeletion] = [:]
        for index in batch.indices {
            let event = batch.view(at: index)
            guard let stream = SystemEvents.softlyDeleted(by: event) else { continue }
            deletions[index] = try store.softDeletion(of: stream, at: event.position, mode)
        }
        return .events(.recorded(batch, deletions))
    }
}

/// What a step has found: events as they are recorded, with what the soft deletions among them did, or entries of a
/// list.
enum FoundEvents {
    case recorded(EventBatch, [Int: SoftDeletion])
    case listed(ListedEvents)

    var batch: EventBatch {
        switch self {
        case .recorded(let batch, _): batch
        case .listed(let listed): listed.batch
        }
    }

    func note(at index: Int) -> EventNote {
        switch self {
        case .recorded(_, let deletions):
            deletions.isEmpty ? .none : deletions[index].map { .deletion($0) } ?? .none
        case .listed(let listed):
            .entry(listed.ordinal(at: index), isReadable: listed.isReadable(at: index))
        }
    }
}

/// What is known of an event beside what is recorded with it.
enum EventNote {
    case none
    /// It has deleted a stream softly.
    case deletion(SoftDeletion)
    /// It is an entry of a list, and whether a read of its own stream gives it.
    case entry(Ordinal, isReadable: Bool)
}
