internal import Daybook
internal import DaybookBytes

/// What reads give, and how they give it.
enum ReadContract {
    static let cases: [ContractCase] = [
        ContractCase("A read in a cancelled task says that it was not finished") { store in
            try await store.add(1, to: "account-1")
            for read in [Read(), Read(.stream("account-1"), .backwards)] {
                let task = Task {
                    while !Task.isCancelled { await Task.yield() }
                    try await expectError(.cancelled) { try await store.events(read) }
                }
                task.cancel()
                _ = try await task.value
            }
            try expectEqual(try await store.numbers(Read()), [1])
        },
        ContractCase("A stream never written, or with metadata only, is not found") { store in
            try await store.setMetadata(Array("{}".utf8), of: "account-2")
            for name in ["account-1", "account-2"] {
                for direction in [Read.Direction.forwards, .backwards] {
                    let error = try await expectError(.streamNotFound, name) {
                        try await store.events(.stream(name, direction))
                    }
                    try expectEqual(error.actual, try await store.stream(name).state)
                }
            }
        },
        ContractCase("Categories and queries without events give nothing") { store in
            try await store.add(1, to: "account-1")
            for selection in [.category("nobody"), .query(.types(["x"]))] as [Selection] {
                try expectEqual(try await store.events(Read(selection)), [])
                try expectEqual(try await store.events(Read(selection, .backwards)), [])
            }
        },
        ContractCase("A category is the text before the first -") { store in
            let streams = ["account-1", "account-1-2", "account", "accounts-1", "account-", "-1"]
            for (number, stream) in streams.enumerated() { try await store.add(number, to: stream) }
            try expectEqual(try await store.numbers(Read(.category("account"))), [0, 1, 4])
            try expectEqual(try await store.numbers(Read(.category("accounts"))), [3])
            try expectEqual(try await store.numbers(Read(.category("account-1"))), [])
        },
        ContractCase("System streams are left out unless asked for") { store in
            try await store.add(1, to: "account-1", tags: ["customer:7"])
            try await store.append(
                [.sample(2, type: SystemType.metadata, tags: ["customer:7"])], to: "$$account-1")
            try await store.add(3, to: "account-1", tags: ["customer:7"])
            let table: [(Selection, [Int])] = [
                (.all, [1, 3]), (.query(.tags(["customer:7"])), [1, 3]),
                (.query(.types([SystemType.metadata])), []), (.category("$$account"), []),
                (.query(Query([.init(category: "$$account")])), []),
                (.query(Query([.init(stream: "$$account-1")])), [2]),
                (.stream("$$account-1"), [2]), (.stream("account-1"), [1, 3]),
            ]
            for (selection, expected) in table {
                try expectEqual(try await store.numbers(Read(selection)), expected, "\(selection)")
            }
            let asked: [(Selection, [Int])] = [
                (.all, [1, 2, 3]), (.query(.tags(["customer:7"])), [1, 2, 3]),
                (.query(.types([SystemType.metadata])), [2]), (.category("$$account"), [2]),
                (.category("account"), [1, 3]), (.stream("account-1"), [1, 3]),
            ]
            for (selection, expected) in asked {
                let read = Read(selection, includesSystemStreams: true)
                try expectEqual(try await store.numbers(read), expected, "\(selection), asked:")
            }
        },
        ContractCase("A correlation finds what has exactly it, in whatever stream") { store in
            let events: [(String, String?, Set<String>)] = [
                ("account-1", "run-1", []), ("card-1", "run-2", ["big"]), ("account-1", nil, []),
                ("card-2", "run-1", ["big"]), ("account-2", "", ["big"]), ("card-1", "Run-1", []),
            ]
            for (number, (stream, correlation, tags)) in events.enumerated() {
                var event = Event.sample(number, tags: tags)
                event.correlation = correlation
                try await store.append([event], to: stream)
            }
            let table: [(Query.Item, [Int])] = [
                (.init(correlation: "run-1"), [0, 3]), (.init(correlation: ""), [4]),
                (.init(correlation: "run"), []), (.init(tags: ["big"], correlation: "run-1"), [3]),
                (.init(stream: "card-1", correlation: "run-2"), [1]),
                (.init(types: ["deposited"], category: "account", correlation: "run-1"), [0]),
                (.init(types: ["paid"], correlation: "run-1"), []),
            ]
            for (item, expected) in table {
                let query = Query([item])
                try expectEqual(try await store.numbers(Read(.query(query))), expected, "\(item)")
                let condition = QueryConditionContract.conditional(99, query, after: 0)
                guard let first = expected.first else { continue }
                let error = try await expectError(.conflict, "\(item)") {
                    try await store.append(condition)
                }
                try expectEqual(error.position, Position(first + 1), "\(item)")
            }
            let long = String(repeating: "c", count: Limits.correlationBytesMax + 1)
            for text in [long, "a\nb"] {
                try await expectError(.invalid) {
                    try await store.events(Read(.query(Query([.init(correlation: text)]))))
                }
            }
        },
        ContractCase("A query of several items gives each event once, in order") { store in
            try await QueryConditionContract.registrations(in: store)
            let query = Query.types(["registered"]).or(.tags(["course:a"])).or(
                Query([.init(stream: "course-1")]))
            try expectEqual(try await store.numbers(Read(.query(query))), Array(0..<6))
            let backwards = Read(.query(query), .backwards)
            try expectEqual(try await store.numbers(backwards), (0..<6).reversed())
        },
        ContractCase("Names in queries are told apart by their bytes") { store in
            try await store.add(1, to: "s", type: "caf\u{E9}", tags: ["t\u{E9}"])
            try await store.add(2, to: "s", type: "cafe\u{301}", tags: ["te\u{301}"])
            try expectEqual(try await store.numbers(Read(.query(.types(["caf\u{E9}"])))), [1])
            try expectEqual(try await store.numbers(Read(.query(.types(["cafe\u{301}"])))), [2])
            try expectEqual(try await store.numbers(Read(.query(.tags(["t\u{E9}"])))), [1])
            try expectEqual(try await store.numbers(Read(.query(.tags(["te\u{301}"])))), [2])
        },
        ContractCase("A read gives what was recorded when it began, and no more") { store in
            try await store.append(Event.samples(0..<300), to: "account-1")
            for selection in [.all, .stream("account-1"), .category("account")] as [Selection] {
                let head = try await store.headPosition()
                let cursor = try store.cursor(Read(selection))
                var events = try unwrap(try await cursor.next()).events
                try await store.add(1000 + Int(head), to: "account-1")
                while let batch = try await cursor.next() { events += batch.events }
                try expectEqual(events.map(\.position), Array(1...head), "\(selection)")
                try expect(try await cursor.next() == nil, "the end stays the end")
            }
        },
        ContractCase("A read is repeatable, and iterates as a sequence") { store in
            try await store.append(Event.samples(0..<100), to: "account-1")
            let sequence = store.read(.stream("account-1"))
            for _ in 0..<2 {
                var numbers: [Int] = []
                for try await event in sequence { numbers.append(event.number) }
                try expectEqual(numbers, Array(0..<100))
            }
        },
        ContractCase("Batches are never empty, and end only at the end") { store in
            try await store.append(Event.samples(0..<3000), to: "account-1")
            for direction in [Read.Direction.forwards, .backwards] {
                let cursor = try store.cursor(Read(.all, direction))
                var count = 0
                while let batch = try await cursor.next() {
                    try expect(batch.count > 0, "a batch has events")
                    count += batch.count
                }
                try expectEqual(count, 3000)
            }
        },
        ContractCase("Views and values agree in every field") { store in
            try await store.append([.full(1), .sample(2), .full(3)], to: "account-1")
            try await store.append(
                [Event(id: .number(4), type: "t", contentType: Event.bytes)], to: "漢字")
            let cursor = try store.cursor(Read())
            var count = 0
            while let batch = try await cursor.next() {
                let values = batch.events
                for index in batch.indices {
                    try expectAgreement(batch.view(at: index), values[index])
                }
                try expectEqual(batch.indices.map { batch[$0] }, values)
                count += batch.count
            }
            try expectEqual(count, 4)
        },
        ContractCase("Requests that cannot be are refused before anything is read") { store in
            try await store.add(1, to: "account-1")
            let requests = [
                Read(.all, from: .revision(0)), Read(.category("account"), from: .revision(0)),
                Read(.query(.all), from: .revision(0)), Read(limit: -1), Read(.stream("")),
                Read(.stream("a\u{0}b")), Read(.category("")), Read(.query(Query([.init()]))),
                Read(.query(.types([""]))), Read(.query(.tags(["a\nb"]))), Read(.stream("$$")),
                Read(.all, .forwards, from: .end(of: .backwards)),
                Read(.all, .backwards, from: .end(of: .forwards)),
            ]
            for request in requests {
                try await expectError(.invalid, "\(request)") { try store.cursor(request) }
            }
        },
    ]

