internal import Daybook

/// Invents operations over small alphabets, so that they collide.
struct RandomInventor {
    static let streams = ["a-1", "a-2", "a-3", "b-1", "b-2", "c", "ä-1", "a-4", "b-3"]
    static let types = ["x", "y", "z"]
    static let tags = ["t1", "t2", "t3", "ü"]
    static let correlations = ["run-1", "run-2", ""]
    static let consumers = ["one", "two"]
    static let owners = ["o", "p"]
    static let keys = ["k", "l", "m"]

    private var dice: Dice
    private let reopens: Bool
    private let compacts: Bool
    private var nextID = 0
    private var earlier: [Append] = []

    init(seed: UInt64, for engine: ContractEngine) {
        dice = Dice(seed: seed)
        reopens = engine.reopen != nil
        compacts = engine.compact != nil
    }

    /// The next operation, knowing how the model is.
    mutating func next(_ model: ModelStore) async -> RandomOperation {
        if reopens && dice.chance(1) {
            return compacts && dice.chance(50) ? .reopenWithoutIndex : .reopen
        }
        if compacts && dice.chance(5) { return .compact(RandomCompaction(&dice)) }
        if dice.chance(9) { return await deletion(model) }
        if !earlier.isEmpty && dice.chance(20) { return .append(again()) }
        var append = Append()
        await addEvents(to: &append, model)
        await addConditions(to: &append, model)
        await addMarkAndRecords(to: &append, model)
        if dice.chance(2) { append = spoiled(append) }
        earlier.append(append)
        return .append(append)
    }

    private mutating func deletion(_ model: ModelStore) async -> RandomOperation {
        // Two streams may be ended for good; the others have to last.
        let kind: Deletion = dice.chance(12) ? .tombstone : .soft
        let stream = kind == .tombstone ? pick(["b-3", "a-4"]) : pick(Self.streams)
        return .delete(stream, kind, dice.chance(50) ? .any : await condition(on: stream, model))
    }

    /// An earlier append as it was, or a part of it, or with something new in it.
    private mutating func again() -> Append {
        // Mostly a recent one: a retry.
        let recent = dice.chance(70) ? earlier.suffix(5) : earlier[...]
        var append = recent.randomElement(using: &dice) ?? Append()
        if append.entries.isEmpty || dice.chance(60) { return append }
        switch Int.random(in: 0..<4, using: &dice) {
        case 0: append.entries.removeLast()
        case 1: append.entries.removeFirst()
        case 2: append.entries.reverse()
        default: append.entries.append(.init(stream: pick(Self.streams), event: event()))
        }
        return append
    }

    private mutating func addEvents(to append: inout Append, _ model: ModelStore) async {
        if dice.chance(6) { return }
        let streams = [pick(Self.streams), pick(Self.streams)]
        for _ in 0..<Int.random(in: 1...3, using: &dice) {
            let stream = dice.chance(75) ? streams[0] : streams[1]
            append.entries.append(.init(stream: stream, event: event()))
        }
        if dice.chance(6) {
            var metadata = event()
            metadata.type = SystemType.metadata
            metadata.data = Self.retention(metadata.id.low)
            append.entries.append(
                .init(stream: StreamName.metadata(of: streams[0]), event: metadata))
        }
    }

    /// What keeps some events, or all.
    private static func retention(_ chance: UInt64) -> [UInt8] {
        let number = chance / 4 % 7
        switch chance % 4 {
        case 0:
            let before = number == 6 ? StreamMetadata.truncatesAll : number
            return StreamMetadata(truncateBefore: before).encoded
        case 1: return StreamMetadata(maxCount: number).encoded
        case 2: return StreamMetadata(truncateBefore: 2, maxCount: number).encoded
        default: return StreamMetadata(maxAgeSeconds: 1 << 40).encoded
        }
    }

    private mutating func addConditions(to append: inout Append, _ model: ModelStore) async {
        for stream in append.writtenStreams where dice.chance(55) {
            append.conditions[stream] = await condition(on: stream, model)
        }
        if dice.chance(15) {
            let stream = pick(Self.streams + ["$$a-1"])
            append.conditions[stream] = await condition(on: stream, model)
        }
        guard dice.chance(25), let head = try? await model.headPosition() else { return }
        let after =
            switch Int.random(in: 0..<8, using: &dice) {
            case 0: Position(0)
            case 1: head / 2
            case 2: head + 1
            case 3, 4: head - min(head, 3)
            default: head
            }
        append.queryCondition = QueryCondition(
            failIfEventsMatch: RandomInventor.query(&dice), after: after)
    }

