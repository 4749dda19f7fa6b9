internal import Daybook

/// System records: the last value under (owner, key) counts.
enum RecordContract {
    static let cases: [ContractCase] = [
        ContractCase("A key that was never recorded has no value") { store in
            try expectEqual(try await store.record(owner: "queue", key: "k"), nil)
            try expectEqual(try await store.records(owner: "queue", after: nil, limit: 10), [])
        },
        ContractCase("Records are numbered from 1 without gaps, over all owners") { store in
            try await store.append(records(("a", "x", [1]), ("b", "x", [2])))
            try await store.add(1, to: "account-1")
            try await store.append(records(("a", "y", [3])))
            try await store.append(records(("a", "x", [4])))
            try expectEqual(
                try await store.record(owner: "a", key: "x"),
                RecordValue(key: "x", value: [4], sequence: 4))
            try expectEqual(try await store.record(owner: "b", key: "x")?.sequence, 2)
            try expectEqual(try await store.record(owner: "a", key: "y")?.sequence, 3)
            try expectEqual(try await store.headPosition(), 1)
        },
        ContractCase("An empty value is a value, and a removal takes it and a number") { store in
            try await store.append(records(("a", "x", [])))
            try expectEqual(
                try await store.record(owner: "a", key: "x"),
                RecordValue(key: "x", value: [], sequence: 1))
            try await store.append(records(("a", "x", nil)))
            try expectEqual(try await store.record(owner: "a", key: "x"), nil)
            try await store.append(records(("a", "never", nil)))
            try await store.append(records(("a", "x", [7])))
            try expectEqual(try await store.record(owner: "a", key: "x")?.sequence, 4)
        },
        ContractCase("Only one owner can win: conditions on what stands under a key") { store in
            let free = conditional([1], .none)
            try await store.append(free)
            try await expectError(.wrongToken) { try await store.append(free) }
            for condition in [.none, .sequence(0), .sequence(2)] as [SystemRecord.Condition] {
                try await expectError(.wrongToken, "\(condition)") {
                    try await store.append(conditional([2], condition))
                }
            }
            try expectEqual(try await store.record(owner: "lease", key: "k")?.value, [1])
            try await store.append(conditional([2], .sequence(1)))
            try await expectError(.wrongToken) {
                try await store.append(conditional([3], .sequence(1)))
            }
            try await store.append(conditional(nil, .sequence(2)))
            // The removal has a number, but no value stands there that would have it.
            try await expectError(.wrongToken) {
                try await store.append(conditional([4], .sequence(3)))
            }
            try await store.append(conditional([5], .none))
            try expectEqual(
                try await store.record(owner: "lease", key: "k"),
                RecordValue(key: "k", value: [5], sequence: 4))
        },
        ContractCase("One failing record, and nothing of the append is recorded") { store in
            try await store.append(records(("a", "x", [1])))
            var append = records(("a", "y", [2]), ("a", "z", [3]))
            append.records[1].condition = .sequence(1)
            append.add([.sample(1)], to: "account-1")
            append.tracking = TrackingMark(consumer: "importer", from: nil, to: [1])
            let refused = append
            try await expectError(.wrongToken) { try await store.append(refused) }
            try expectEqual(try await store.record(owner: "a", key: "y"), nil)
            try expectEqual(try await store.headPosition(), 0)
            try expectEqual(try await store.tracking("importer"), nil)
            append.records[1].condition = .none
            try await store.append(append)
            try expectEqual(try await store.record(owner: "a", key: "z")?.sequence, 3)
        },
        ContractCase("A key twice in one append is refused") { store in
            try await expectError(.invalid) {
                try await store.append(records(("a", "x", [1]), ("a", "x", [2])))
            }
            try await store.append(records(("a", "x", [1]), ("b", "x", [2])))
            // Owner and key are two texts, not one.
            try await store.append(records(("ab", "c", [3]), ("a", "bc", [4])))
            try expectEqual(try await store.record(owner: "ab", key: "c")?.value, [3])
            try expectEqual(try await store.record(owner: "a", key: "bc")?.value, [4])
        },
        ContractCase("Two spellings of one name are two owners, and two keys") { store in
            let (one, other) = ("caf\u{E9}", "cafe\u{301}")
            try await store.append(records((one, one, [1]), (one, other, [2]), (other, one, [3])))
            try expectEqual(try await store.record(owner: one, key: one)?.value, [1])
            try expectEqual(try await store.record(owner: one, key: other)?.value, [2])
            try expectEqual(try await store.record(owner: other, key: one)?.value, [3])
            try expectEqual(try await store.record(owner: other, key: other), nil)
        },
        ContractCase("Keys of an owner are listed by the order of their bytes, in pages") { store in
            let keys = ["b", "a", "ä", "aa", "Z", "z", "a-"]
            for key in keys { try await store.append(records(("a", key, [1]))) }
            try await store.append(records(("a", "aa", nil), ("b", "other", [1])))
            let expected = ["Z", "a", "a-", "b", "z", "ä"]
            let all = try await store.records(owner: "a", after: nil, limit: 100)
            try expectEqual(all.map(\.key), expected)
            var paged: [String] = []
            while true {
                let page = try await store.records(owner: "a", after: paged.last, limit: 2)
                if page.isEmpty { break }
                try expect(page.count <= 2, "a page holds at most as many as asked for")
                paged += page.map(\.key)
            }
            try expectEqual(paged, expected)
            // After a key that is not there: what comes behind its place.
            let behind = try await store.records(owner: "a", after: "aa", limit: 1)
            try expectEqual(behind.map(\.key), ["b"])
            try expectEqual(try await store.records(owner: "a", after: nil, limit: 0), [])
        },
        ContractCase("Reads and subscriptions do not see records") { store in
            try await store.append(records(("a", "x", [1])))
            try await store.add(1, to: "account-1")
            try expectEqual(try await store.numbers(Read(includesSystemStreams: true)), [1])
            let follower = try await Follower(store, Subscription(includesSystemStreams: true))
            try await follower.catchUp()
            try expectEqual(follower.numbers, [1])
        },
    ]

    static func records(_ records: (owner: String, key: String, value: [UInt8]?)...) -> Append {
        var append = Append()
        append.records = records.map {
            SystemRecord(owner: $0.owner, key: $0.key, value: $0.value)
        }
        return append
    }

    private static func conditional(
        _ value: [UInt8]?, _ condition: SystemRecord.Condition
    ) -> Append {
        var append = Append()
        append.records = [
            SystemRecord(owner: "lease", key: "k", value: value, condition: condition)
        ]
        return append
    }
}
