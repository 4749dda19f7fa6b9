import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Queries by the index, compared with a look at every event.
@Suite struct EventIndexTests {
    private struct Sample {
        var stream: String
        var type: String
        var tags: Set<String>
        var correlation: String?

        func isFound(by query: Query, withSystem: Bool = false) -> Bool {
            query.matches(
                stream: stream, type: type, tags: tags, correlation: correlation,
                includesSystemStreams: withSystem)
        }
    }

    private static let streams = ["a-1", "a-2", "b-1", "plain", "$sys-1", "$$a-1", "a-", "-"]

    /// Random events, and their index, whose names collide.
    private static func make(
        _ chance: SeededRandomness, count: Int, hashBits: Int
    ) -> (samples: [Sample], index: EventIndex) {
        var index = EventIndex(hashKey: chance.next(), hashBits: hashBits)
        var samples: [Sample] = []
        var revisions: [String: Revision] = [:]
        for position in 1...Position(count) {
            let sample = Sample(
                stream: streams[chance.next(below: streams.count)],
                type: "t\(chance.next(below: 4))",
                tags: Set((0..<chance.next(below: 3)).map { _ in "g\(chance.next(below: 4))" }),
                correlation: chance.chance(1, in: 3) ? "c\(chance.next(below: 3))" : nil)
            samples.append(sample)
            add(
                Event(type: sample.type, tags: sample.tags, correlation: sample.correlation),
                to: sample.stream, position,
                revision: revisions[sample.stream, default: 0], &index)
            revisions[sample.stream, default: 0] += 1
        }
        return (samples, index)
    }

    private static func add(
        _ event: Event, to stream: String, _ position: Position, revision: Revision,
        _ index: inout EventIndex
    ) {
        var writer = ByteWriter()
        EventRecord.encode(event, stream: stream, into: &writer)
        writer.patch(revision, at: EventRecord.revisionAt)
        index.add(EventView(record: writer.bytes, position: position))
    }

    private static func query(_ chance: SeededRandomness) -> Query {
        Query(
            (0...chance.next(below: 2)).map { _ in
                var item = Query.Item()
                while item.isEmpty {
                    if chance.chance(1, in: 2) {
                        item.types = Set(
                            (0..<chance.next(below: 3)).map { _ in "t\(chance.next(below: 5))" })
                    }
                    if chance.chance(1, in: 2) {
                        item.tags = Set(
                            (0..<chance.next(below: 3)).map { _ in "g\(chance.next(below: 5))" })
                    }
                    if chance.chance(1, in: 5) {
                        item.stream = streams[chance.next(below: streams.count)]
                    }
                    if chance.chance(1, in: 5) {
                        item.category = ["a", "b", "", "$sys", "x"][chance.next(below: 5)]
                    }
                    if chance.chance(1, in: 5) { item.correlation = "c\(chance.next(below: 4))" }
                }
                return item
            })
    }

    /// All chunks of a request, one after another.
    private static func all(_ request: IndexRequest, _ index: EventIndex) -> [Position]? {
        var request = request
        var found: [Position] = []
        for _ in 0..<10_000 {
            let chunk = index.positions(request)
            found += chunk.positions
            guard chunk.positions.count <= request.limit, request.bounds.contains(chunk.lookedAt)
            else {
                return nil
            }
            let (low, high) = (request.bounds.lowerBound, request.bounds.upperBound)
            if request.backwards {
                if chunk.lookedAt == low { return found }
                request.bounds = low...chunk.lookedAt - 1
            } else {
                if chunk.lookedAt == high { return found }
                request.bounds = chunk.lookedAt + 1...high
            }
        }
        return nil
    }