    /// A condition that mostly holds.
    private mutating func condition(on stream: String, _ model: ModelStore) async -> StreamCondition
    {
        guard let state = try? await model.stream(stream).state, dice.chance(75) else {
            return pick([
                .any, .none, .exists, .softDeleted, .tombstoned, .revision(0),
                .revision(UInt64.random(in: 0..<20, using: &dice)),
            ])
        }
        switch state {
        case .never: return .none
        case .onlyMetadata: return pick([.none, .exists])
        case .live(let last): return pick([.exists, .revision(last), .revision(last)])
        case .softDeleted(let last): return pick([.none, .softDeleted, .revision(last)])
        case .tombstoned: return .tombstoned
        }
    }

    private mutating func addMarkAndRecords(to append: inout Append, _ model: ModelStore) async {
        if dice.chance(10) || append.entries.isEmpty {
            let consumer = pick(Self.consumers)
            let actual = try? await model.tracking(consumer)
            append.tracking = TrackingMark(
                consumer: consumer, from: dice.chance(80) ? actual?.token : [0],
                to: [UInt8.random(in: 0..<9, using: &dice)], note: dice.chance(50) ? [] : [1, 2])
        }
        guard dice.chance(15) else { return }
        for key in Self.keys.shuffled(using: &dice).prefix(Int.random(in: 1...2, using: &dice)) {
            let owner = pick(Self.owners)
            let actual = try? await model.record(owner: owner, key: key)
            let fitting: SystemRecord.Condition = actual.map { .sequence($0.sequence) } ?? .none
            append.records.append(
                SystemRecord(
                    owner: owner, key: key,
                    value: dice.chance(25) ? nil : [UInt8.random(in: 0..<9, using: &dice)],
                    condition: pick([.any, fitting, fitting, .none, .sequence(1)])))
        }
    }

    /// Something in it that cannot be.
    private mutating func spoiled(_ append: Append) -> Append {
        var append = append
        let stream = append.entries.first?.stream ?? "c"
        append.entries.append(
            pick([
                .init(stream: "", event: event()), .init(stream: "$x", event: event()),
                .init(stream: stream, event: Event(id: .number(1), type: "a\n")),
                .init(stream: stream, event: Event(id: .number(1), type: SystemType.softDeleted)),
                append.entries.first ?? .init(stream: "c", event: Event(id: .number(1), type: "")),
            ]))
        return append
    }

    private mutating func event() -> Event {
        // Now and then an id that was used before, in whatever stream.
        let isNew = nextID < 4 || dice.chance(93)
        let number = isNew ? nextID : Int.random(in: max(0, nextID - 20)..<nextID, using: &dice)
        if isNew { nextID += 1 }
        if dice.chance(10) {
            var full = Event.full(number)
            full.type = pick(Self.types)
            return full
        }
        let tags = Self.tags.filter { _ in dice.chance(30) }
        let second = Int64.random(in: 0..<100, using: &dice)
        var event = Event.sample(
            number, type: pick(Self.types), tags: Set(tags),
            occurredAt: dice.chance(50) ? nil : Timestamp(microseconds: second * 1_000_000))
        if number % 4 == 0 { event.correlation = Self.correlations[number / 4 % 3] }
        return event
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &dice)]
    }

    /// One to three items, each of some types, tags, a stream or a category, and of a correlation where it says
    /// nothing else; now and then everything.
    static func query(_ dice: inout Dice) -> Query {
        if dice.chance(8) { return .all }
        let items = (0..<Int.random(in: 1...3, using: &dice)).map { number in
            var item = Query.Item()
            if dice.chance(60) { item.types = Set(types.filter { _ in dice.chance(40) }) }
            if dice.chance(50) { item.tags = Set(tags.filter { _ in dice.chance(40) }) }
            if dice.chance(10) { item.stream = (streams + ["$$a-1"]).randomElement(using: &dice) }
            if dice.chance(10) { item.category = ["a", "b", "none"].randomElement(using: &dice) }
            if item.isEmpty || item.category != nil { item.correlation = correlations[number] }
            return item
        }
        return Query(items)
    }
}
