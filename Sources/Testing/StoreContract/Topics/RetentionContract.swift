internal import Daybook

/// What the metadata of a stream hide from whoever reads it.
enum RetentionContract {
    static let cases: [ContractCase] =
        [
            hiding("Truncated events are gone from reads", StreamMetadata(truncateBefore: 3), 3),
            hiding("Only the last events are kept", StreamMetadata(maxCount: 2), 4),
            hiding("The stricter limit counts", StreamMetadata(truncateBefore: 2, maxCount: 5), 2),
            hiding(
                "Old events are kept as long as they may be",
                StreamMetadata(maxAgeSeconds: 1 << 40), 0),
            hiding("Limits of 0 are none", StreamMetadata(maxCount: 0, maxAgeSeconds: 0), 0),
            hiding(
                "Truncating behind the end empties the stream", StreamMetadata(truncateBefore: 9), 6
            ),
            hiding("Metadata without limits hide nothing", StreamMetadata(), 0),
        ] + others

    /// Six events, of which those from a revision on can be read.
    private static func hiding(
        _ name: String, _ metadata: StreamMetadata, _ first: Int
    ) -> ContractCase {
        ContractCase(name) { store in
            try await store.append(Event.samples(0..<6), to: "account-1")
            try await store.append(Event.samples(6..<8), to: "account-2")
            try await store.setMetadata(metadata, of: "account-1")
            let kept = Array(first..<6)
            let stream = Selection.stream("account-1")
            try expectEqual(try await store.numbers(Read(stream)), kept)
            try expectEqual(
                try await store.numbers(Read(stream, .backwards)), kept.reversed())
            try expectEqual(
                try await store.numbers(Read(stream, from: .revision(1))), kept.filter { $0 >= 1 })
            try expectEqual(
                try await store.numbers(Read(stream, .backwards, from: .revision(4))),
                kept.filter { $0 <= 4 }.reversed())
            try expectEqual(
                try await store.numbers(Read(stream, limit: 1)), Array(kept.prefix(1)))
            let info = try await store.stream("account-1")
            try expectEqual(info.state, .live(last: 5))
            try expectEqual(info.firstRevision, Revision(first))
            try expectEqual(info.count, UInt64(kept.count))
            let listed = try await store.streams(prefix: "account-1", after: nil, limit: 1)
            try expectEqual(listed, [info])
            let follower = try await Follower(store, Subscription(stream, from: .beginning))
            try await follower.catchUp()
            try expectEqual(follower.numbers, kept)
            // Nothing is removed yet.
            try expectEqual(try await store.numbers(Read(.all)), Array(0..<8))
            try expectEqual(try await store.numbers(Read(.category("account"))), Array(0..<8))
            try expectEqual(try await store.numbers(Read(.stream("account-2"))), [6, 7])
        }
    }

