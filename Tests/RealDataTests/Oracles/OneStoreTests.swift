import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookStore
import Testing

extension RealData {
    /// The four histories lie in one store, and none of them hides or changes another.
    @Suite struct `All of them in one store` {
        @Test func `It counts what all of them together have`() async throws {
            let all = try await RealStore.shared()
            let oracles = try RealSet.allCases.map { try $0.oracle() }
            let events = oracles.compactMap { $0.integer("info", "events") }.reduce(0, +)
            let streams = oracles.compactMap { $0.integer("info", "streams") }.reduce(0, +)
            #expect(all.eventCount == events)
            #expect(try await all.store.head().position == Position(events))
            let statistics = try await all.store.statistics()
            #expect(Int(statistics.events) == events)
            #expect(statistics.streams == streams)
            var byType: [String: Int] = [:]
            for oracle in oracles { byType.merge(oracle.counts("types"), uniquingKeysWith: +) }
            #expect(statistics.eventsByType.mapValues(Int.init) == byType)
            #expect(statistics.streamsByCategory.values.reduce(0, +) == streams)
            let categories = RealSet.allCases.flatMap(\.categories)
            #expect(statistics.streamsByCategory.keys.sorted() == categories.sorted())
        }

        @Test func `verify finds nothing wrong, beside the writer`() async throws {
            let all = try await RealStore.shared()
            let report = try await all.verify()
            #expect(report["findings"]?.asArray?.isEmpty == true, "\(report)")
            #expect(report.integer("events") == all.eventCount)
        }

        /// Each row of these tables is the answer to the question after one tag.
        @Test(arguments: [UInt64.random(in: 1...1_000_000)])
        func `A customer, a product, a course, a student is found by its tag`(
            seed: UInt64
        ) async throws {
            print("tags chosen by seed \(seed)")
            let random = SeededRandomness(seed: seed)
            let store = try await RealStore.shared().store
            func check(
                _ set: RealSet, _ table: String, _ row: ([RecordedEvent]) throws -> [Int]
            ) async throws {
                let rows = try set.table(table).sorted { $0.key < $1.key }
                for _ in 0..<min(150, rows.count) {
                    let (tag, expected) = rows[random.next(below: rows.count)]
                    let found = try row(try await store.events(Read(.query(.tags([tag])))))
                    #expect(expected.prefix(found.count) == found.map(String.init)[...], "\(tag)")
                }
            }
            func sum(_ events: [RecordedEvent], _ amount: (JSONValue) -> Int) throws -> Int {
                try events.reduce(0) { $0 + amount(try JSONValue(parsing: $1.text)) }
            }
            func quantity(_ data: JSONValue) -> Int { data.integer("quantity") ?? 0 }
            func mills(_ data: JSONValue) -> Int {
                quantity(data) * (data.integer("unit_price_mills") ?? 0)
            }
            try await check(.onlineRetail, "oracle_customers") { events in
                [events.count, try sum(events, mills), Set(events.map(\.stream)).count]
            }
            try await check(.onlineRetail, "oracle_products") { events in
                [try sum(events, quantity), try sum(events, mills)]
            }
            func count(_ events: [RecordedEvent], _ type: String) -> Int {
                events.count { $0.type == type }
            }
            try await check(.oulad, "oracle_courses") { events in
                [count(events, "student-registered"), count(events, "student-unregistered")]
            }
            try await check(.oulad, "oracle_students") { [count($0, "student-registered")] }
        }

        @Test(arguments: [UInt64.random(in: 1...1_000_000)])
        func `Opened again, it answers from what lies on the disk`(seed: UInt64) async throws {
            let all = try await RealStore.shared()
            let again = try await EmbeddedStore.open(at: all.folder, .readOnly)
            // The latest segment gets more events, and is in memory as far as it is full.
            #expect(Int(try all.indexedByRuns()) > all.eventCount / 2)
            try await ImportedSet<BerkaTally>.shared(.berka).checkReads(seed: seed, in: again)
            try await ImportedSet<OuladTally>.shared(.oulad).checkReads(seed: seed, in: again)
            try await ImportedSet<RoadFinesTally>.shared(.roadFines)
                .checkReads(seed: seed, in: again)
            try await ImportedSet<OnlineRetailTally>.shared(.onlineRetail)
                .checkReads(seed: seed, in: again)
            try await again.close()
        }
    }
}