    @Test(arguments: 81...86 as ClosedRange<UInt64>)
    func `Whatever is asked, the index finds what looking at every event finds`(seed: UInt64) {
        let chance = SeededRandomness(seed: seed)
        let (samples, index) = Self.make(
            chance, count: 250, hashBits: seed.isMultiple(of: 2) ? 3 : 32)
        var hits = 0
        for _ in 0..<250 {
            let query = Self.query(chance)
            let low = Position(1 + chance.next(below: 250))
            let bounds = low...low + Position(chance.next(below: 251 - Int(low)))
            var request = IndexRequest(
                query, in: bounds, backwards: chance.chance(1, in: 2),
                limit: 1 + chance.next(below: 40),
                includesSystemStreams: chance.chance(1, in: 2))
            if chance.chance(2, in: 3) { request.stepsMax = 1 + chance.next(below: 10) }
            let expected = bounds.filter { position in
                samples[Int(position) - 1].isFound(
                    by: query, withSystem: request.includesSystemStreams)
            }
            let found = Self.all(request, index)
            let place = "seed \(seed), \(request)"
            #expect(found == (request.backwards ? expected.reversed() : expected), "\(place)")
            hits += expected.count
            let plain = bounds.filter { position in
                samples[Int(position) - 1].isFound(by: query)
            }
            let (after, last) = (bounds.lowerBound - 1, bounds.upperBound)
            #expect(index.firstMatch(query, after: after, upTo: last) == plain.first, "\(place)")
            let most = chance.next(below: 30)
            let counted = index.matchCount(query, after: after, upTo: last, max: most)
            #expect(min(counted, most + 1) == min(plain.count, most + 1), "\(place)")
        }
        #expect(hits > 1000)
    }

    @Test func `Terms that never meet are walked a little at a time, in both directions`() {
        var index = EventIndex(hashKey: 5)
        for position in 1...1000 as ClosedRange<Position> {
            let event = Event(type: "t", tags: [position % 2 == 0 ? "even" : "odd"])
            Self.add(event, to: "s", position, revision: position - 1, &index)
        }
        for backwards in [false, true] {
            var bounds = 1...1000 as ClosedRange<Position>
            for look in 1... {
                var request = IndexRequest(
                    .matching(types: ["t"], tags: ["odd", "even"]), in: bounds,
                    backwards: backwards, limit: 9)
                request.stepsMax = 30
                let chunk = index.positions(request)
                #expect(chunk.positions == [])
                if chunk.lookedAt == (backwards ? 1 : 1000) {
                    #expect(look > 20)
                    break
                }
                // Ten rounds of three lists, each of which passes two positions at the most.
                let passed =
                    backwards
                    ? chunk.lookedAt...bounds.upperBound : bounds.lowerBound...chunk.lookedAt
                #expect((1...22).contains(passed.count), "\(passed), backwards: \(backwards)")
                bounds =
                    backwards ? bounds.lowerBound...chunk.lookedAt - 1 : chunk.lookedAt + 1...1000
            }
        }
    }

    @Test(arguments: 91...94 as ClosedRange<UInt64>)
    func `The candidates of a query are those with the rarest term, and add up`(seed: UInt64) {
        let chance = SeededRandomness(seed: seed)
        let (samples, whole) = Self.make(chance, count: 200, hashBits: 32)
        var most = 0
        for _ in 0..<100 {
            let query = Self.query(chance)
            let after = Position(chance.next(below: 200))
            let last = after + Position(chance.next(below: 201 - Int(after)))
            let behind = samples[Int(after)..<Int(last)]
            let expected = query.items.reduce(0) { $0 + Self.candidates($1, behind) }
            let found = whole.candidates(query, after: after, upTo: last)
            #expect(found.total == expected, "seed \(seed), \(query) after \(after) to \(last)")
            let middle = after + Position(chance.next(below: Int(last - after) + 1))
            let parts =
                whole.candidates(query, after: after, upTo: middle)
                + whole.candidates(query, after: middle, upTo: last)
            #expect(parts == found)
            most = max(most, expected)
        }
        #expect(most > 10)
    }

