internal import Daybook

/// Stream conditions: the table, through a store.
enum ConditionContract {
    static let cases: [ContractCase] =
        StateSample.allCases.flatMap { sample in
            [
                ContractCase("Conditions on a stream \(sample.words), written to") { store in
                    try await check(sample, isWritten: true, store)
                },
                ContractCase("Conditions on a stream \(sample.words), only checked") { store in
                    try await check(sample, isWritten: false, store)
                },
            ]
        } + several

    /// What a cell of the table says.
    private enum Cell { case met, wrong, deleted }

    /// A stream in each state; one that retention emptied comes with retention.
    private enum StateSample: String, CaseIterable {
        case never, live, reopened, softDeleted, tombstoned, onlyMetadata

        var words: String {
            switch self {
            case .never: "never written"
            case .live: "with events"
            case .reopened: "reopened after a deletion"
            case .softDeleted: "deleted"
            case .tombstoned: "deleted for good"
            case .onlyMetadata: "with metadata only"
            }
        }

        /// any, none, exists, revision(1), revision(0), softDeleted, tombstoned; its last revision
        /// is 1.
        var row: [Cell] {
            switch self {
            case .never: [.met, .met, .wrong, .wrong, .wrong, .wrong, .wrong]
            case .live, .reopened: [.met, .wrong, .met, .met, .wrong, .wrong, .wrong]
            case .softDeleted: [.met, .met, .wrong, .met, .wrong, .met, .wrong]
            case .tombstoned:
                [.deleted, .deleted, .deleted, .deleted, .deleted, .deleted, .met]
            case .onlyMetadata: [.met, .met, .met, .wrong, .wrong, .wrong, .wrong]
            }
        }

        var state: StreamState {
            switch self {
            case .never: .never
            case .live, .reopened: .live(last: 1)
            case .softDeleted: .softDeleted(last: 1)
            case .tombstoned: .tombstoned(last: 1)
            case .onlyMetadata: .onlyMetadata
            }
        }

        func make(_ name: String, in store: any EventStore) async throws {
            switch self {
            case .never: break
            case .live: try await store.append(Event.samples(0..<2), to: name)
            case .reopened:
                try await store.add(0, to: name)
                try await store.delete(name)
                try await store.add(1, to: name)
            case .softDeleted:
                try await store.append(Event.samples(0..<2), to: name)
                try await store.delete(name)
            case .tombstoned:
                try await store.append(Event.samples(0..<2), to: name)
                try await store.delete(name, .tombstone, expecting: .exists)
            case .onlyMetadata: try await store.setMetadata(Array("{}".utf8), of: name)
            }
        }
    }

    private static let conditions: [StreamCondition] = [
        .any, .none, .exists, .revision(1), .revision(0), .softDeleted, .tombstoned,
    ]

    private static func check(
        _ sample: StateSample, isWritten: Bool, _ store: any EventStore
    ) async throws {
        for (number, (condition, cell)) in zip(conditions, sample.row).enumerated() {
            let name = "account-\(number)"
            try await sample.make(name, in: store)
            let before = try await store.stream(name)
            let head = try await store.headPosition()
            try expectEqual(before.state, sample.state, "\(sample)")
            var append = Append([.sample(100 + number)], to: isWritten ? name : "ledger-\(number)")
            append.conditions[name] = condition
            let about = "\(sample), expecting \(condition):"
            let expected: StoreError.Code? =
                switch cell {
                case .wrong: .wrongRevision
                case .deleted: .streamDeleted
                // A tombstone can be expected, but not written over.
                case .met: condition == .tombstoned && isWritten ? .streamDeleted : nil
                }
            let request = append
            if let expected {
                let error = try await expectError(expected, about) {
                    try await store.append(request)
                }
                try expectEqual(error.actual, sample.state, about)
                try expectEqual(try await store.headPosition(), head, about)
                try expectEqual(try await store.stream(name), before, about)
            } else {
                let answer = try await store.append(request)
                try expectEqual(answer.firstPosition, head + 1, about)
                if isWritten {
                    try expectEqual(answer.revision, before.state.next, about)
                    let state = StreamState.live(last: before.state.next)
                    try expectEqual(try await store.stream(name).state, state, about)
                } else {
                    try expectEqual(try await store.stream(name), before, about)
                }
            }
        }
    }

    private static let several: [ContractCase] = [
        ContractCase("One failing condition of several streams, and nothing is recorded") { store in
            try await store.add(1, to: "account-1")
            try await store.add(2, to: "account-2")
            let failing: [(stream: String, condition: StreamCondition)] = [
                ("account-1", .none), ("account-2", .revision(7)), ("account-3", .exists),
                ("account-4", .softDeleted),
            ]
            for (stream, condition) in failing {
                var append = Append()
                append.add([.sample(10)], to: "account-1")
                append.add([.sample(11)], to: "account-2")
                append.tracking = TrackingMark(consumer: "importer", from: nil, to: [1])
                append.records = [SystemRecord(owner: "queue", key: "k", value: [1])]
                append.conditions[stream] = condition
                let refused = append
                let error = try await expectError(.wrongRevision, stream) {
                    try await store.append(refused)
                }
                try expectEqual(error.actual, try await store.stream(stream).state)
                try expectEqual(try await store.numbers(Read()), [1, 2])
                try expectEqual(try await store.tracking("importer"), nil)
                try expectEqual(try await store.record(owner: "queue", key: "k"), nil)
            }
        },
        ContractCase("Conditions are about the streams before the append") { store in
            var append = Append()
            append.add(Event.samples(1..<3), to: "account-1", expecting: .none)
            append.add([.sample(3)], to: "account-2", expecting: .none)
            append.entries.append(.init(stream: "account-1", event: .sample(4)))
            try expectEqual(try await store.append(append).revision, 2)
        },
        ContractCase("Several checked streams are all checked, with or without events") { store in
            try await store.add(1, to: "account-1")
            var append = Append()
            append.conditions = ["account-1": .revision(0), "account-2": .none]
            append.tracking = TrackingMark(consumer: "importer", from: nil, to: [1])
            try await store.append(append)
            append.conditions = ["account-1": .revision(0), "account-2": .exists]
            append.tracking = TrackingMark(consumer: "importer", from: [1], to: [2])
            let refused = append
            let error = try await expectError(.wrongRevision) { try await store.append(refused) }
            try expectEqual(error.actual, .never)
            try expectEqual(try await store.tracking("importer")?.token, [1])
        },
        ContractCase("Of several failing conditions the first stream written is told") { store in
            try await store.add(1, to: "account-9")
            var append = Append()
            append.add([.sample(2)], to: "account-9", expecting: .none)
            append.add([.sample(3)], to: "account-1", expecting: .exists)
            append.conditions["account-0"] = .exists
            let refused = append
            let error = try await expectError(.wrongRevision) { try await store.append(refused) }
            try expectEqual(error.actual, .live(last: 0))
        },
    ]
}
