internal import Daybook

/// What was recorded is there when the store is opened again, and goes on from there.
enum ReopeningContract {
    static let cases: [ContractCase] = [
        ContractCase(ofEngine: "An empty store is still empty, and the same journal") {
            store, engine in
            let before = try await store.head()
            let reopened = try await engine.reopen(store)
            try expectEqual(try await reopened.head(), before)
            try expectEqual(try await reopened.add(1, to: "account-1").firstPosition, 1)
            try await reopened.close()
        },
        ContractCase(ofEngine: "Events, streams, marks and records are as they were") {
            store, engine in
            try await fill(store)
            let before = try await picture(of: store)
            var reopened = try await engine.reopen(store)
            try expectEqual(try await picture(of: reopened), before)
            // Once more without a change between.
            reopened = try await engine.reopen(reopened)
            try expectEqual(try await picture(of: reopened), before)
            try await reopened.close()
        },
        ContractCase(ofEngine: "Positions, revisions and record numbers go on") { store, engine in
            try await fill(store)
            let head = try await store.headPosition()
            let reopened = try await engine.reopen(store)
            let answer = try await reopened.add(50, to: "account-1", expecting: .revision(2))
            try expectEqual(answer.firstPosition, head + 1)
            try expectEqual(answer.revision, 3)
            try await reopened.append(RecordContract.records(("queue", "new", [1])))
            try expectEqual(try await reopened.record(owner: "queue", key: "new")?.sequence, 4)
            let reopening = try await reopened.add(51, to: "account-2", expecting: .softDeleted)
            try expectEqual(reopening.revision, 1)
            let times = try await reopened.events(Read(includesSystemStreams: true)).map(
                \.recordedAt)
            try expectEqual(times, times.sorted())
            try await reopened.close()
        },
        ContractCase(ofEngine: "Conditions and repeats are decided as before") { store, engine in
            try await fill(store)
            let reopened = try await engine.reopen(store)
            let head = try await reopened.headPosition()
            let repeats = [
                Append([.sample(1)], to: "account-1", expecting: .none),
                Append(Event.samples(2..<4), to: "account-1", expecting: .revision(0)),
                Append(Event.samples(2..<4), to: "account-1"),
            ]
            for append in repeats {
                try expectEqual(try await reopened.append(append).isDuplicate, true)
            }
            try await expectError(.wrongRevision) {
                try await reopened.add(60, to: "account-1", expecting: .none)
            }
            try await expectError(.streamDeleted) { try await reopened.add(60, to: "account-3") }
            try await expectError(.wrongToken) {
                var append = Append()
                append.tracking = TrackingMark(consumer: "importer", from: nil, to: [9])
                return try await reopened.append(append)
            }
            let conflict = try await expectError(.conflict) {
                try await reopened.append(
                    QueryConditionContract.conditional(60, .tags(["customer:7"]), after: 0))
            }
            try expectEqual(conflict.position, 4)
            try expectEqual(try await reopened.headPosition(), head)
            try await reopened.close()
        },
        ContractCase(ofEngine: "A checkpoint taken before resumes behind it") { store, engine in
            try await fill(store)
            let checkpoint = try await store.head()
            let reopened = try await engine.reopen(store)
            let follower = try await Follower(
                reopened, Subscription(from: .checkpoint(checkpoint)))
            try await follower.catchUp()
            try expectEqual(follower.numbers, [])
            try await reopened.add(50, to: "account-1")
            try await follower.take(1)
            try expectEqual(follower.numbers, [50])
            try await reopened.close()
        },
    ]

    private static func fill(_ store: any EventStore) async throws {
        var first = Append([.sample(1)], to: "account-1", expecting: .none)
        first.tracking = TrackingMark(consumer: "importer", from: nil, to: [1], note: [2])
        first.records = [
            SystemRecord(owner: "queue", key: "a", value: [1]),
            SystemRecord(owner: "queue", key: "b", value: []),
        ]
        try await store.append(first)
        try await store.append(Event.samples(2..<4), to: "account-1")
        try await store.add(4, to: "account-2", tags: ["customer:7"])
        try await store.add(5, to: "account-3")
        try await store.delete("account-2")
        try await store.delete("account-3", .tombstone, expecting: .any)
        try await store.setMetadata(Array("{}".utf8), of: "account-4")
        try await store.append(RecordContract.records(("queue", "a", nil)))
        try await store.append([.full(8)], to: "küche-1")
    }

    /// All that can be asked of a filled store.
    struct Picture: Equatable {
        var head: Checkpoint
        var events: [RecordedEvent]
        var streams: [StreamInfo]
        var records: [RecordValue]
        var tracking: TrackingToken?
        var metadata: [UInt8]?
    }

    private static func picture(of store: any EventStore) async throws -> Picture {
        Picture(
            head: try await store.head(),
            events: try await store.events(Read(includesSystemStreams: true)),
            streams: try await store.streams(prefix: "", after: nil, limit: 100)
                + store.streams(prefix: "$", after: nil, limit: 100),
            records: try await store.records(owner: "queue", after: nil, limit: 100),
            tracking: try await store.tracking("importer"),
            metadata: try await store.metadata(of: "account-4"))
    }
}