    private static func expectAgreement(
        _ view: borrowing EventView, _ value: RecordedEvent
    ) throws {
        try expectEqual(view.position, value.position)
        try expectEqual(view.revision, value.revision)
        try expectEqual(view.recordedAt, value.recordedAt)
        try expectEqual(view.id, value.id)
        try expectEqual(view.stream, value.stream)
        try expectEqual(view.type, value.type)
        try expectEqual(view.contentType, value.contentType)
        try expectEqual(view.tags, value.tags)
        try expectEqual(view.causation, value.causation)
        try expectEqual(view.correlation, value.correlation)
        try expectEqual(view.occurredAt, value.occurredAt)
        try expectEqual(view.isSystem, StreamName.isSystem(value.stream))
        try expectEqual(view.dataBytes.copied(), value.data)
        try expectEqual(view.metadataBytes.copied(), value.metadata)
        try expectEqual(view.streamBytes.copied(), Array(value.stream.utf8))
        try expectEqual(view.typeBytes.copied(), Array(value.type.utf8))
        var tags: [[UInt8]] = []
        view.forEachTag { tags.append($0.copied()) }
        let expected = value.tags.map { Array($0.utf8) }
        try expectEqual(tags, expected.sorted { $0.lexicographicallyPrecedes($1) })
    }
}
