internal import Daybook

/// Following: what there is, then what comes, by the same loop.
enum SubscriptionContract {
    static let cases: [ContractCase] = [
        ContractCase("What there is comes in order, then that it was all, then what comes") {
            store in
            try await store.append(Event.samples(0..<50), to: "account-1")
            let follower = try await Follower(store, Subscription())
            try await follower.catchUp()
            try expectEqual(follower.numbers, Array(0..<50))
            for number in 50..<60 {
                try await store.add(number, to: "account-\(number % 2)")
                try await follower.take(number + 1)
            }
            try expectEqual(follower.numbers, Array(0..<60))
            try expectEqual(follower.events, try await store.events(Read()))
        },
        ContractCase("An empty store is caught up with at once") { store in
            let follower = try await Follower(store, Subscription())
            try await follower.catchUp()
            try expectEqual(follower.numbers, [])
            try await store.add(1, to: "account-1")
            try await follower.take(1)
            try expectEqual(follower.numbers, [1])
        },
        ContractCase("It begins where it is told to") { store in
            try await store.append(Event.samples(0..<10), to: "account-1")
            let checkpoint = try await store.head()
            let table: [(Subscription.Start, [Int])] = [
                (.beginning, Array(0..<11)), (.after(0), Array(0..<11)),
                (.after(7), [7, 8, 9, 10]),
                (.after(10), [10]), (.now, [10]), (.checkpoint(checkpoint), [10]),
            ]
            var followers: [Follower] = []
            for (start, _) in table {
                followers.append(try await Follower(store, Subscription(from: start)))
            }
            try await store.add(10, to: "account-1")
            for (follower, (start, expected)) in zip(followers, table) {
                try await follower.take(expected.count)
                try expectEqual(follower.numbers, expected, "\(start)")
            }
        },
        ContractCase("It yields what its selection names, and nothing else") { store in
            let followers = try await selections.asyncMap { selection, _ in
                try await Follower(store, Subscription(selection))
            }
            try await fill(store)
            for (follower, (selection, expected)) in zip(followers, selections) {
                try await follower.take(expected.count)
                try expectEqual(follower.numbers, expected, "live \(selection)")
                let late = try await Follower(store, Subscription(selection))
                try await late.catchUp()
                try expectEqual(late.numbers, expected, "late \(selection)")
            }
        },
        ContractCase("A subscription leaves system streams out unless asked for") { store in
            try await store.add(1, to: "account-1")
            try await store.append([.sample(2, type: SystemType.metadata)], to: "$$account-1")
            try await store.add(3, to: "account-1")
            let table: [(Subscription, [Int])] = [
                (Subscription(), [1, 3]), (Subscription(includesSystemStreams: true), [1, 2, 3]),
                (Subscription(.stream("$$account-1")), [2]),
                (Subscription(.query(.types([SystemType.metadata]))), []),
            ]
            for (subscription, expected) in table {
                let follower = try await Follower(store, subscription)
                try await follower.catchUp()
                try expectEqual(follower.numbers, expected, "\(subscription)")
            }
        },
        ContractCase("What a filter passes over is looked at, so that it can be resumed") { store in
            try await store.append(Event.samples(0..<200), to: "account-1")
            let follower = try await Follower(store, Subscription(.query(.types(["withdrawn"]))))
            try await follower.catchUp()
            try expectEqual(follower.numbers, [])
            while follower.position < 200 { try expect(try await follower.step(), "it goes on") }
            try await store.add(200, to: "account-1")
            try await store.add(201, to: "account-1", type: "withdrawn")
            try await follower.take(1)
            try expectEqual(follower.position, 202)
        },
        ContractCase("A long stretch without a match is reported on the way", isSlow: true) {
            store in
            try await store.append(Event.samples(0..<25_000), to: "account-1")
            try await store.add(25_000, to: "account-2", type: "withdrawn")
            let follower = try await Follower(store, Subscription(.query(.types(["withdrawn"]))))
            var reports: [Position] = []
            while follower.events.isEmpty {
                try expect(try await follower.step(), "it goes on")
                reports.append(follower.position)
            }
            let gaps = zip([0] + reports, reports).map { $1 - $0 }
            try expect(
                gaps.allSatisfy { $0 <= 10_000 }, "progress at least every 10,000: \(reports)")
        },
        ContractCase("A stream that does not exist yet can be followed") { store in
            let follower = try await Follower(store, Subscription(.stream("account-1")))
            try await follower.catchUp()
            try await store.add(1, to: "account-2")
            try await store.add(2, to: "account-1")
            try await follower.take(1)
            try expectEqual(follower.numbers, [2])
        },
        ContractCase("A stream is followed through its deletions") { store in
            try await store.add(1, to: "account-1")
            let early = try await Follower(store, Subscription(.stream("account-1")))
            try await early.catchUp()
            try await store.delete("account-1")
            try await store.add(2, to: "account-1")
            try await store.delete("account-1", .tombstone, expecting: .any)
            try await early.take(2)
            let late = try await Follower(store, Subscription(.stream("account-1")))
            try await late.catchUp()
            try expectEqual(early.numbers, [1, 2])
            try expectEqual(late.numbers, [1, 2])
        },
        ContractCase("Requests that cannot be are refused") { store in
            try await store.add(1, to: "account-1")
            let requests = [
                Subscription(from: .after(2)), Subscription(from: .after(.max)),
                Subscription(.stream("")), Subscription(.category("a\u{7F}")),
                Subscription(.query(Query([.init()]))),
            ]
            for request in requests {
                try await expectError(.invalid, "\(request)") { try await store.subscribe(request) }
            }
        },
        ContractCase("A cancelled task ends its subscription with nil") { store in
            try await store.add(1, to: "account-1")
            // Cancelled while it waits, and cancelled before it asks.
            for asksFirst in [true, false] {
                let (caughtUp, signal) = AsyncStream.makeStream(of: Void.self)
                let task = Task {
                    let follower = try await Follower(store, Subscription())
                    if asksFirst {
                        try await follower.catchUp()
                        signal.yield()
                    } else {
                        signal.yield()
                        while !Task.isCancelled { await Task.yield() }
                    }
                    while try await follower.step() {}
                    return follower.hasEnded
                }
                for await _ in caughtUp { break }
                task.cancel()
                try expectEqual(try await task.answer, true)
            }
        },
        ContractCase("Closing the store ends its subscriptions with closed") { store in
            try await store.add(1, to: "account-1")
            let (caughtUp, signal) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                let follower = try await Follower(store, Subscription())
                try await follower.catchUp()
                signal.yield()
                while try await follower.step() {}
            }
            for await _ in caughtUp { break }
            try await store.close()
            try await expectError(.closed) { try await task.answer }
        },
    ]

    private static let selections: [(Selection, [Int])] = [
        (.all, Array(0..<12)), (.stream("account-1"), [1, 4, 7, 10]),
        (.category("account"), [0, 1, 3, 4, 6, 7, 9, 10]),
        (.query(.types(["withdrawn"])), [3, 7, 11]),
        (.query(.tags(["even"])), [0, 2, 4, 6, 8, 10]),
        (.query(.matching(types: ["deposited"], tags: ["even"])), [0, 2, 4, 6, 8, 10]),
        (.query(Query([.init(tags: ["even"], stream: "card-2")])), [2, 8]),
    ]

    private static func fill(_ store: any EventStore) async throws {
        for number in 0..<12 {
            try await store.add(
                number, to: number % 3 == 2 ? "card-2" : "account-\(number % 3)",
                type: number % 4 == 3 ? "withdrawn" : "deposited",
                tags: number % 2 == 0 ? ["even"] : [])
        }
    }
}

extension Array {
    /// The results for each element, one after the other.
    fileprivate func asyncMap<Answer>(
        _ body: (Element) async throws -> Answer
    ) async throws -> [Answer] {
        var answers: [Answer] = []
        for element in self { answers.append(try await body(element)) }
        return answers
    }
}
