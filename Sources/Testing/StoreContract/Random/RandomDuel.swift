internal import Daybook
internal import Synchronization

/// The model and an engine, side by side.
///
/// The engine goes first and the model takes its time over, so that also times can be compared.
final class RandomDuel {
    private(set) var model: ModelStore
    private(set) var store: any EventStore
    let engine: ContractEngine
    private let time: Time
    private var dice: Dice
    private var follower: Follower
    /// The compaction that goes on beside, if one does.
    var compacting: Compacting?

    /// When the engine recorded what the model is about to record.
    private final class Time: Sendable {
        let last = Mutex(Timestamp(microseconds: 0))
    }

    init(_ engine: ContractEngine, seed: UInt64) async throws {
        self.engine = engine
        let time = Time()
        self.time = time
        dice = Dice(seed: seed ^ 0xD1CE)
        store = try await engine.make()
        let head = try await store.head()
        model = ModelStore(
            id: head.journal, conditionCandidatesMax: engine.conditionCandidatesMax
        ) { _ in time.last.withLock { $0 } }
        follower = try await Follower(store, Subscription(includesSystemStreams: true))
    }

    /// Applies an operation to both and compares the answers.
    /// - Returns: what kind of answer it was.
    @discardableResult
    func apply(_ operation: RandomOperation) async throws -> String {
        if case .compact(let compaction) = operation { return try await begin(compaction) }
        if let reopening = try await reopened(operation) {
            store = reopening
            follower = try await Follower(store, Subscription(includesSystemStreams: true))
            try await compareReads(all: false)
            return "reopened"
        }
        let head = try await store.headPosition()
        let found = await Outcome { [store] in try await Self.apply(operation, to: store) }
        let read = Read(from: .position(head + 1), limit: 1, includesSystemStreams: true)
        if let event = try await store.events(read).first {
            time.last.withLock { $0 = event.recordedAt }
        }
        let expected = await Outcome { [model] in try await Self.apply(operation, to: model) }
        try expectEqual(found, expected, "\(operation):")
        try expectEqual(
            try await store.headPosition(), try await model.headPosition(), "the head after:")
        return expected.kind
    }

    private static func apply(
        _ operation: RandomOperation, to store: any EventStore
    ) async throws -> Outcome {
        switch operation {
        case .append(let append): .appended(try await store.append(append))
        case .delete(let stream, let kind, let condition):
            .deleted(try await store.delete(stream, kind, expecting: condition))
        case .reopen, .reopenWithoutIndex, .compact: .nothing
        }
    }

    /// Compares all that can be asked: some reads of each selection, or all of them.
    func compareReads(all: Bool) async throws {
        if all { try await endCompaction() }
        let vanishing = compacting?.vanishing ?? []
        try await compareFacts()
        for selection in selections() {
            // What may vanish while it is read makes room in a read of so many.
            for read in try await reads(selection, all: all)
            where vanishing.isEmpty || read.limit == nil {
                let found = await Outcome { [store] in .events(try await store.events(read)) }
                let expected = await Outcome { [model] in .events(try await model.events(read)) }
                try expectSame(found, expected, but: vanishing, "\(read)")
            }
            let head = try await model.headPosition()
            let after = Position.random(in: 0...head, using: &dice)
            let subscription = Subscription(
                selection, from: .after(after), includesSystemStreams: dice.chance(50))
            let found = try await Follower(store, subscription)
            let expected = try await Follower(model, subscription)
            try await found.catchUp()
            try await expected.catchUp()
            try expectSame(
                .events(found.events.map(\.normal)), .events(expected.events.map(\.normal)),
                but: vanishing, "\(subscription)")
        }
        // It may have seen what was removed since.
        let events = try model.allEvents
        try await follower.take(upTo: Position(events.count))
        try expectSame(
            .events(follower.events.map(\.normal)), .events(events.map(\.normal)),
            but: vanishing.union(try model.removed), "followed")
    }

    /// Closes both, after a last look at what is there once the engine was opened again.
    func finish() async throws {
        if engine.reopen != nil { try await apply(.reopen) }
        try await endCompaction()
        try await store.close()
        try await model.close()
    }

