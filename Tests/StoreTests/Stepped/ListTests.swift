import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookSimulation
import DaybookStore
import DaybookStoreContract
import Synchronization
import Testing

/// Lists of events by ordinals, compared with what was recorded.
@Suite(.timeLimit(.minutes(15))) struct ListTests {
    private static let lists: [EventList] = [
        .category("a"), .category("b"), .category("none"), .type("x"), .type("y"),
        .correlation("run-1"), .correlation(""), .streams, .streamsOfCategory("a"),
        .streamsOfCategory("none"),
    ]

    /// What was recorded, whatever became of it, and what of it can be read.
    fileprivate struct Model {
        var events: [RecordedEvent] = []
        /// Of which a compaction has not left a stub.
        var whole: Set<Position> = []

        /// What a list holds, stubs among them.
        func places(_ list: EventList) -> [Position] {
            events.filter { holds(list, $0) }.map(\.position)
        }

        private func holds(_ list: EventList, _ event: RecordedEvent) -> Bool {
            if StreamName.isSystem(event.stream) { return false }
            let category = StreamName.category(of: event.stream).map(String.init)
            return switch list {
            case .category(let name): category == name
            case .type(let name): event.type == name
            case .correlation(let text): event.correlation == text
            case .streams: event.revision == 0
            case .streamsOfCategory(let name): event.revision == 0 && category == name
            }
        }

        /// Those with their ordinals that a list gives from one on.
        func listed(
            _ list: EventList, from first: Ordinal = 0, backwards: Bool = false, limit: Int = .max
        ) -> [ListPlace] {
            let all = places(list).enumerated().map { ordinal, position in
                ListPlace(ordinal: Ordinal(ordinal), position: position)
            }
            let reached = all.filter { backwards ? $0.ordinal <= first : $0.ordinal >= first }
            return Array((backwards ? reached.reversed() : reached).prefix(limit))
        }
    }

    private static func options(_ chance: SeededRandomness) -> JournalOptions {
        var options = ContractEngine.smallOptions
        options.segmentBytesFirst = 16 << 10
        options.indexRunEventsMin = 8
        options.indexMergeRuns = 2 + chance.next(below: 2)
        options.readScatteredEventsMax = 1 + chance.next(below: 20)
        return options
    }

    private static func fill(_ store: SteppedStore, _ chance: SeededRandomness) async throws {
        for _ in 0..<30 + chance.next(below: 60) {
            var append = Append()
            for _ in 0...chance.next(below: 4) {
                let category = ["a", "b", "none", "plain"][chance.next(below: 4)]
                let name = category == "plain" ? "plain" : "\(category)-\(chance.next(below: 40))"
                if category == "none" { continue }
                var event = Event(
                    type: ["x", "y", "z"][chance.next(below: 3)],
                    data: [UInt8](repeating: 1, count: chance.next(below: 400)))
                if chance.chance(1, in: 3) {
                    event.correlation = ["run-1", "run-2", ""][chance.next(below: 3)]
                }
                append.entries.append(.init(stream: name, event: event))
            }
            if !append.entries.isEmpty { _ = try await store.append(append) }
        }
    }

    private static func removeSome(
        _ store: SteppedStore, _ chance: SeededRandomness
    ) async throws {
        for _ in 0..<6 {
            let stream = "\(["a", "b"][chance.next(below: 2)])-\(chance.next(below: 40))"
            guard case .live(let last) = try await store.stream(stream).state else { continue }
            if chance.chance(1, in: 2) {
                try await store.delete(stream)
            } else {
                try await store.inner.truncate(stream, before: last)
            }
        }
        _ = try await store.inner.compact(bytesPerSecond: nil, takesAll: true)
    }

    /// All that a reading gives until its end, or the head.
    /// - Parameter readable: What it is to say of each whether it can be read, where it was asked to.
    private static func all<Reading: SteppedReading>(
        _ reading: inout Reading, _ store: SteppedStore, readable: Set<Position>? = nil
    ) async throws -> [ListPlace] where Reading.Events == ListedEvents {
        var found: [ListPlace] = []
        while true {
            switch try await store.step(&reading) {
            case .events(let listed):
                #expect(!listed.isEmpty && listed.count == listed.batch.count)
                for index in listed.indices {
                    let position = listed.batch.view(at: index).position
                    found.append(
                        ListPlace(ordinal: listed.ordinal(at: index), position: position))
                    if let readable {
                        #expect(listed.isReadable(at: index) == readable.contains(position))
                    }
                }
            case .end, .atHead: return found
            default: continue
            }
        }
    }

    /// What reads of the streams give.
    private static func readable(
        _ store: SteppedStore, _ model: Model
    ) async throws -> Set<Position> {
        var readable: Set<Position> = []
        for stream in Set(model.events.map(\.stream)) where !StreamName.isSystem(stream) {
            guard case .live = try await store.stream(stream).state else { continue }
            readable.formUnion(try await store.events(Read(.stream(stream))).map(\.position))
        }
        return readable
    }

    private static func compare(
        _ store: SteppedStore, _ model: Model, _ chance: SeededRandomness, _ when: String
    ) async throws {
        let readable = try await readable(store, model)
        for list in lists {
            let count = Ordinal(model.places(list).count)
            #expect(try await store.ask(.count(of: list)) == count, "\(when), \(list)")
            let chosen = Ordinal(chance.next(below: Int(count) + 4))
            for first in [nil, chosen] as [Ordinal?] {
                for (direction, limit) in [
                    (Read.Direction.forwards, nil), (.backwards, nil),
                    (.forwards, chance.next(below: 9)), (.backwards, chance.next(below: 9)),
                ] as [(Read.Direction, Int?)] {
                    var read = try store.inner.stepped(
                        list, direction, from: first, limit: limit, tellsReadable: true)
                    let backwards = direction == .backwards
                    let expected = model.listed(
                        list, from: first ?? (backwards ? .max : 0), backwards: backwards,
                        limit: limit ?? .max)
                    let found = try await all(&read, store, readable: readable)
                    let place = "\(when), \(list) \(direction) from \(first ?? 0), \(limit ?? -1)"
                    #expect(found == expected, "\(place)")
                }
            }
            var following = try store.inner.following(list, from: chosen, tellsReadable: true)
            let found = try await all(&following, store, readable: readable)
            #expect(found == model.listed(list, from: chosen), "\(when), \(list) from \(chosen)")
            #expect(following.passed == count)
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `An ordinal is for good, and what it stands for is found by it`(seed: UInt64) async throws
    {
        let chance = SeededRandomness(seed: seed)
        let options = Self.options(chance)
        let disk = ForgetfulDisk(seed: seed)
        var store = SteppedStore(try await EmbeddedStore.open(on: disk, options: options))
        var model = Model()
        var stubs = 0
        for round in 0..<6 {
            let when = "seed \(seed), round \(round)"
            var live = try Self.lists.map { try store.inner.following($0, from: 0) }
            for index in live.indices { _ = try await Self.all(&live[index], store) }
            let counts = Self.lists.map { Ordinal(model.places($0).count) }
            try await Self.fill(store, chance)
            model.add(try await store.events(Read(includesSystemStreams: true)))
            for (index, list) in Self.lists.enumerated() {
                let found = try await Self.all(&live[index], store)
                let expected = model.listed(list, from: counts[index])
                #expect(found == expected, "\(when), \(list): what came")
            }
            try await Self.compare(store, model, chance, when)
            if round % 2 == 1 {
                try await Self.removeSome(store, chance)
                model.add(try await store.events(Read(includesSystemStreams: true)))
                try await Self.compare(store, model, chance, when + ", compacted")
            }
            await store.inner.settleIndex()
            try await Self.compare(store, model, chance, when + ", settled")
            try await store.close()
            if round > 3 {
                for file in try disk.list("journals/main/index") {
                    try disk.remove("journals/main/index/" + file)
                }
            }
            store = SteppedStore(try await EmbeddedStore.open(on: disk, options: options))
            try await Self.compare(store, model, chance, when + ", opened again")
            stubs = model.events.count - model.whole.count
        }
        #expect(stubs > 10)
        #expect(store.waits.load(ordering: .relaxed) > 0)
        try await store.close()
    }

    @Test func `Who follows from an ordinal to come is given nothing before it`() async throws {
        let store = SteppedStore(try await EmbeddedStore.open(on: MemoryDisk()))
        var following = try store.inner.following(.category("a"), from: 3)
        #expect(try await Self.all(&following, store) == [])
        for number in 0..<5 {
            try await store.append([Event(type: "t")], to: number == 1 ? "b-1" : "a-\(number)")
        }
        let found = try await Self.all(&following, store)
        #expect(found == [ListPlace(ordinal: 3, position: 5)])
        for list in [EventList.category(""), .type(""), .correlation("\n")] {
            #expect(throws: StoreError.self) { try store.inner.stepped(list) }
            #expect(throws: StoreError.self) { try store.inner.following(list, from: 0) }
            #expect(throws: StoreError.self) { _ = try LookUp<Ordinal>.count(of: list) }
        }
        try await store.close()
    }
}

extension ListTests.Model {
    /// Takes in what can be read now.
    fileprivate mutating func add(_ found: [RecordedEvent]) {
        let last = events.last?.position ?? 0
        events += found.filter { $0.position > last }
        whole = Set(found.map(\.position))
    }
}
