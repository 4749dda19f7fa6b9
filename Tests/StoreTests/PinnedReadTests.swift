import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Testing

/// Open reads beside a compaction of everything: each sees what there was when it was opened.
@Suite struct PinnedReadTests {
    private static let options: JournalOptions = {
        var options = JournalOptions()
        options.segmentBytesFirst = 32 << 10
        options.segmentBytesMax = 64 << 10
        options.readBatchBytes = 4 << 10
        options.readBatchEventsMax = 16
        options.readScatteredEventsMax = 8
        options.indexRunEventsMin = 64
        options.openFilesMax = 4
        return options
    }()

    private static let reads: [Read] = [
        Read(.all), Read(.all, .backwards), Read(.stream("account-1")),
        Read(.stream("account-1"), .backwards), Read(.category("account")),
        Read(.category("account"), .backwards), Read(.query(.tags(["all"]))),
        Read(.query(.types(["noted"])), .backwards), Read(.all, from: .position(50)),
    ]

    private static func store(_ disk: any Disk, _ count: Int = 900) async throws -> EmbeddedStore {
        let store = try await EmbeddedStore.open(on: disk, options: options)
        for number in 0..<count {
            let text = String(repeating: "x", count: 200)
            let data = "{\"n\":\(number),\"t\":\"\(text)\"}"
            let event = Event(type: "noted", data: data, tags: ["all"])
            try await store.append([event], to: "account-\(number % 3)")
        }
        return store
    }

    private static func generations(_ disk: any Disk) throws -> [String: Int] {
        let names = try disk.list("journals/main/segments")
        let segments = names.filter { !$0.hasSuffix(".offsets") && !$0.hasSuffix(".ids") }
        return Dictionary(grouping: segments) { String($0.prefix { $0 != "." }) }.mapValues(\.count)
    }

    @Test(.timeLimit(.minutes(15)))
    func `A read in the middle goes on as if nothing were removed`() async throws {
        let disk = MemoryDisk()
        let store = try await Self.store(disk)
        var expected: [[RecordedEvent]] = []
        for read in Self.reads { expected.append(try await store.events(read)) }
        var cursors: [(any EventCursor, [RecordedEvent])] = []
        for read in Self.reads {
            let cursor = try store.cursor(read)
            cursors.append((cursor, try await cursor.next()?.events ?? []))
        }
        for stream in 0..<3 { try await store.truncate("account-\(stream)", before: 300) }
        let report = try await store.compact(bytesPerSecond: nil, takesAll: true)
        #expect(report.eventsRemoved == 900 && report.segmentsWritten > 3)
        #expect(try Self.generations(disk).values.contains(2), "what is read stays")
        for (number, (cursor, begun)) in cursors.enumerated() {
            var events = begun
            while let batch = try await cursor.next() { events += batch.events }
            #expect(events == expected[number], "\(Self.reads[number])")
        }
        #expect(try await store.events(Read(.all)).isEmpty, "a new read sees what is left")
        cursors = []
        #expect(try Self.generations(disk).values.allSatisfy { $0 == 1 }, "nobody reads it")
        try await store.close()
    }

    @Test func `What a read kept goes with the next opening, and not later`() async throws {
        let disk = MemoryDisk()
        let store = try await Self.store(disk, 300)
        let cursor = try store.cursor(Read(.all))
        _ = try await cursor.next()
        for stream in 0..<3 { try await store.delete("account-\(stream)") }
        _ = try await store.compact(bytesPerSecond: nil, takesAll: true)
        try await store.close()
        #expect(try Self.generations(disk).values.contains(2))
        let again = try await EmbeddedStore.open(on: disk, options: Self.options)
        let left = try disk.list("journals/main/segments")
        #expect(try Self.generations(disk).values.allSatisfy { $0 == 1 })
        await #expect(throws: StoreError.self) { _ = try await cursor.next() }
        let kept = try disk.list("journals/main/segments")
        #expect(Set(left).isSubset(of: kept), "only what is prepared may have come")
        try await again.close()
    }

    @Test(.timeLimit(.minutes(15)))
    func `Many read here and there in more segments than may be open, beside compactions`()
        async throws
    {
        let store = try await Self.store(MemoryDisk(), 2400)
        try await store.append([Event(type: "noted", data: "{}")], to: "other-1")
        let all = try await store.events(Read(.all))
        let done = Progress()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reader in 0..<4 {
                group.addTask {
                    let chance = SeededRandomness(seed: UInt64(reader))
                    for _ in 0..<150 {
                        let first = chance.next(below: all.count)
                        let isForwards = chance.chance(1, in: 2)
                        let read = Read(
                            .all, isForwards ? .forwards : .backwards,
                            from: .position(Position(first + 1)), limit: 1 + chance.next(below: 40))
                        // What was removed is left out: what is read is what was recorded there.
                        for event in try await store.events(read) {
                            if event.position > Position(all.count) { continue }
                            #expect(event == all[Int(event.position) - 1])
                        }
                    }
                    done.note()
                }
            }
            group.addTask {
                var before: Revision = 0
                repeat {
                    before += 100
                    try await store.truncate("account-1", before: min(before, 800))
                    _ = try await store.compact(bytesPerSecond: nil, takesAll: true)
                } while done.count < 4
            }
            try await group.waitForAll()
        }
        let left = try await store.events(Read(.stream("account-0")))
        #expect(left == all.filter { $0.stream == "account-0" })
        try await store.close()
    }
}

/// How many are done.
private final class Progress: Sendable {
    private let state = Monitor(0)
    var count: Int { state.withLock { $0 } }
    func note() { state.withLock { $0 += 1 } }
}
