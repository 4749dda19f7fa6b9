internal import Daybook

/// Appending the same ids again is answered as the first time.
enum IdempotencyContract {
    static let cases: [ContractCase] =
        byRule + [
            ContractCase("A repeated append of several streams, each by its own rule") { store in
                try await store.add(1, to: "account-1")
                try await store.add(2, to: "account-3")
                var append = Append()
                append.add([.sample(10), .sample(11)], to: "account-1", expecting: .revision(0))
                append.add([.sample(12)], to: "account-2", expecting: .none)
                append.add([.sample(13)], to: "account-3")
                append.entries.append(.init(stream: "account-1", event: .sample(14)))
                try await expectRepeatable(append, store)
            },
            ContractCase("Some events recorded before, and others not, is an error") { store in
                try await store.append(Event.samples(1..<3), to: "account-1")
                let tries: [[Int]] = [[1, 3], [3, 1], [2, 3], [1, 2, 3], [0, 1, 2]]
                for numbers in tries {
                    let error = try await expectError(.partialDuplicate, "\(numbers)") {
                        try await store.append(numbers.map { .sample($0) }, to: "account-1")
                    }
                    try expect(error.position != nil, "\(numbers): it tells a position")
                    try expectEqual(error.stream, "account-1")
                    try expectEqual(error.actual, .live(last: 1))
                }
                try expectEqual(try await store.headPosition(), 2)
            },
            ContractCase("All events recorded before, but not as one append, is an error") {
                store in
                try await store.append(Event.samples(1..<3), to: "account-1")
                try await store.add(3, to: "account-1")
                try await store.add(4, to: "account-2")
                try await store.add(5, to: "account-1")
                for numbers in [[2, 1], [1, 3], [3, 5], [5, 3]] {
                    try await expectError(.partialDuplicate, "\(numbers)") {
                        try await store.append(numbers.map { .sample($0) }, to: "account-1")
                    }
                }
            },
            ContractCase("Some recorded in one stream, and others not in another, is an error") {
                store in
                try await store.add(1, to: "account-1", expecting: .none)
                var append = Append()
                append.add([.sample(1)], to: "account-1", expecting: .none)
                append.add([.sample(2)], to: "account-2", expecting: .none)
                let refused = append
                try await expectError(.partialDuplicate) { try await store.append(refused) }
                try expectEqual(try await store.stream("account-2").state, .never)
            },
            ContractCase("The same id in another stream is another event") { store in
                try await store.add(1, to: "account-1")
                let answer = try await store.add(1, to: "account-2")
                try expectEqual(answer.isDuplicate, false)
                var append = Append()
                append.add([.sample(9)], to: "account-1")
                append.add([.sample(9)], to: "account-2")
                try expectEqual(try await store.append(append).isDuplicate, false)
                try expectEqual(try await store.headPosition(), 4)
            },
            ContractCase("An id twice for one stream in one append is refused") { store in
                try await expectError(.invalid) {
                    try await store.append([.sample(1), .sample(2), .sample(1)], to: "account-1")
                }
                try expectEqual(try await store.headPosition(), 0)
            },
            ContractCase("A repeated append is recognised before its conditions are tested") {
                store in
                var append = Append(
                    [.sample(1, tags: ["customer:7"])], to: "account-1", expecting: .none)
                append.conditions["account-2"] = StreamCondition.none
                append.queryCondition = QueryCondition(
                    failIfEventsMatch: .tags(["customer:7"]), after: 0)
                append.tracking = TrackingMark(consumer: "importer", from: nil, to: [1])
                append.records = [
                    SystemRecord(owner: "queue", key: "k", value: [1], condition: .none)
                ]
                let first = try await store.append(append)
                try await store.add(2, to: "account-2")
                let again = try await store.append(append)
                try expectEqual(again.isDuplicate, true)
                try expectEqual(again.firstPosition, first.firstPosition)
                try expectEqual(try await store.record(owner: "queue", key: "k")?.sequence, 1)
            },
            ContractCase("A repeated append changes neither marks nor records") { store in
                try await store.append([.sample(1)], to: "account-1", expecting: .none)
                var append = Append([.sample(1)], to: "account-1", expecting: .none)
                append.tracking = TrackingMark(consumer: "importer", from: nil, to: [1])
                append.records = [SystemRecord(owner: "queue", key: "k", value: [1])]
                try expectEqual(try await store.append(append).isDuplicate, true)
                try expectEqual(try await store.tracking("importer"), nil)
                try expectEqual(try await store.record(owner: "queue", key: "k"), nil)
            },
            ContractCase("A repeated append of a stream deleted since is still recognised") {
                store in
                let append = Append([.sample(1)], to: "account-1", expecting: .none)
                try await store.append(append)
                try await store.delete("account-1")
                try expectEqual(try await store.append(append).isDuplicate, true)
                try await store.delete("account-1", .tombstone, expecting: .any)
                try expectEqual(try await store.append(append).isDuplicate, true)
                try await expectError(.streamDeleted) { try await store.add(2, to: "account-1") }
            },
            ContractCase("The content of a repeated event is not compared") { store in
                try await store.add(1, to: "account-1")
                let other = Event(id: .number(1), type: "withdrawn", data: "{}")
                try expectEqual(try await store.append([other], to: "account-1").isDuplicate, true)
                try expectEqual(try await store.events(Read()).map(\.type), ["deposited"])
            },
            ContractCase("A part of an earlier append is answered as that part") { store in
                try await store.append(Event.samples(1..<5), to: "account-1")
                let answer = try await store.append(Event.samples(2..<4), to: "account-1")
                try expectEqual(
                    answer,
                    Appended(
                        firstPosition: 2, lastPosition: 3,
                        streams: [.init(name: "account-1", lastRevision: 2)], isDuplicate: true))
            },
        ]

