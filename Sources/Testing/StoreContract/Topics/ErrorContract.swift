internal import Daybook

/// Refusals say what, why, what to do and where, and change nothing.
enum ErrorContract {
    static let cases: [ContractCase] = [
        ContractCase("Every refusal says what, why, what to do and where") { store in
            try await store.add(1, to: "account-1")
            try await store.add(2, to: "account-2")
            try await store.delete("account-2", .tombstone, expecting: .any)
            var marked = Append()
            marked.tracking = TrackingMark(consumer: "importer", from: [1], to: [2])
            var recorded = RecordContract.records(("owner", "key", []))
            recorded.records[0].condition = .sequence(1)
            let refusals: [(StoreError.Code, String, Append)] = [
                (
                    .wrongRevision, "account-1",
                    Append([.sample(9)], to: "account-1", expecting: .none)
                ),
                (.streamDeleted, "account-2", Append([.sample(9)], to: "account-2")),
                (.conflict, "position 1", QueryConditionContract.conditional(9, .all, after: 0)),
                (.wrongToken, "importer", marked), (.wrongToken, "key", recorded),
                (
                    .partialDuplicate, "account-1",
                    Append([.sample(1), .sample(9)], to: "account-1")
                ),
                (.invalid, "event 1", Append([.sample(8), Event(type: "")], to: "account-1")),
                (.invalid, "$all", Append([.sample(8)], to: "$all")),
                (.invalid, "7", QueryConditionContract.conditional(9, .all, after: 7)),
                (.tooLarge, "256", Append([.sample(8, tags: tooManyTags)], to: "account-1")),
            ]
            for (code, mention, append) in refusals {
                let error = try await expectError(code, mention) { try await store.append(append) }
                for text in [error.what, error.why, error.remedy] {
                    try expect(!text.isEmpty, "\(code): what, why and remedy are said")
                }
                try expect(
                    error.description.contains(mention), "\(code) tells \(mention): \(error)")
            }
            try expectEqual(try await store.headPosition(), 3)
        },
        ContractCase("A refusal is told where the stream or the event is") { store in
            try await store.add(1, to: "account-1")
            let wrong = try await expectError(.wrongRevision) {
                try await store.add(2, to: "account-1", expecting: .revision(5))
            }
            try expectEqual(wrong.actual, .live(last: 0))
            try expect(wrong.place?.contains("account-1") == true, "its place is the stream")
            try expectEqual(wrong.stream, "account-1")
            let long = String(repeating: "a", count: 900)
            let missing = try await expectError(.streamNotFound) {
                try await store.events(Read(.stream(long)))
            }
            try expectEqual(missing.stream, long, "a long name is told in full")
            let conflict = try await expectError(.conflict) {
                try await store.append(QueryConditionContract.conditional(9, .all, after: 0))
            }
            try expectEqual(conflict.position, 1)
        },
        ContractCase("A closed store answers nothing but closed") { store in
            try await store.add(1, to: "account-1")
            let cursor = try store.cursor(Read())
            try await store.close()
            try await store.close()
            try await expectError(.closed) { try await store.add(2, to: "account-1") }
            try await expectError(.closed) { try await store.delete("account-1") }
            try await expectError(.closed) { try await store.events(Read()) }
            try await expectError(.closed) { try await cursor.next() }
            try await expectError(.closed) { try await store.subscribe(Subscription()) }
            try await expectError(.closed) { try await store.head() }
            try await expectError(.closed) { try await store.stream("account-1") }
            try await expectError(.closed) {
                try await store.streams(prefix: "", after: nil, limit: 1)
            }
            try await expectError(.closed) { try await store.record(owner: "o", key: "k") }
            try await expectError(.closed) {
                try await store.records(owner: "o", after: nil, limit: 1)
            }
            try await expectError(.closed) { try await store.tracking("c") }
        },
        ContractCase("After a refusal the store goes on as before") { store in
            for number in 0..<20 {
                try await expectError(.wrongRevision) {
                    try await store.add(100 + number, to: "account-1", expecting: .revision(99))
                }
                let answer = try await store.add(number, to: "account-1")
                try expectEqual(answer.firstPosition, Position(number + 1))
            }
            try expectEqual(try await store.numbers(Read()), Array(0..<20))
        },
    ]

    private static let tooManyTags = Set((0...Limits.eventTagsMax).map { "\($0)" })
}
