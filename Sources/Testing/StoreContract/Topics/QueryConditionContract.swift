internal import Daybook

/// Conditions over a query: the dynamic consistency boundary.
enum QueryConditionContract {
    static let cases: [ContractCase] = [
        ContractCase("The first event that matches behind the position is in the way") { store in
            try await registrations(in: store)
            let query = Query.matching(types: ["registered"], tags: ["course:a"])
            for (after, conflict) in [(0, 1), (1, 3), (2, 3), (3, 6), (5, 6)]
                as [(Position, Position)]
            {
                let error = try await expectError(.conflict, "after \(after)") {
                    try await store.append(conditional(100, query, after: after))
                }
                try expectEqual(error.position, conflict, "after \(after):")
            }
            try expectEqual(try await store.headPosition(), 6)
            let answer = try await store.append(conditional(100, query, after: 6))
            try expectEqual(answer.firstPosition, 7)
        },
        ContractCase("An item matches any of its types with all of its tags") { store in
            try await registrations(in: store)
            let table: [(Query, Position?)] = [
                (.types(["registered"]), 6), (.types(["left"]), 5), (.types(["left", "x"]), 5),
                (.types(["x"]), nil), (.tags(["course:b"]), 4), (.tags(["student:3"]), 6),
                (.tags(["course:a", "student:2"]), 5), (.tags(["course:b", "student:3"]), nil),
                (.matching(types: ["left"], tags: ["course:b"]), nil),
                (.matching(types: ["left"], tags: ["course:a"]), 5),
                (Query([.init(stream: "course-1")]), 6), (Query([.init(stream: "course-2")]), 4),
                (Query([.init(category: "course")]), 6), (Query([.init(category: "student")]), nil),
                (Query([.init(types: ["left"], stream: "course-2")]), nil),
                (Query([.init(tags: ["student:2"], category: "course")]), 5),
                (.types(["x"]).or(.tags(["course:b"])), 4), (.all, 6),
            ]
            for (query, last) in table {
                // Behind its last match nothing is in the way; before it, that is.
                if let last {
                    let error = try await expectError(.conflict, "\(query)") {
                        try await store.append(conditional(100, query, after: last - 1))
                    }
                    try expectEqual(error.position, last, "\(query)")
                }
                var check = Append()
                check.queryCondition = QueryCondition(failIfEventsMatch: query, after: last ?? 0)
                check.records = [SystemRecord(owner: "test", key: "k", value: [])]
                try await store.append(check)
            }
        },
        ContractCase("The events of the append itself are not in its way") { store in
            let query = Query.tags(["course:a"])
            var append = Append(
                (1..<4).map { .sample($0, tags: ["course:a"]) }, to: "course-1")
            append.queryCondition = QueryCondition(failIfEventsMatch: query, after: 0)
            try expectEqual(try await store.append(append).lastPosition, 3)
        },
        ContractCase("A repeated append finds its own events, not a conflict") { store in
            try await registrations(in: store)
            let query = Query.matching(types: ["registered"], tags: ["course:b"])
            let append = conditional(100, query, after: 4, tags: ["course:b"])
            try await IdempotencyContract.expectRepeatable(append, store)
            // Also where the events do not match the query themselves.
            try await IdempotencyContract.expectRepeatable(
                conditional(101, .types(["x"]), after: 4), store)
        },
        ContractCase("A query condition and a stream condition both count") { store in
            try await registrations(in: store)
            let query = Query.tags(["course:a"])
            var append = conditional(100, query, after: 6)
            append.conditions["course-1"] = StreamCondition.none
            let wrong = append
            try await expectError(.wrongRevision) { try await store.append(wrong) }
            append.conditions["course-1"] = .revision(3)
            append.queryCondition?.after = 5
            let conflicting = append
            try await expectError(.conflict) { try await store.append(conflicting) }
            append.queryCondition?.after = 6
            try expectEqual(try await store.append(append).firstPosition, 7)
        },
        ContractCase("A position beyond the head is refused") { store in
            try await store.add(1, to: "account-1")
            for after in [2, 3, UInt64.max] {
                let error = try await expectError(.invalid) {
                    try await store.append(conditional(2, .all, after: after))
                }
                try expectEqual(error.position, after)
            }
            try await store.append(conditional(2, .all, after: 1))
        },
        ContractCase("System streams are not in the way unless a query names them") { store in
            try await store.add(1, to: "account-1")
            try await store.setMetadata(Array("{}".utf8), of: "account-1")
            try await store.delete("account-1")
            let all = QueryCondition(failIfEventsMatch: .all, after: 1)
            let byType = QueryCondition(
                failIfEventsMatch: .types([SystemType.metadata, SystemType.softDeleted]), after: 0)
            for condition in [all, byType] {
                var check = Append()
                check.queryCondition = condition
                check.records = [SystemRecord(owner: "test", key: "k", value: [])]
                try await store.append(check)
            }
            let named = Query([.init(stream: "$$account-1")])
            let error = try await expectError(.conflict) {
                try await store.append(conditional(2, named, after: 2))
            }
            try expectEqual(error.position, 3)
        },
        ContractCase("Events of deleted streams are still in the way") { store in
            try await store.add(1, to: "account-1", tags: ["customer:7"])
            try await store.delete("account-1")
            let error = try await expectError(.conflict) {
                try await store.append(conditional(2, .tags(["customer:7"]), after: 0))
            }
            try expectEqual(error.position, 1)
        },
        ContractCase(
            "Beyond the walk a new append is refused, and an old one recognised", isSlow: true
        ) { store in
            // One more than are walked back over, in two appends.
            let count = Limits.idempotencyWalkMax + 1
            let events = (0..<count).map { number in
                Event(id: .number(number), type: "registered", contentType: Event.bytes)
            }
            try await store.append(Array(events[..<40_000]), to: "course-1")
            try await store.append(Array(events[40_000...]), to: "course-1")
            let query = Query.types(["registered"])
            let error = try await expectError(.conditionTooOld) {
                try await store.append(conditional(count, query, after: 0))
            }
            try expectEqual(error.position, 0)
            try await expectError(.conflict) {
                try await store.append(conditional(count, query, after: 1))
            }
            var repeated = Append([events[count - 1]], to: "course-1")
            repeated.queryCondition = QueryCondition(failIfEventsMatch: query, after: 0)
            try expectEqual(try await store.append(repeated).isDuplicate, true)
        },
        ContractCase(ofEngine: "A condition over too many events is refused", isSlow: true) {
            store, engine in
            // Half of the events have one tag and half the other: none has both.
            let limit = engine.conditionCandidatesMax
            let events = (0..<2 * limit + 2).map { number in
                Event(
                    id: .number(number), type: "registered", contentType: Event.bytes,
                    tags: [number.isMultiple(of: 2) ? "course:a" : "course:b"])
            }
            for start in stride(from: 0, to: events.count, by: 30_000) {
                try await store.append(
                    Array(events[start..<min(start + 30_000, events.count)]), to: "course-1")
            }
            let head = try await store.headPosition()
            let query = Query.tags(["course:a", "course:b"])
            let error = try await expectError(.conditionTooOld) {
                try await store.append(conditional(events.count, query, after: 0))
            }
            try expectEqual(error.position, 0)
            try expect(error.why.contains("\(limit)"), "the limit is told: \(error)")
            // Who only wants to know is refused too, and so is one item of several.
            var check = Append()
            check.records = [SystemRecord(owner: "test", key: "k", value: [])]
            check.queryCondition = QueryCondition(
                failIfEventsMatch: Query.types(["left"]).or(query), after: 0)
            let checking = check
            try await expectError(.conditionTooOld) { try await store.append(checking) }
            try expectEqual(try await store.headPosition(), head)
            try expectEqual(try await store.record(owner: "test", key: "k"), nil)
            // A rarer term, a single one, or fewer events: all of that can be checked.
            var rarer = query
            rarer.items[0].types = ["left"]
            for (query, after) in [(rarer, 0), (.types(["left"]), 0), (query, 2)]
                as [(Query, Position)]
            {
                check.queryCondition = QueryCondition(failIfEventsMatch: query, after: after)
                try await store.append(check)
            }
            // An append made before is recognised by what it says itself.
            var again = Append([events[2 * limit + 1]], to: "course-1")
            again.queryCondition = QueryCondition(failIfEventsMatch: query, after: 0)
            try expectEqual(try await store.append(again).isDuplicate, true)
            // Reading is not bounded.
            try expectEqual(try await store.numbers(Read(.query(query))), [])
            try expectEqual(try await store.numbers(Read(.query(query), .backwards)), [])
        },
    ]

    static func conditional(
        _ number: Int, _ query: Query, after: Position, tags: Set<String> = []
    ) -> Append {
        var append = Append(
            [.sample(number, type: "registered", tags: tags)], to: "course-9")
        append.queryCondition = QueryCondition(failIfEventsMatch: query, after: after)
        return append
    }

    /// Six events: who registered for courses a and b, and who left.
    static func registrations(in store: any EventStore) async throws {
        let events: [(String, String, Set<String>)] = [
            ("course-1", "registered", ["course:a", "student:1"]),
            ("course-2", "registered", ["course:b", "student:1"]),
            ("course-1", "registered", ["course:a", "student:2"]),
            ("course-2", "registered", ["course:b", "student:2"]),
            ("course-1", "left", ["course:a", "student:2"]),
            ("course-1", "registered", ["course:a", "student:3"]),
        ]
        for (number, (stream, type, tags)) in events.enumerated() {
            try await store.add(number, to: stream, type: type, tags: tags)
        }
    }
}
