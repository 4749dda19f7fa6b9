import Daybook
import DaybookCompression
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Testing

/// A compressed store answers as it did when it was plain.
@Suite struct CompressionStoreTests {
    private static let options: JournalOptions = {
        var options = JournalOptions()
        options.segmentBytesFirst = 32 << 10
        options.segmentBytesMax = 128 << 10
        options.indexRunEventsMin = 64
        options.readBatchBytes = 16 << 10
        options.decodersMax = 2
        return options
    }()

    private static func open(
        _ disk: any Disk, _ mode: EmbeddedStore.Mode = .createIfMissing
    ) async throws -> EmbeddedStore {
        try await EmbeddedStore.open(on: disk, mode, options: options, compression: .zstd)
    }

    /// Events of some kinds and sizes, now and then with everything an event may have.
    private static func fill(_ store: EmbeddedStore, _ events: Int, seed: UInt64) async throws {
        let chance = SeededRandomness(seed: seed)
        var number = 0
        while number < events {
            var append = Append()
            for _ in 0...chance.next(below: 40) {
                number += 1
                let text = "{\"customer\":\"c-\(chance.next(below: 50))\",\"total\":\(number)}"
                var event = Event(
                    id: EventID(randomHigh: chance.next(), randomLow: chance.next()),
                    type: ["placed", "paid", "sent"][chance.next(below: 3)], data: text)
                if chance.chance(1, in: 2) { event.tags = ["c:\(chance.next(below: 20))", "all"] }
                if chance.chance(1, in: 5) { event.metadata = Array("{\"by\":\"ada\"}".utf8) }
                if chance.chance(1, in: 5) { event.correlation = "run-\(number)" }
                if chance.chance(1, in: 5) { event.causation = "cause-\(number)" }
                if chance.chance(1, in: 9) {
                    event.contentType = "text/plain"
                    event.occurredAt = Timestamp(microseconds: Int64(number))
                }
                if chance.chance(1, in: 30) {
                    let count = chance.next(below: 3000)
                    event.data = (0..<count).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
                }
                if chance.chance(1, in: 99) { event.data = [] }
                append.add([event], to: "order-\(chance.next(below: 30))")
            }
            try await store.append(append)
        }
    }

    private static let reads: [Read] = [
        Read(.all), Read(.all, .backwards), Read(.all, limit: 7), Read(.category("order")),
        Read(.stream("order-3")), Read(.stream("order-7"), .backwards),
        Read(.query(.types(["paid"]))), Read(.query(.tags(["c:4"]))),
        Read(.query(.matching(types: ["sent"], tags: ["all"])), .backwards, limit: 100),
    ]

    private static func answers(_ store: EmbeddedStore) async throws -> [[RecordedEvent]] {
        var answers: [[RecordedEvent]] = []
        for read in reads { answers.append(try await store.events(read)) }
        return answers
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `Every read is answered as before`(seed: UInt64) async throws {
        let disk = MemoryDisk()
        let store = try await Self.open(disk)
        try await Self.fill(store, 6000, seed: seed)
        let before = try await Self.answers(store)
        let listed = try await store.streams(prefix: "order", after: nil, limit: 100)
        let head = try await store.head()
        let plain = try await store.statistics()
        let report = try await store.compact(
            bytesPerSecond: nil, takesAll: true, compresses: true)
        #expect(report.segmentsCompressed > 4 && report.eventsRemoved == 0)
        #expect(report.bytesAfter < report.bytesBefore * 9 / 10)
        let after = try await store.statistics()
        #expect(after.segmentsCompressed == report.segmentsCompressed)
        #expect(after.usedBytes < plain.usedBytes * 9 / 10)
        #expect(try await Self.answers(store) == before)
        #expect(try await store.streams(prefix: "order", after: nil, limit: 100) == listed)
        try await store.check(head)
        try await Self.expectDecisions(store, before[0])
        let reader = try await Self.open(disk, .readOnly)
        #expect(try await reader.events(Read(.all)).starts(with: before[0]))
        try await reader.close()
        try await store.close()
        let verified = try await EmbeddedStore.verify(on: disk, compression: .zstd)
        #expect(verified.findings == [])
        #expect(verified.segmentsCompressed == report.segmentsCompressed)
        let again = try await Self.open(disk)
        #expect(try await again.events(Read(.all)).starts(with: before[0]))
        try await again.close()
    }

    /// Conditions and repetitions that look into what is compressed.
    private static func expectDecisions(
        _ store: EmbeddedStore, _ events: [RecordedEvent]
    ) async throws {
        let old = events[10]
        let repeated = try await store.append([old.event], to: old.stream)
        #expect(repeated.isDuplicate && repeated.lastPosition == old.position)
        var refused = Append([Event(type: "paid", data: "{}")], to: "order-1")
        refused.queryCondition = QueryCondition(
            failIfEventsMatch: .types(["paid"]), after: old.position)
        let next = events.first { $0.position > old.position && $0.type == "paid" }
        let error = await #expect(throws: StoreError.self) { try await store.append(refused) }
        #expect(error?.code == .conflict && error?.position == next?.position)
    }

    @Test func `A subscription goes from what is compressed into what is not`() async throws {
        let store = try await Self.open(MemoryDisk())
        try await Self.fill(store, 2000, seed: 5)
        _ = try await store.compact(bytesPerSecond: nil, takesAll: true, compresses: true)
        try await Self.fill(store, 500, seed: 6)
        let all = try await store.events(Read(.all))
        let cursor = try await store.subscribe(Subscription(.all, from: .beginning))
        var followed: [RecordedEvent] = []
        while let signal = try await cursor.next() {
            if case .caughtUp = signal { break }
            if case .events(let batch) = signal { followed += batch.events }
        }
        #expect(followed == all)
        try await store.close()
    }

    @Test func `Reads, appends and compressing go on at once`() async throws {
        let store = try await Self.open(MemoryDisk())
        try await Self.fill(store, 3000, seed: 8)
        let before = try await store.events(Read(.all))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await store.compact(bytesPerSecond: nil, takesAll: true, compresses: true)
            }
            group.addTask { try await Self.fill(store, 1000, seed: 9) }
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<10 {
                        let found = try await store.events(Read(.all, limit: before.count))
                        #expect(found == before)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.statistics().segmentsCompressed > 0)
        #expect(try await store.events(Read(.all)).starts(with: before))
        try await store.close()
    }

    @Test func `A store opened without compression says what to do`() async throws {
        let disk = MemoryDisk()
        let store = try await Self.open(disk)
        try await Self.fill(store, 1000, seed: 2)
        _ = try await store.compact(bytesPerSecond: nil, takesAll: true, compresses: true)
        try await store.close()
        let error = await #expect(throws: StoreError.self) {
            try await EmbeddedStore.open(on: disk, options: Self.options)
        }
        #expect(error?.code == .needsCompression)
        #expect(error?.remedy.contains("compression: .zstd") == true)
        let infos = try await EmbeddedStore.journals(on: disk)
        #expect(infos.first?.failure?.code == .needsCompression)
        let plain = try await EmbeddedStore.open(on: MemoryDisk(), options: Self.options)
        let refused = await #expect(throws: StoreError.self) {
            _ = try await plain.compact(compresses: true)
        }
        #expect(refused?.code == .invalid)
        try await plain.close()
    }
}
