internal import Daybook
internal import DaybookSourcing
internal import DaybookStore

/// Benchmarks of event sourcing over a store: states made of events, and decisions on them.
struct SourcingBench {
    let store: EmbeddedStore
    let pace: Pace

    static let longStreamEvents = 1_000
    private static let shortStreamEvents = 20
    private static let appenders = 64
    /// Streams that are decided on in turn, so that none grows much.
    private static let shortStreams = 12_800

    /// - Parameters:
    ///   - single: Appends of one that decide nothing.
    ///   - crowd: Those of many.
    func run(
        beside single: String, _ crowd: String, _ measure: BenchCommand.Measuring
    ) async throws {
        for format in [EventFormat.json, .cbor] {
            try await measure("a stream of 1,000 events folded, \(format)", nil) {
                try await loading(format)
            }
            try await measure("the same stream only read, \(format)", nil) {
                try await reading(format)
            }
        }
        for (deciders, words, base) in [
            (1, "1 decider", single), (Self.appenders, "64 deciders", crowd),
        ] {
            try await measure("\(words), states in memory", base) {
                try await decidingInMemory(deciders)
            }
            try await measure("\(words), streams of 20 events loaded", base) {
                try await decidingAfterLoading(deciders)
            }
        }
        try await measure("64 deciders, a boundary over two tags", crowd) {
            try await decidingOverTwoTags()
        }
    }

    private func tills(
        _ category: String, _ format: EventFormat, cachedStatesMax: Int
    ) throws -> Repository<Till> {
        let sourced = SourcedStore(
            store, catalog: try EventCatalog(format: format) { PaidIn.self })
        return try Repository(
            Till(), category: category, in: sourced,
            options: RepositoryOptions { $0.cachedStatesMax = cachedStatesMax })
    }

    /// The state of one stream, made of all its events each time, on one core.
    private func loading(_ format: EventFormat) async throws -> Measurement {
        let tills = try await longStream(format)
        return try await Stretch(pace).repeating(eventsEach: Self.longStreamEvents) {
            let loaded = try await tills.load("1")
            precondition(loaded.state > 0, "what was recorded was folded")
        }
    }

    private func longStream(_ format: EventFormat) async throws -> Repository<Till> {
        let tills = try tills("bench.\(format)", format, cachedStatesMax: 0)
        try await tills.update("1") {
            $0 == 0 ? Self.payments(Self.longStreamEvents) : []
        }
        return tills
    }

    /// The events of the same stream, only read.
    private func reading(_ format: EventFormat) async throws -> Measurement {
        let stream = try await longStream(format).stream("1")
        let store = store
        return try await Stretch(pace).repeating(eventsEach: Self.longStreamEvents) {
            let cursor = try store.cursor(.stream(stream))
            var bytes = 0
            while let batch = try await cursor.next() {
                batch.forEach { bytes += $0.dataBytes.byteCount }
            }
            precondition(bytes > 0, "what was recorded was read")
        }
    }

    /// Decisions side by side, each on a stream of its own, on states that are in memory.
    private func decidingInMemory(_ deciders: Int) async throws -> Measurement {
        let tills = try tills("bench.memory.\(deciders)", .json, cachedStatesMax: 10_000)
        return try await crowd(deciders) { number, _ in
            try await tills.update("\(number)") { _ in Self.payments(1) }
        }
    }

    /// Decisions side by side on streams of some twenty events, which are read each time.
    private func decidingAfterLoading(_ deciders: Int) async throws -> Measurement {
        let tills = try tills("bench.loaded.\(deciders)", .json, cachedStatesMax: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for first in 0..<Self.appenders {
                group.addTask {
                    for number in stride(from: first, to: Self.shortStreams, by: Self.appenders) {
                        try await tills.update("\(number)") { _ in
                            Self.payments(Self.shortStreamEvents)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        return try await crowd(deciders) { number, turn in
            let id = (number + turn * deciders) % Self.shortStreams
            try await tills.update("\(id)") { _ in Self.payments(1) }
        }
    }

    /// Decisions side by side that rest on all events of two tags, of which there are few.
    private func decidingOverTwoTags() async throws -> Measurement {
        let sourced = SourcedStore(store, catalog: try EventCatalog { SeatTaken.self })
        return try await crowd(Self.appenders) { number, turn in
            // A course has ten students, and each of them takes one course.
            let course = "\(number).\(turn / 10)"
            let student = "\(number).\(turn)"
            try await Boundary(Seats(tag: "course:\(course)"), Seats(tag: "student:\(student)"))
                .decide(in: sourced) { taken, courses in
                    taken > 9 || courses > 0
                        ? []
                        : [SeatTaken(course: course, student: student).in("course-\(course)")]
                }
        }
    }

    private func crowd(
        _ deciders: Int,
        _ body: @escaping @Sendable (_ number: Int, _ turn: Int) async throws -> Void
    ) async throws -> Measurement {
        let stretch = Stretch(pace)
        let parts = try await withThrowingTaskGroup(of: Measurement.self) { group in
            for number in 0..<deciders {
                group.addTask {
                    var turn = 0
                    return try await stretch.repeating(eventsEach: 1) {
                        try await body(number, turn)
                        turn += 1
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return .joined(parts, seconds: stretch.elapsed)
    }

    private static func payments(_ count: Int) -> [PaidIn.Set] {
        (0..<count).map { .paidIn(PaidIn(amount: $0 + 1, reference: "salary")) }
    }
}

/// A small event, of two members.
private struct PaidIn: DomainEvent {
    static let eventType: EventType = "bench-paid-in"
    var amount: Int
    var reference: String

    enum Set: EventSet {
        case paidIn(PaidIn)
        static var members: [EventMember<Set>] { EventMember(Set.paidIn) }
        var event: any DomainEvent {
            switch self {
            case .paidIn(let event): event
            }
        }
    }
}

private struct Till: Fold {
    static let name = "till"
    var initial: Int { 0 }
    func evolve(_ state: inout Int, _ event: PaidIn.Set) {
        if case .paidIn(let paidIn) = event { state += paidIn.amount }
    }
}

private struct SeatTaken: DomainEvent {
    static let eventType: EventType = "bench-seat-taken"
    var course: String
    var student: String
    var tags: Swift.Set<String> { ["course:\(course)", "student:\(student)"] }

    enum Set: EventSet {
        case taken(SeatTaken)
        static var members: [EventMember<Set>] { EventMember(Set.taken) }
        var event: any DomainEvent {
            switch self {
            case .taken(let event): event
            }
        }
    }
}

/// How many seats were taken under a tag.
private struct Seats: QueriedFold {
    static let name = "seats"
    let tag: String
    var tags: Set<String> { [tag] }
    var initial: Int { 0 }
    func evolve(_ state: inout Int, _ event: SeatTaken.Set) { state += 1 }
}