    private static let others: [ContractCase] = [
        ContractCase("Truncating all hides what is there, and not what comes") { store in
            let stream = Selection.stream("account-1")
            try await store.append(Event.samples(0..<3), to: "account-1")
            try await store.setMetadata(
                StreamMetadata(truncateBefore: StreamMetadata.truncatesAll), of: "account-1")
            try expectEqual(try await store.numbers(Read(stream)), [])
            try await store.append(Event.samples(3..<5), to: "account-1")
            try expectEqual(try await store.numbers(Read(stream)), [3, 4])
            try expectEqual(try await store.stream("account-1").firstRevision, 3)
            try await store.truncate("account-1", before: 1)
            try expectEqual(try await store.numbers(Read(stream, .backwards)), [4, 3])
            try await store.truncate("account-1", before: 4)
            try expectEqual(try await store.numbers(Read(stream)), [4])
        },
        ContractCase("Changing metadata that truncate all hides nothing more") { store in
            let stream = Selection.stream("account-1")
            try await store.append(Event.samples(0..<3), to: "account-1")
            try await store.setMetadata(
                StreamMetadata(truncateBefore: StreamMetadata.truncatesAll, maxCount: 1),
                of: "account-1")
            try await store.append(Event.samples(3..<6), to: "account-1")
            try expectEqual(try await store.numbers(Read(stream)), [5])
            // What is gone by the count now is not truncated for good.
            try await store.truncate("account-1", before: 1)
            try expectEqual(try await store.numbers(Read(stream)), [5])
            try await store.updateMetadata(of: "account-1") { $0.maxCount = nil }
            try expectEqual(try await store.numbers(Read(stream)), [3, 4, 5])
            try await store.setMetadata(
                StreamMetadata(truncateBefore: StreamMetadata.truncatesAll), of: "account-1")
            try await store.updateMetadata(of: "account-1") { $0.maxCount = 9 }
            try expectEqual(try await store.numbers(Read(stream)), [])
            try await store.add(6, to: "account-1")
            try expectEqual(try await store.numbers(Read(stream)), [6])
        },
        ContractCase("Truncating behind the end hides what is there, and nothing that comes later")
        {
            store in
            try await store.append(Event.samples(0..<3), to: "account-1")
            try await store.truncate("account-1", before: 10)
            try expectEqual(try await store.numbers(Read(.stream("account-1"))), [])
            try await store.add(3, to: "account-1")
            try expectEqual(try await store.numbers(Read(.stream("account-1"))), [3])
            try await expectError(.streamNotFound) {
                try await store.truncate("account-2", before: 1)
            }
            try await store.delete("account-1", .tombstone, expecting: .any)
            try await expectError(.streamDeleted) {
                try await store.truncate("account-1", before: 1)
            }
        },
        ContractCase("A stream emptied by its metadata is as live as before") { store in
            try await store.append(Event.samples(0..<3), to: "account-1")
            try await store.truncate("account-1", before: 3)
            try expectEqual(try await store.numbers(Read(.stream("account-1"))), [])
            for condition in [StreamCondition.none, .softDeleted, .revision(0)] {
                let error = try await expectError(.wrongRevision) {
                    try await store.add(3, to: "account-1", expecting: condition)
                }
                try expectEqual(error.actual, .live(last: 2))
            }
            try await store.add(3, to: "account-1", expecting: .revision(2))
            try await store.add(4, to: "account-1", expecting: .exists)
            try expectEqual(try await store.numbers(Read(.stream("account-1"))), [3, 4])
        },
        ContractCase("The last metadata count, and revisions go on") { store in
            try await store.append(Event.samples(0..<4), to: "account-1")
            try await store.setMetadata(StreamMetadata(maxCount: 1), of: "account-1")
            try expectEqual(try await store.numbers(Read(.stream("account-1"))), [3])
            try await store.add(4, to: "account-1")
            try expectEqual(try await store.numbers(Read(.stream("account-1"))), [4])
            try await store.setMetadata(StreamMetadata(), of: "account-1")
            try expectEqual(try await store.numbers(Read(.stream("account-1"))), [0, 1, 2, 3, 4])
        },
        ContractCase("An append that was hidden since is still recognised") { store in
            let append = Append([.sample(0)], to: "account-1", expecting: .none)
            let answer = try await store.append(append)
            try await store.truncate("account-1", before: 1)
            let again = try await store.append(append)
            try expectEqual(again.isDuplicate, true)
            try expectEqual(again.firstPosition, answer.firstPosition)
        },
        ContractCase("Metadata and deletion hide together") { store in
            try await store.append(Event.samples(0..<3), to: "account-1")
            try await store.truncate("account-1", before: 1)
            try await store.delete("account-1")
            try await expectError(.streamNotFound) {
                try await store.numbers(Read(.stream("account-1")))
            }
            try await store.append(Event.samples(3..<6), to: "account-1")
            try expectEqual(try await store.numbers(Read(.stream("account-1"))), [3, 4, 5])
            try await store.truncate("account-1", before: 5)
            try expectEqual(try await store.numbers(Read(.stream("account-1"))), [5])
        },
        ContractCase("Truncating keeps what else the metadata say, and never goes back") { store in
            try await store.append(Event.samples(0..<6), to: "account-1")
            let said = Array("{\"owner\":\"ada\",\"$maxCount\":4}".utf8)
            try await store.setMetadata(said, of: "account-1")
            try expectEqual(try await store.truncate("account-1", before: 4) != nil, true)
            let head = try await store.headPosition()
            for before in [4, 1, 0] as [Revision] {
                try expectEqual(try await store.truncate("account-1", before: before), nil)
            }
            try expectEqual(try await store.headPosition(), head)
            var expected = try StreamMetadata(decoding: said)
            expected.truncateBefore = 4
            try expectEqual(try await store.streamMetadata(of: "account-1"), expected)
            let text = String(decoding: expected.encoded, as: UTF8.self)
            try expectEqual(text, "{\"owner\":\"ada\",\"$tb\":4,\"$maxCount\":4}")
        },
        ContractCase("A tombstoned stream takes metadata no more than events") { store in
            try await store.append(Event.samples(0..<2), to: "account-1")
            try await store.setMetadata(StreamMetadata(maxCount: 9), of: "account-1")
            try await store.delete("account-1", .tombstone, expecting: .any)
            let head = try await store.headPosition()
            try await expectError(.streamDeleted) {
                try await store.setMetadata(Array("{}".utf8), of: "account-1")
            }
            try await expectError(.streamDeleted) {
                try await store.updateMetadata(of: "account-1") { $0.maxCount = 1 }
            }
            try expectEqual(try await store.headPosition(), head)
        },
        ContractCase("Metadata that cannot be read are refused") { store in
            let wrong = [
                "x", "[]", "1", "{", "{\"$tb\":-1}", "{\"$tb\":\"3\"}", "{\"$maxCount\":1.5}",
                "{\"$maxAge\":true}", "{\"$maxAge\":1e30}", "{\"$maxCount\":9223372036854775808}",
            ]
            for text in wrong {
                try await expectError(.invalid, text) {
                    try await store.setMetadata(Array(text.utf8), of: "account-1")
                }
            }
            try expectEqual(try await store.headPosition(), 0)
            // Other events beside them are the users' own, and so is the type in other streams.
            try await store.append([Event(type: "note", data: [1])], to: "$$account-1")
            try await store.append([Event(type: SystemType.metadata, data: [1])], to: "account-1")
            try expectEqual(try await store.streamMetadata(of: "account-1"), StreamMetadata())
        },
        ContractCase("A limit of 0 is none, and stays as it was written") { store in
            let stream = Selection.stream("account-1")
            try await store.append(Event.samples(0..<3), to: "account-1")
            let said = "{\"$maxCount\":0,\"owner\":\"ada\",\"$maxAge\":0}"
            try await store.setMetadata(Array(said.utf8), of: "account-1")
            try expectEqual(try await store.numbers(Read(stream)), [0, 1, 2])
            let read = try await store.streamMetadata(of: "account-1")
            try expectEqual([read.maxCount, read.maxAgeSeconds], [nil, nil])
            try await store.truncate("account-1", before: 1)
            let truncated = try await store.metadata(of: "account-1") ?? []
            try expectEqual(
                String(decoding: truncated, as: UTF8.self), said.dropLast() + ",\"$tb\":1}")
            try expectEqual(try await store.numbers(Read(stream)), [1, 2])
            try await store.updateMetadata(of: "account-1") { $0.maxCount = 1 }
            try expectEqual(try await store.numbers(Read(stream)), [2])
            try await store.updateMetadata(of: "account-1") { $0.maxCount = 0 }
            try expectEqual(try await store.numbers(Read(stream)), [1, 2])
        },
        ContractCase("A limit that is null is none") { store in
            try await store.append(Event.samples(0..<3), to: "account-1")
            try await store.setMetadata(
                Array("{\"$tb\":null,\"$maxCount\":2}".utf8), of: "account-1")
            try expectEqual(try await store.numbers(Read(.stream("account-1"))), [1, 2])
        },
    ]
}