    private static let byRule: [ContractCase] = [
        ContractCase("Any: recognised by its ids, whatever came since") { store in
            try await store.add(1, to: "account-1")
            try await expectRepeatable(Append(Event.samples(2..<5), to: "account-1"), store)
        },
        ContractCase("Exists: recognised by its ids, whatever came since") { store in
            try await store.add(1, to: "account-1")
            try await expectRepeatable(
                Append(Event.samples(2..<5), to: "account-1", expecting: .exists), store)
        },
        ContractCase("Revision n: recognised by the ids that follow n") { store in
            try await store.append(Event.samples(0..<2), to: "account-1")
            try await expectRepeatable(
                Append(Event.samples(2..<5), to: "account-1", expecting: .revision(1)), store)
        },
        ContractCase("None: recognised by the first ids of the stream") { store in
            try await expectRepeatable(
                Append(Event.samples(2..<5), to: "account-1", expecting: .none), store)
        },
        ContractCase("None and softDeleted: recognised by the ids at the reopening") { store in
            for (number, condition) in [StreamCondition.none, .softDeleted].enumerated() {
                let stream = "account-\(number)"
                try await store.add(0, to: stream)
                try await store.delete(stream)
                try await expectRepeatable(
                    Append(Event.samples(1..<4), to: stream, expecting: condition), store)
            }
        },
        ContractCase("Behind a reopening, the first ids of the stream are of another life") {
            store in
            let first = Append([.sample(0)], to: "account-1", expecting: .none)
            try await store.append(first)
            try await store.delete("account-1")
            try expectEqual(try await store.append(first).isDuplicate, true)
            try await store.add(1, to: "account-1")
            try await expectError(.wrongRevision) { try await store.append(first) }
            try await store.delete("account-1")
            try expectEqual(
                try await store.add(1, to: "account-1", expecting: .none).isDuplicate, true)
            try expectEqual(try await store.append(first).isDuplicate, false)
        },
        ContractCase("Revision n looks at what follows n and nowhere else") { store in
            try await store.append(Event.samples(0..<3), to: "account-1")
            try await expectError(.wrongRevision) {
                try await store.add(1, to: "account-1", expecting: .revision(1))
            }
            let answer = try await store.add(1, to: "account-1", expecting: .revision(2))
            try expectEqual(answer.isDuplicate, false)
            try expectEqual(try await store.numbers(.stream("account-1")), [0, 1, 2, 1])
            try expectEqual(
                try await store.add(1, to: "account-1", expecting: .revision(0)).firstPosition, 2)
        },
        ContractCase("Where an id stands more than once in a stream, the last counts") { store in
            try await store.append(Event.samples(0..<3), to: "account-1")
            try await store.add(1, to: "account-1", expecting: .revision(2))
            let answer = try await store.add(1, to: "account-1")
            try expectEqual(answer.isDuplicate, true)
            try expectEqual(answer.firstPosition, 4)
            try expectEqual(answer.revision, 3)
        },
        ContractCase("A revision beyond every number is refused, not computed with") { store in
            try await store.add(1, to: "account-1")
            for revision in [Revision.max, Revision.max - 1] {
                try await expectError(.wrongRevision) {
                    try await store.append(
                        Event.samples(2..<5), to: "account-1", expecting: .revision(revision))
                }
            }
        },
    ]

    /// Appends, appends something else, and appends again: the second answer is the first.
    static func expectRepeatable(_ append: Append, _ store: any EventStore) async throws {
        let first = try await store.append(append)
        try expectEqual(first.isDuplicate, false)
        for round in 0..<3 {
            let head = try await store.headPosition()
            let again = try await store.append(append)
            let expected = Appended(
                firstPosition: first.firstPosition, lastPosition: first.lastPosition,
                streams: first.streams, isDuplicate: true)
            try expectEqual(again, expected, "round \(round):")
            try expectEqual(try await store.headPosition(), head)
            for stream in first.streams { try await store.add(900 + round, to: stream.name) }
        }
    }
}
