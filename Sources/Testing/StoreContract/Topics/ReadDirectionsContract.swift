internal import Daybook

/// Every selection, from every start, in both directions, with every limit: compared with a filter
/// over all that was appended.
enum ReadDirectionsContract {
    static let cases: [ContractCase] = [
        ContractCase("Every selection from every start, in both directions") { store in
            let all = try await history(in: store)
            for selection in selections {
                for direction in [Read.Direction.forwards, .backwards] {
                    for start in starts(selection, direction, all) {
                        try await check(Read(selection, direction, from: start), all, store)
                    }
                }
            }
        },
        ContractCase("Every limit: none of it, some, all, more than there is") { store in
            let all = try await history(in: store)
            for selection in selections {
                for direction in [Read.Direction.forwards, .backwards] {
                    for limit in [0, 1, 2, 5, all.count, all.count + 1, Int.max] {
                        var read = Read(selection, direction, limit: limit)
                        try await check(read, all, store)
                        read.start = .position(4)
                        try await check(read, all, store)
                    }
                }
            }
        },
        ContractCase("Only what occurred within bounds; limits count what is left") { store in
            let all = try await history(in: store)
            let bounds: [Timestamp?] = [nil] + [-1, 0, 15, 30, 45, 1000].map { occurred($0) }
            for selection in selections {
                for since in bounds {
                    for until in bounds {
                        let direction: Read.Direction = since == nil ? .backwards : .forwards
                        for limit in [nil, 2] {
                            let read = Read(
                                selection, direction, limit: limit, occurredSince: since,
                                occurredUntil: until)
                            try await check(read, all, store)
                        }
                    }
                }
            }
        },
        ContractCase("What does not say when it occurred, occurred when it was recorded") { store in
            try await store.append(
                [.sample(1), .sample(2, occurredAt: occurred(10))], to: "account-1")
            let time = try unwrap(try await store.events(Read()).first).recordedAt
            try expectEqual(try await store.numbers(Read(occurredSince: time)), [1])
            try expectEqual(
                try await store.numbers(Read(occurredSince: time, occurredUntil: time)), [1])
            try expectEqual(try await store.numbers(Read(occurredUntil: occurred(10))), [2])
            try expectEqual(
                try await store.numbers(Read(occurredUntil: Timestamp(microseconds: .max))), [1, 2])
        },
    ]

    /// Instants at which samples occurred, in the year 1970, out of order with positions.
    private static func occurred(_ second: Int64) -> Timestamp {
        Timestamp(microseconds: second * 1_000_000)
    }

    private static let selections: [Selection] = [
        .all, .stream("account-1"), .stream("account-2"), .category("account"), .category("card"),
        .query(.types(["deposited"])), .query(.tags(["even"])), .query(.all),
        .query(.matching(types: ["deposited", "withdrawn"], tags: ["even", "third"])),
        .query(
            Query([.init(types: ["withdrawn"], stream: "account-2"), .init(category: "card")])),
    ]

    /// Some twenty events in three streams, one at a time so that their times may differ.
    private static func history(in store: any EventStore) async throws -> [RecordedEvent] {
        let streams = ["account-1", "account-2", "card-1"]
        for number in 0..<20 {
            var tags: Set<String> = []
            if number % 2 == 0 { tags.insert("even") }
            if number % 3 == 0 { tags.insert("third") }
            let event = Event.sample(
                number, type: number % 4 == 1 ? "withdrawn" : "deposited", tags: tags,
                occurredAt: number % 5 == 0 ? nil : occurred(Int64(number * 7 % 20) * 3))
            try await store.append([event], to: streams[number * number % 3 + number % 2])
        }
        let all = try await store.events(Read())
        try expectEqual(all.map(\.number), Array(0..<20))
        return all
    }

    private static func starts(
        _ selection: Selection, _ direction: Read.Direction, _ all: [RecordedEvent]
    ) -> [Read.Start] {
        var starts: [Read.Start] = [.end(of: direction)]
        starts += (0...all.count + 2).map { .position(Position($0)) }
        starts.append(.position(.max))
        for event in all {
            starts.append(.time(event.recordedAt))
            starts.append(.time(Timestamp(microseconds: event.recordedAt.microseconds - 1)))
            starts.append(.time(Timestamp(microseconds: event.recordedAt.microseconds + 1)))
        }
        starts += [.time(Timestamp(microseconds: .min)), .time(Timestamp(microseconds: .max))]
        if case .stream = selection {
            starts += (0...12).map { .revision(Revision($0)) } + [.revision(.max)]
        }
        return starts
    }

    private static func check(
        _ read: Read, _ all: [RecordedEvent], _ store: any EventStore
    ) async throws {
        let found = try await store.events(read)
        var expected = all.filter { isSelected($0, by: read) && isReached($0, by: read) }
        if read.direction == .backwards { expected.reverse() }
        if let limit = read.limit { expected = Array(expected.prefix(limit)) }
        if found != expected {
            throw ContractFailure(
                "\(read): expected \(expected.map(\.position)), found \(found.map(\.position))")
        }
    }

    private static func isSelected(_ event: RecordedEvent, by read: Read) -> Bool {
        switch read.selection {
        case .all: true
        case .stream(let name): event.stream == name
        case .category(let name): event.stream.hasPrefix(name + "-")
        case .query(let query):
            query.items.isEmpty
                || query.items.contains { item in
                    (item.types.isEmpty || item.types.contains(event.type))
                        && item.tags.isSubset(of: event.tags)
                        && (item.stream ?? event.stream) == event.stream
                        && event.stream.hasPrefix(item.category.map { $0 + "-" } ?? "")
                        && (item.correlation ?? event.correlation) == event.correlation
                }
        }
    }

    private static func isReached(_ event: RecordedEvent, by read: Read) -> Bool {
        let occurred = event.occurredAt ?? event.recordedAt
        if let since = read.occurredSince, occurred < since { return false }
        if let until = read.occurredUntil, occurred > until { return false }
        let isForwards = read.direction == .forwards
        switch read.start {
        case .end: return true
        case .position(let position):
            return isForwards ? event.position >= position : event.position <= position
        case .revision(let revision):
            return isForwards ? event.revision >= revision : event.revision <= revision
        case .time(let time):
            return isForwards ? event.recordedAt >= time : event.recordedAt <= time
        }
    }
}