    /// Streams, records, marks and metadata.
    private func compareFacts() async throws {
        try expectEqual(try await store.headPosition(), try await model.headPosition(), "head:")
        for stream in RandomInventor.streams {
            try expectEqual(
                try await store.stream(stream), try await model.stream(stream), "stream:")
            try expectEqual(
                try await store.metadata(of: stream), try await model.metadata(of: stream),
                "metadata of \(stream):")
        }
        for prefix in ["", "a", "b-", "$", "none"] {
            let after = dice.chance(50) ? nil : RandomInventor.streams.randomElement(using: &dice)
            let limit = Int.random(in: 0..<12, using: &dice)
            try expectEqual(
                try await store.streams(prefix: prefix, after: after, limit: limit),
                try await model.streams(prefix: prefix, after: after, limit: limit),
                "streams '\(prefix)' after \(after ?? "-"):")
        }
        for owner in RandomInventor.owners {
            try expectEqual(
                try await store.records(owner: owner, after: nil, limit: 9),
                try await model.records(owner: owner, after: nil, limit: 9), "records of \(owner):")
            for key in RandomInventor.keys {
                try expectEqual(
                    try await store.record(owner: owner, key: key),
                    try await model.record(owner: owner, key: key), "record \(owner) \(key):")
            }
        }
        for consumer in RandomInventor.consumers {
            try expectEqual(
                try await store.tracking(consumer), try await model.tracking(consumer), consumer)
        }
    }

    private func selections() -> [Selection] {
        [.all, .category("a"), .category("b"), .category("$$a"), .stream("$$a-1")]
            + RandomInventor.streams.map { .stream($0) }
            + (0..<6).map { _ in .query(RandomInventor.query(&dice)) }
    }

    private func reads(_ selection: Selection, all: Bool) async throws -> [Read] {
        let events = try model.allEvents
        let head = Position(events.count)
        var reads: [Read] = []
        for direction in [Read.Direction.forwards, .backwards] {
            var starts: [Read.Start] = [.end(of: direction)]
            for position in [0, 1, head / 2, head, head + 1] { starts.append(.position(position)) }
            if let event = events.randomElement(using: &dice) {
                starts += [.time(event.recordedAt), .position(event.position)]
            }
            if case .stream = selection {
                let revision = Revision.random(in: 0..<20, using: &dice)
                starts += [.revision(revision), .revision(.max)]
            }
            if !all { starts = [starts[0], starts.randomElement(using: &dice)!] }
            for start in starts {
                let limits = all ? [nil, 0, 1, 7] : [nil, Int.random(in: 0..<9, using: &dice)]
                for limit in limits {
                    let isBounded = dice.chance(20)
                    let second = Int64.random(in: 0..<100, using: &dice)
                    reads.append(
                        Read(
                            selection, direction, from: start, limit: limit,
                            occurredSince: isBounded
                                ? Timestamp(microseconds: second * 1_000_000) : nil,
                            includesSystemStreams: dice.chance(40)))
                }
            }
        }
        return reads
    }
}

/// Fails unless both are the same; of long lists only the first difference is told.
/// - Parameter vanishing: positions that may be missing.
private func expectSame(
    _ found: Outcome, _ expected: Outcome, but vanishing: Set<Position> = [], _ about: String
) throws {
    guard case .events(let found) = found, case .events(var expected) = expected else {
        return try expectEqual(found, expected, "\(about):")
    }
    if found == expected { return }
    let there = Set(found.map(\.position))
    expected.removeAll { vanishing.contains($0.position) && !there.contains($0.position) }
    if found == expected { return }
    let same = zip(found, expected).prefix { $0 == $1 }.count
    let next = (
        found: found.dropFirst(same).first.map { "\($0)" } ?? "the end",
        expected: expected.dropFirst(same).first.map { "\($0)" } ?? "the end"
    )
    throw ContractFailure(
        "\(about): expected \(expected.count) events, found \(found.count); after \(same) expected "
            + "\(next.expected), found \(next.found)")
}

/// An answer in a form that can be compared.
private enum Outcome: Equatable {
    case nothing
    case appended(Appended)
    case deleted(Position)
    case events([RecordedEvent])
    case refused(StoreError.Code, StreamState?, Position?)
    case failed(String)

    var kind: String {
        switch self {
        case .nothing, .events: "nothing"
        case .appended(let answer): answer.isDuplicate ? "duplicate" : "recorded"
        case .deleted: "deleted"
        case .refused(let code, _, _): code.description
        case .failed(let message): message
        }
    }

    init(_ body: () async throws -> Outcome) async {
        do {
            self = try await body()
            if case .events(let events) = self { self = .events(events.map(\.normal)) }
        } catch let error as StoreError {
            self = .refused(error.code, error.actual, error.position)
        } catch {
            self = .failed("\(error)")
        }
    }
}

extension RecordedEvent {
    /// The same event, but for what each engine invents: the ids of deletions.
    fileprivate var normal: RecordedEvent {
        guard type == SystemType.softDeleted || type == SystemType.tombstoned else { return self }
        var event = self.event
        event.id = EventID(high: 0, low: 0)
        return RecordedEvent(
            stream: stream, revision: revision, position: position, recordedAt: recordedAt,
            event: event)
    }
}