    /// Of the events with each term of an item, the fewest; none for an item of one term.
    private static func candidates(_ item: Query.Item, _ samples: ArraySlice<Sample>) -> Int {
        var terms = item.tags.map { Query.Item(tags: [$0]) }
        if !item.types.isEmpty { terms.append(Query.Item(types: item.types)) }
        if let stream = item.stream { terms.append(Query.Item(stream: stream)) }
        if let category = item.category { terms.append(Query.Item(category: category)) }
        if let text = item.correlation { terms.append(Query.Item(correlation: text)) }
        if terms.count < 2 { return 0 }
        let isSystem = item.stream.map(StreamName.isSystem) ?? false
        return terms.map { term in
            samples.count {
                StreamName.isSystem($0.stream) == isSystem
                    && $0.isFound(by: Query([term]), withSystem: true)
            }
        }.min() ?? 0
    }

    @Test(arguments: [0, 1 << 31 - 60, 1 << 32 - 60, 5 << 40] as [Position])
    func `A part is written as a run wherever in the journal it lies`(before: Position) throws {
        var index = EventIndex(hashKey: 6)
        let count: Position = 900
        for number in 1...count {
            let event = Event(type: "t\(number % 2)", tags: number % 7 == 0 ? ["seventh"] : [])
            Self.add(event, to: "s-1", before + number, revision: number - 1, &index)
        }
        let extent = RunExtent(
            journal: EventID(high: 1, low: 2), positions: PositionSpan(before + 1...before + count),
            end: SegmentEnd(serial: 1, randomID: 2, frame: 3, record: 0))
        let part = FrozenIndex(events: index, values: RecentValues(), extent: extent)
        let disk = SimulatedDisk()
        _ = try part.write(to: "run", on: disk, randomID: 4, hash: NameHash(key: 6))
        let run = try Run.open(disk, "run")
        try run.verify()
        _ = try RunMerge(runs: [run]).write(
            to: "merged", on: disk, randomID: 5, stepBytes: .max, pause: { _ in })
        let merged = try Run.open(disk, "merged")
        for query in [Query.matching(types: ["t1"], tags: ["seventh"]), .matching(types: ["t0"])] {
            let request = IndexRequest(query, in: extent.positions.range, limit: .max)
            let found = index.positions(request).positions
            #expect(found.count > 50 && found.allSatisfy { $0 > before })
            #expect(try run.chunk(request, .mayBlock).positions == found)
            #expect(try merged.chunk(request, .mayBlock).positions == found)
        }
        let own = try run.positions(
            stream: Array("s-1".utf8).rawSpan, revisions: 0..<Revision(count), .mayBlock)
        #expect(own.positions == Array(extent.positions.range))
    }

    @Test func `Every event is found behind a position, but for the system's`() {
        let chance = SeededRandomness(seed: 88)
        let (samples, index) = Self.make(chance, count: 120, hashBits: 32)
        for after in 0...120 as ClosedRange<Position> {
            let expected = (after..<120).first { !StreamName.isSystem(samples[Int($0)].stream) }
            #expect(index.firstMatch(.all, after: after, upTo: 120) == expected.map { $0 + 1 })
            let count = samples[Int(after)...].count { !StreamName.isSystem($0.stream) }
            #expect(index.matchCount(.all, after: after, upTo: 120, max: 1000) == count)
        }
        #expect(index.matchCount(.all, after: 500, upTo: 600, max: 1000) == 0)
        let first = samples[..<30].count { !StreamName.isSystem($0.stream) }
        #expect(index.matchCount(.all, after: 0, upTo: 30, max: 1000) == first)
    }

    @Test func `A stream lists the positions of its revisions`() {
        let chance = SeededRandomness(seed: 89)
        let (samples, index) = Self.make(chance, count: 120, hashBits: 2)
        for name in Self.streams {
            let own = samples.indices.filter { samples[$0].stream == name }.map { Position($0 + 1) }
            for low in 0...own.count {
                for high in low...own.count + 2 {
                    let found = index.positions(
                        stream: Array(name.utf8).rawSpan, revisions: Revision(low)..<Revision(high))
                    #expect(found.positions == Array(own[low..<min(high, own.count)]))
                }
            }
        }
    }
}
