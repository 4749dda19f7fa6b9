import Daybook
import DaybookBytes
import DaybookJSON
import DaybookLines
import DaybookPlatform
import DaybookStore
import Testing

@testable import DaybookCLI

/// What holds for every set, whatever it is about.
extension ImportedSet {
    /// Every line was recorded as it stands, at its position and with its revision.
    func checkLines() {
        #expect(misfits.prefix(5) == [])
        #expect(endsWithItsFile)
        #expect(digest == oracle["info"]?["sha256_of_jsonl"]?.asString)
        #expect(report.events == oracle.integer("info", "events"))
        #expect(places.count == oracle.integer("info", "events"))
        #expect(places.byStream.count == oracle.integer("info", "streams"))
        #expect(places.longestStream == oracle.integer("info", "max_stream_len"))
        #expect(places.counts == oracle.counts("types"))
    }

    /// Importing again records nothing, and finds that all of it is there.
    func checkSecondImport() async throws {
        let source = try ImportSource.file(set.path("events.jsonl.zst"), name: nil)
        var work = JournalImport(
            source, into: store, checksRevisions: false, interruption: Interruption())
        let head = try await store.head().position
        let again = try await work.run { _ in }
        #expect(again.failure == nil)
        #expect(again.events == 0)
        #expect(again.linesBefore == places.count)
        #expect(try await store.head().position == head)
    }

    /// Reads by type, tag, both, either, stream and category give what a scan found.
    /// - Parameter other: another opening of the store, to be asked instead.
    func checkReads(seed: UInt64, in other: EmbeddedStore? = nil) async throws {
        let look = Look(store: other ?? store, places: places)
        print("reads of \(set.rawValue) chosen by seed \(seed)")
        let random = SeededRandomness(seed: seed)
        let types = places.byType.keys.sorted()
        let tags = places.byTag.keys.sorted()
        let streams = places.byStream.keys.sorted()
        func one(of names: [String]) -> String { names[random.next(below: names.count)] }
        /// A tag and a type of one event, so that the two together match something.
        func pair() -> (type: String, tag: String) {
            let tag = one(of: tags)
            let places = places.byTag[tag]!
            let place = places[random.next(below: places.count)]
            return (types.first { self.places.byType[$0]!.contains(sorted: place) }!, tag)
        }
        for _ in 0..<12 {
            let (type, tag) = pair()
            try await look.check(.tags([tag]))
            try await look.check(.matching(types: [type], tags: [tag]))
            try await look.check(.matching(types: [one(of: types)], tags: [one(of: tags)]))
            try await look.check(.tags([one(of: tags)]).or(.matching(types: [type], tags: [tag])))
            try await look.check(.tags([tag, one(of: tags)]))
            let stream = one(of: streams)
            try await look.check(.stream(stream), places.byStream[stream]!)
            try await look.check(Query([Query.Item(types: [one(of: types)], stream: stream)]))
        }
        for type in types.shuffled(by: random).prefix(6) { try await look.check(.types([type])) }
        for name in Set(streams.compactMap(StreamName.category)).sorted() {
            try await look.check(.category(String(name)), places.category(String(name)))
        }
    }

    /// The state of a stream at an instant is the fold of what had occurred by then.
    func checkPastStates(seed: UInt64) async throws {
        print("states of \(set.rawValue) chosen by seed \(seed)")
        let random = SeededRandomness(seed: seed)
        let streams = places.byStream.filter { $0.value.count > 1 }.keys.sorted()
        for _ in 0..<40 {
            let stream = streams[random.next(below: streams.count)]
            let events = try await store.events(.stream(stream))
            let chosen = events[random.next(below: events.count)]
            let time = try #require(chosen.occurredAt)
            let then = try await StateFold.fold(
                stream, to: .time(time), isOccurred: true, in: store)
            let before = events.filter { $0.occurredAt! <= time }
            #expect(then.state == merged(before), "\(stream) at \(time)")
            #expect(then.revision == before.last?.revision)
            let behind = try await StateFold.fold(
                stream, to: .revision(chosen.revision), isOccurred: false, in: store)
            #expect(behind.state == merged(events.filter { $0.revision <= chosen.revision }))
        }
    }

    private func merged(_ events: [RecordedEvent]) -> JSONValue? {
        var members = JSONObject()
        for event in events {
            // The data of these sets is flat: what is merged is member by member.
            for (key, value) in (try? JSONValue(parsing: event.text))?.asObject ?? [:] {
                members[key] = value.isNull ? JSONValue?.none : value
            }
        }
        return events.isEmpty ? nil : .object(members)
    }
}

/// Compares reads of a store with where the events of a set stand.
private struct Look {
    let store: EmbeddedStore
    let places: Places

    func check(_ query: Query) async throws {
        try await check(.query(query), places.matching(query))
    }

    /// Reads at most so many, from the front, from a place in the middle, and backwards.
    func check(_ selection: Selection, _ expected: [UInt32]) async throws {
        let limit = 3_000
        let forwards = try await positions(Read(selection, limit: limit))
        #expect(forwards == Array(expected.prefix(limit)), "\(selection)")
        let backwards = try await positions(Read(selection, .backwards, limit: limit))
        #expect(backwards == expected.suffix(limit).reversed(), "\(selection) backwards")
        guard let middle = expected.dropFirst(expected.count / 2).first else { return }
        let start = Read.Start.position(Position(middle))
        let rest = try await positions(Read(selection, from: start, limit: 50))
        #expect(rest == Array(expected.drop { $0 < middle }.prefix(50)), "\(selection) on")
    }

    private func positions(_ read: Read) async throws -> [UInt32] {
        let cursor = try store.cursor(read)
        var found: [UInt32] = []
        while let batch = try await cursor.next() {
            batch.forEach { found.append(UInt32($0.position)) }
        }
        return found
    }
}

extension [UInt32] {
    /// Whether a number stands in an array that is in order.
    fileprivate func contains(sorted number: UInt32) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == number
    }
}

extension Array {
    fileprivate func shuffled(by random: SeededRandomness) -> [Element] {
        var rest = self
        var shuffled: [Element] = []
        while !rest.isEmpty { shuffled.append(rest.remove(at: random.next(below: rest.count))) }
        return shuffled
    }
}
