internal import Daybook
internal import DaybookPlatform
internal import DaybookStore

/// Benchmarks of a long history: many streams of ten events each, spread over all of it.
///
/// Events have 256 bytes of payload, streams 20 bytes of name, types 15 and tags 15; every stream has a tag and a
/// type of its kind: 100,000 events of each type, ten of each tag.
struct HistoryBench: Sendable {
    let store: EmbeddedStore
    let events: Int
    let pace: Pace

    static let eventsEach = 10
    private static let payload = [UInt8]((0..<256).map { UInt8(65 + $0 * 7919 % 57) })

    var streams: Int { max(1, events / Self.eventsEach) }
    private var types: Int { max(1, events / 100_000) }

    private func stream(_ number: Int) -> String { name("account-", number, digits: 12) }
    private func tag(_ number: Int) -> String { name("cust:", number, digits: 10) }
    private func type(_ number: Int) -> String { name("kind-", number % types, digits: 10) }

    /// A number behind a prefix. Three of them are made for each event: written at once, so that what is measured is
    /// the store.
    private func name(_ prefix: String, _ number: Int, digits: Int) -> String {
        let count = prefix.utf8.count + digits
        // Safe: every byte up to `count`, and none behind it, is written.
        return unsafe String(unsafeUninitializedCapacity: count) { bytes in
            var rest = number
            for at in (prefix.utf8.count..<count).reversed() {
                unsafe bytes[at] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            _ = unsafe bytes.update(fromContentsOf: prefix.utf8)
            return count
        }
    }

    /// What is added to come from one stream of a round to the next: every round visits all streams in another order.
    private func step(round: Int) -> Int {
        // Odd steps that share no factor with the count visit every stream once.
        var step = 7_368_787 + 2 * round
        while Self.divisor(step, streams) != 1 { step += 2 }
        return step
    }

    /// Stream `number` of a round.
    private func visited(_ number: Int, round: Int, step: Int) -> Int {
        Int((UInt64(number) * UInt64(step) + UInt64(round * 31)) % UInt64(streams))
    }

    private static func divisor(_ one: Int, _ other: Int) -> Int {
        other == 0 ? one : divisor(other, one % other)
    }

    /// Records a fifth of the history: eight appenders, 1,000 events an append, each of another stream.
    func load(fifth: Int) async throws -> Measurement {
        let start = pace.time.bootNanoseconds()
        let rounds = Self.eventsEach / 5
        let parts = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for appender in 0..<8 {
                group.addTask { try await load(fifth * rounds..<(fifth + 1) * rounds, appender) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let seconds = Double(pace.time.bootNanoseconds() - start) / 1e9
        var measured = Measurement(eventsEach: 1000, seconds: seconds, latencies: parts)
        measured.eventsInAll = streams * rounds
        return measured
    }

    private func load(_ rounds: Range<Int>, _ appender: Int) async throws -> [Int64] {
        var latencies: [Int64] = []
        // Its own, as everybody who appends has data of his own.
        let payload = Array(Self.payload.reversed())
        for round in rounds {
            let step = step(round: round)
            for first in stride(from: appender * 1000, to: streams, by: 8000) {
                try pace.interruption.check()
                var append = Append()
                append.entries.reserveCapacity(1000)
                for number in first..<min(first + 1000, streams) {
                    let stream = visited(number, round: round, step: step)
                    let event = Event(
                        type: type(stream), data: payload, contentType: Event.bytes,
                        tags: [tag(stream)])
                    append.entries.append(.init(stream: self.stream(stream), event: event))
                }
                let before = pace.time.bootNanoseconds()
                try await store.append(append)
                latencies.append(pace.time.bootNanoseconds() - before)
            }
        }
        return latencies
    }

    /// Reads streams at random, each whole.
    func readStreams() async throws -> Measurement {
        try await readings { .stream(stream($0)) }
    }

    /// Reads the events of tags at random.
    func readTags() async throws -> Measurement {
        try await readings { .query(.tags([tag($0)])) }
    }

    /// The same, asked for with their type.
    func readTypesAndTags() async throws -> Measurement {
        try await readings { .query(.matching(types: [type($0)], tags: [tag($0)])) }
    }

    /// Two readers side by side; an operation reads `eventsEach` events.
    private func readings(
        _ selection: @escaping @Sendable (Int) -> Selection
    ) async throws -> Measurement {
        let stretch = Stretch(pace)
        let parts = try await withThrowingTaskGroup(of: Measurement.self) { group in
            for reader in 0..<2 {
                group.addTask {
                    var state = UInt64(reader + 1)
                    return try await stretch.repeating(eventsEach: 1) {
                        try await read(selection(random(&state)))
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return .joined(parts, seconds: stretch.elapsed)
    }

    /// The number of a stream.
    private func random(_ state: inout UInt64) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(streams))
    }

    private func read(_ selection: Selection) async throws {
        let cursor = try store.cursor(Read(selection))
        var found = 0
        while let batch = try await cursor.next() { found += batch.count }
        precondition(found == Self.eventsEach, "what was recorded is found")
    }

    /// Reads streams at random, one after the other.
    /// - Parameter forget: called before each: what it takes does not count.
    func readStreams(forgetting forget: () throws -> Void) async throws -> Measurement {
        let stretch = Stretch(pace)
        var latencies: [Int64] = []
        var state: UInt64 = 3
        while !stretch.isOver {
            try forget()
            let selection = Selection.stream(stream(random(&state)))
            let before = stretch.now
            try await read(selection)
            latencies.append(stretch.now - before)
        }
        return Measurement(
            eventsEach: 1, seconds: Double(latencies.reduce(0, +)) / 1e9, latencies: latencies)
    }

    /// 64 appenders; each append names a tag that no event has, and its type, in a condition.
    func conditions(isUnique: Bool) async throws -> Measurement {
        let stretch = Stretch(pace)
        let parts = try await withThrowingTaskGroup(of: Measurement.self) { group in
            for appender in 0..<64 {
                group.addTask {
                    var count = 0
                    return try await stretch.repeating(eventsEach: 1) {
                        count += 1
                        // As long as those of the others, as the names of the streams are.
                        let number = (isUnique ? 64 + appender : appender) * 10_000_000 + count
                        let unique = name("only:", number, digits: 10)
                        var event = Event(
                            type: type(count), data: Self.payload, contentType: Event.bytes)
                        event.tags = [unique]
                        var append = Append([event], to: "unique-appender-\(1000 + appender)")
                        if isUnique {
                            append.queryCondition = QueryCondition(
                                failIfEventsMatch: .matching(
                                    types: [event.type], tags: [unique]), after: 0)
                        }
                        try await store.append(append)
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return .joined(parts, seconds: stretch.elapsed)
    }
}
