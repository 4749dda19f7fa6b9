internal import Daybook

/// Soft deletions, reopenings and tombstones.
enum DeletionContract {
    static let cases: [ContractCase] = [
        ContractCase("A deletion is an event in the stream's metadata stream") { store in
            try await store.add(1, to: "account-1")
            let deletion = try await store.delete("account-1")
            try expectEqual(deletion, 2)
            let tombstone = try await store.delete("account-1", .tombstone, expecting: .any)
            try expectEqual(tombstone, 3)
            let events = try await store.events(.stream("$$account-1"))
            try expectEqual(events.map(\.type), [SystemType.softDeleted, SystemType.tombstoned])
            try expectEqual(events.map(\.revision), [0, 1])
            try expectEqual(events.map(\.position), [2, 3])
            try expectEqual(try await store.numbers(Read()), [1])
        },
        ContractCase("A deleted stream has nothing in it, and reads over others still do") {
            store in
            try await store.append(
                [.sample(1, tags: ["customer:7"]), .sample(2)], to: "account-1")
            try await store.delete("account-1", .soft, expecting: .revision(1))
            for direction in [Read.Direction.forwards, .backwards] {
                let error = try await expectError(.streamNotFound) {
                    try await store.events(.stream("account-1", direction))
                }
                try expectEqual(error.actual, .softDeleted(last: 1))
            }
            try expectEqual(
                try await store.stream("account-1"),
                StreamInfo(
                    name: "account-1", state: .softDeleted(last: 1), firstRevision: 2,
                    lastPosition: 2))
            try expectEqual(try await store.numbers(Read()), [1, 2])
            try expectEqual(try await store.numbers(Read(.category("account"))), [1, 2])
            try expectEqual(try await store.numbers(Read(.query(.tags(["customer:7"])))), [1])
            let inStream = Selection.query(Query([.init(stream: "account-1")]))
            try expectEqual(try await store.numbers(Read(inStream)), [1, 2])
        },
        ContractCase("After reopening only the new events are in the stream") { store in
            try await store.append(Event.samples(0..<3), to: "account-1")
            try await store.delete("account-1")
            let answer = try await store.append(Event.samples(3..<5), to: "account-1")
            try expectEqual(answer.revision, 4)
            try expectEqual(try await store.numbers(.stream("account-1")), [3, 4])
            try expectEqual(try await store.numbers(.stream("account-1", .backwards)), [4, 3])
            try expectEqual(
                try await store.events(.stream("account-1")).map(\.revision), [3, 4])
            for start in [Read.Start.revision(0), .revision(3), .position(0), .position(1)] {
                let read = Read(.stream("account-1"), from: start)
                try expectEqual(try await store.numbers(read), [3, 4], "\(start)")
            }
            let below = Read(.stream("account-1"), .backwards, from: .revision(2))
            try expectEqual(try await store.numbers(below), [])
            let info = try await store.stream("account-1")
            try expectEqual(info.firstRevision, 3)
            try expectEqual(info.count, 2)
            try expectEqual(try await store.numbers(Read()), Array(0..<5))
        },
        ContractCase("A stream can be deleted and reopened again and again") { store in
            for round in 0..<5 {
                let answer = try await store.add(round, to: "account-1", expecting: .none)
                try expectEqual(answer.revision, Revision(round))
                try expectEqual(try await store.numbers(.stream("account-1")), [round])
                try await store.delete("account-1")
                try expectEqual(
                    try await store.stream("account-1").state, .softDeleted(last: Revision(round)))
            }
            try expectEqual(try await store.numbers(Read()), Array(0..<5))
        },
        ContractCase("A tombstoned stream can be neither read nor written nor deleted") { store in
            try await store.add(1, to: "account-1", tags: ["customer:7"])
            try await store.delete("account-1", .tombstone, expecting: .revision(0))
            let state = StreamState.tombstoned(last: 0)
            var error = try await expectError(.streamDeleted) {
                try await store.events(.stream("account-1"))
            }
            try expectEqual(error.actual, state)
            error = try await expectError(.streamDeleted) {
                try await store.add(2, to: "account-1")
            }
            try expectEqual(error.actual, state)
            for kind in [Deletion.soft, .tombstone] {
                for condition in [StreamCondition.any, .exists, .revision(0), .tombstoned] {
                    try await expectError(.streamDeleted, "\(kind) \(condition)") {
                        try await store.delete("account-1", kind, expecting: condition)
                    }
                }
            }
            let info = try await store.stream("account-1")
            try expectEqual(info.state, state)
            try expectEqual(info.lastPosition, 1)
            try expectEqual(info.count, 0)
            try expectEqual(try await store.numbers(Read(.query(.tags(["customer:7"])))), [1])
        },
        ContractCase("A deleted stream can still be deleted for good, but not deleted again") {
            store in
            try await store.add(1, to: "account-1")
            try await store.delete("account-1")
            try await expectError(.streamNotFound) { try await store.delete("account-1") }
            try await store.delete("account-1", .tombstone, expecting: .softDeleted)
            try expectEqual(try await store.stream("account-1").state, .tombstoned(last: 0))
        },
        ContractCase("What has nothing in it cannot be deleted") { store in
            try await store.setMetadata(Array("{}".utf8), of: "account-2")
            for name in ["account-1", "account-2"] {
                let error = try await expectError(.streamNotFound, name) {
                    try await store.delete(name, .soft, expecting: .any)
                }
                try expectEqual(error.actual, try await store.stream(name).state)
            }
            try expectEqual(try await store.headPosition(), 1)
        },
        ContractCase("A name can be closed for good before anything is written to it") { store in
            try await store.setMetadata(Array("{}".utf8), of: "account-2")
            for (name, condition) in [("account-1", StreamCondition.any), ("account-2", .none)] {
                try await expectError(.wrongRevision) {
                    try await store.delete(name, .tombstone, expecting: .revision(0))
                }
                try await store.delete(name, .tombstone, expecting: condition)
                let info = try await store.stream(name)
                try expectEqual(info.state, .tombstoned(last: nil))
                try expectEqual(info.lastPosition, nil)
                try await expectError(.streamDeleted) { try await store.add(1, to: name) }
                try await expectError(.streamDeleted) {
                    try await store.delete(name, .tombstone, expecting: .any)
                }
                try await expectError(.streamDeleted) {
                    try await store.events(Read(.stream(name)))
                }
            }
            try expectEqual(try await store.headPosition(), 3)
        },
        ContractCase("A deletion has a condition like any append") { store in
            try await store.append(Event.samples(0..<2), to: "account-1")
            for condition in [StreamCondition.none, .revision(0), .softDeleted, .tombstoned] {
                let error = try await expectError(.wrongRevision, "\(condition)") {
                    try await store.delete("account-1", .soft, expecting: condition)
                }
                try expectEqual(error.actual, .live(last: 1))
            }
            // The condition is told before that there is nothing to delete.
            try await expectError(.wrongRevision) {
                try await store.delete("account-9", .soft, expecting: .exists)
            }
            try expectEqual(try await store.headPosition(), 2)
            try await store.delete("account-1", .soft, expecting: .exists)
        },
        ContractCase("System streams, and names that cannot be, are not deleted") { store in
            try await store.setMetadata(Array("{}".utf8), of: "account-1")
            for name in ["$$account-1", "$all", "", "a\u{1}", "$$"] {
                try await expectError(.invalid, name) { try await store.delete(name) }
            }
        },
        ContractCase("What a deletion writes cannot be appended") { store in
            try await store.add(1, to: "account-1")
            for type in [SystemType.softDeleted, SystemType.tombstoned] {
                for stream in ["$$account-1", "account-1"] {
                    try await expectError(.invalid, "\(type) to \(stream)") {
                        try await store.add(2, to: stream, type: type)
                    }
                }
            }
            try expectEqual(try await store.stream("account-1").state, .live(last: 0))
        },
    ]
}
