internal import Daybook

/// Follows a subscription and checks what holds for all of them: events in order, each once;
/// progress never before an event yielded, and never back.
final class Follower {
    private let cursor: any SubscriptionCursor
    private(set) var events: [RecordedEvent] = []
    /// How far the subscription has said that it looked.
    private(set) var position: Position = 0
    private(set) var timesCaughtUp = 0
    private(set) var hasEnded = false

    init(_ cursor: any SubscriptionCursor) { self.cursor = cursor }

    convenience init(_ store: any EventStore, _ subscription: Subscription) async throws {
        self.init(try await store.subscribe(subscription))
    }

    /// Takes one signal; false at the end.
    @discardableResult
    func step() async throws -> Bool {
        guard let signal = try await cursor.next() else {
            hasEnded = true
            return false
        }
        switch signal {
        case .events(let batch):
            try expect(!batch.isEmpty, "a batch of a subscription has events")
            for event in batch.events {
                try expect(
                    event.position > position,
                    "position \(event.position) came after everything to \(position) was looked at")
                position = event.position
                events.append(event)
            }
        case .progress(let scanned):
            try expect(scanned >= position, "progress went back from \(position) to \(scanned)")
            position = scanned
        case .caughtUp:
            timesCaughtUp += 1
        }
        return true
    }

    /// Takes signals until all that was recorded has come, at least once more than before.
    func catchUp() async throws {
        let before = timesCaughtUp
        while timesCaughtUp == before {
            try expect(try await step(), "the subscription ended before it caught up")
        }
    }

    /// Takes signals until it was looked up to a position.
    func take(upTo end: Position) async throws {
        while position < end {
            try expect(try await step(), "the subscription ended before position \(end)")
        }
    }

    /// Takes signals until so many events have come.
    func take(_ count: Int) async throws {
        while events.count < count {
            try expect(try await step(), "the subscription ended before \(count) events")
        }
    }

    /// The numbers of the samples that came.
    var numbers: [Int] { events.map(\.number) }
}
