package import Daybook
package import DaybookGRPC
package import DaybookPlatform
package import DaybookStore

/// So many subscriptions may be under way at a time.
package protocol SubscriberPlaces: Sendable {
    /// Takes a place; false where there is none.
    func take() -> Bool
    /// Gives back a place that was taken.
    func leave()
}

/// Reads and subscriptions by KurrentDB's protocol: the method `Read` of its streams.
package final class ReadingService: Sendable {
    let store: EmbeddedStore
    let time: any TimeSource
    let places: any SubscriberPlaces
    let count: @Sendable (Int) -> Void
    let note: @Sendable (StoreError) -> Void
    let room: HeadRoom

    /// - Parameters:
    ///   - patternBytesMax: What the regular expressions of all readers may take.
    ///   - count: Told how many events were sent, each time some were.
    ///   - woke: Told how many subscriptions went on, each time something was recorded.
    ///   - note: Told of every failure of the store, also of those that only concern a request.
    package init(
        _ store: EmbeddedStore, time: any TimeSource, places: any SubscriberPlaces,
        patternBytesMax: Int = PatternRoom.bytesMax,
        count: @escaping @Sendable (Int) -> Void, woke: @escaping @Sendable (Int) -> Void,
        note: @escaping @Sendable (StoreError) -> Void
    ) {
        self.store = store
        self.time = time
        self.places = places
        self.count = count
        self.note = note
        room = HeadRoom(store, PatternRoom(bytesMax: patternBytesMax), woke: woke)
    }

    /// Adds its method.
    package func add(to router: inout GRPCRouter) {
        let service = self
        router.unary(Streams.read) { (request: Streams.ReadRequest, call) throws(GRPCStatus) in
            try service.read(request, call)
        }
    }

    private func read(
        _ request: Streams.ReadRequest, _ call: GRPCCall
    ) throws(GRPCStatus) -> any GRPCAnswer {
        let plan = try ReadingPlan(request.options)
        var filter: EventFilter?
        if let asked = plan.filter {
            filter = try room.waiters(on: call.loop).filters.filter(asked)
        }
        switch plan.extent {
        case .count(let count):
            let answer = ReadAnswer(call, CountedRead(plan, filter, count: count), self)
            answer.begin()
            return answer
        case .subscription: return try follow(plan, filter, call)
        }
    }

    private func follow(
        _ plan: ReadingPlan, _ filter: EventFilter?, _ call: GRPCCall
    ) throws(GRPCStatus) -> any GRPCAnswer {
        let head = store.headPosition
        if case .position(let position) = plan.place, position > head {
            throw GRPCStatus(.beyondHead(position, head: head))
        }
        let interest: HeadInterest =
            switch plan.subject {
            case .stream(let name): .stream(store.hash(ofStream: name))
            case .list(let stream): .list(stream.list)
            case .all: filter.map { .filtered(ObjectIdentifier($0)) } ?? .everything
            }
        let conversation = FollowedRead(plan, filter, interest: interest, head: head, time: time)
        guard places.take() else { throw .tooManySubscriptions }
        call.isEndless()
        let answer = ReadAnswer(call, conversation, self) { [places] in places.leave() }
        call.send { writer in
            Streams.ReadResponse.confirmation(subscription: EventID().description)
                .encode(into: &writer)
        }
        answer.begin()
        return answer
    }
}
