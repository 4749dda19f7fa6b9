import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookSimulation
import DaybookStore
import Synchronization
import Testing

/// What queries and conditions cost, counted on the disk: as much in a journal with ten times as many other events.
@Suite(.timeLimit(.minutes(15))) struct QueryCostTests {
    /// Events of each kind that is asked for.
    private static let rare = 8

    private static let options: JournalOptions = {
        var options = JournalOptions()
        options.segmentBytesFirst = 32 << 10
        options.segmentBytesMax = 64 << 10
        options.readGapBytes = 256
        options.indexRunEventsMin = 64
        return options
    }()

    /// A store of so many events, among them, far apart, a few of each kind; opened anew.
    private struct Stage {
        let disk: CountingDisk
        let store: EmbeddedStore
        /// The last event with the tag that only the first half has, and with the one that a few have.
        let last: (early: Position, rare: Position)

        init(events count: Int) async throws {
            disk = CountingDisk()
            let store = try await open(disk, seed: 1)
            let others = count / (QueryCostTests.rare + 1)
            var (early, rare): (Position, Position) = (0, 0)
            for part in 0...QueryCostTests.rare {
                for first in stride(from: 0, to: others, by: 100) {
                    let isEarly = part < QueryCostTests.rare / 2
                    let events = (first..<min(first + 100, others)).map { number in
                        Event(
                            type: "noted", data: "{\"n\":\(number)}",
                            tags: isEarly ? ["all", "early"] : ["all"])
                    }
                    let appended = try await store.append(events, to: "account-\(first % 700)")
                    if isEarly { early = appended.lastPosition }
                }
                // Behind the last of them there are others, too.
                if part == QueryCostTests.rare { break }
                try await store.append([Event(type: "rare")], to: "account-1")
                try await store.append([Event(type: "noted")], to: "rare-\(part)")
                rare = try await store.append(
                    [Event(type: "noted", tags: ["all", "rare"])], to: "account-1"
                ).lastPosition
            }
            last = (early, rare)
            // Nothing that is asked for is among the last events, which are known in memory.
            await store.settleIndex()
            try await store.close()
            self.store = try await open(disk, seed: 2)
            await self.store.settleIndex()
            disk.forget()
        }
    }

    private static func open(_ disk: CountingDisk, seed: UInt64) async throws -> EmbeddedStore {
        try await EmbeddedStore.open(
            on: disk, randomness: SeededRandomness(seed: seed), options: options)
    }

    private static let queries: [(name: String, query: Query, count: Int)] = [
        ("type", .types(["rare"]), rare),
        ("tag", .tags(["rare"]), rare),
        ("category", Query([Query.Item(category: "rare")]), rare),
        ("type and tag", Query([Query.Item(types: ["noted"], tags: ["rare"])]), rare),
        ("tag and tag", .tags(["all", "rare"]), rare),
        ("absent tag", .tags(["absent"]), 0),
        ("type and absent tag", Query([Query.Item(types: ["noted"], tags: ["absent"])]), 0),
    ]

    @Test(arguments: [2_000, 20_000])
    func `A query reads the events it finds, and little of the index`(events: Int) async throws {
        let stage = try await Stage(events: events)
        // All of it is more than any query may read.
        let condition = stage.store.condition()
        #expect(condition.usedBytes > 2 * 6144 * UInt64(Self.rare))
        for (name, query, count) in Self.queries {
            for direction in [Read.Direction.forwards, .backwards] {
                stage.disk.forget()
                let found = try await stage.store.events(Read(.query(query), direction))
                #expect(found.count == count)
                let cost = stage.disk.cost
                let isCheap =
                    cost.indexReads <= (count == 0 ? 4 : 8 * count)
                    && cost.eventReads <= 6 * count && cost.eventBytes <= 6144 * count
                #expect(isCheap, "\(name), \(direction): \(cost)")
            }
        }
        try await stage.store.close()
    }

    @Test(arguments: [2_000, 20_000])
    func `A condition reads little of the index, and no event`(events: Int) async throws {
        let stage = try await Stage(events: events)
        let conditions: [(name: String, query: Query, after: Position)] = [
            ("absent tag", .tags(["absent"]), 0),
            ("type and absent tag", Query([Query.Item(types: ["noted"], tags: ["absent"])]), 0),
            ("rare tag", .tags(["rare"]), stage.last.rare),
            ("early tag", .tags(["early"]), stage.last.early),
            (
                "type and early tag", Query([Query.Item(types: ["noted"], tags: ["early"])]),
                stage.last.early
            ),
        ]
        for (number, (name, query, after)) in conditions.enumerated() {
            stage.disk.forget()
            var append = Append([Event(type: "other")], to: "other-\(number)")
            append.queryCondition = QueryCondition(failIfEventsMatch: query, after: after)
            _ = try await stage.store.append(append)
            let cost = stage.disk.cost
            #expect(cost.indexReads <= 6 && cost.eventReads == 0, "\(name): \(cost)")
        }
        try await stage.store.close()
    }
}

/// A disk that counts what is read of the index, of offsets and of segments. What is read of the latest ids once, beside
/// everything else, does not count.
final class CountingDisk: ForwardingDisk {
    struct Cost: CustomStringConvertible {
        var indexReads = 0
        var indexBytes = 0
        var eventReads = 0
        var eventBytes = 0

        var description: String {
            "\(indexReads) reads, \(indexBytes) bytes of the index; "
                + "\(eventReads) reads, \(eventBytes) bytes of events"
        }
    }
    private struct State {
        var paths: [FileID: String] = [:]
        var cost = Cost()
    }

    let base: any Disk = MemoryDisk()
    private let state = Mutex(State())

    /// What was read since it was told to forget.
    var cost: Cost { state.withLock { $0.cost } }

    func forget() { state.withLock { $0.cost = Cost() } }

    func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        let file = try base.open(path, mode)
        state.withLock { $0.paths[file] = path }
        return file
    }

    func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        let count = try base.read(file, into: buffer, at: offset, mode)
        state.withLock { state in
            guard let path = state.paths[file] else { return }
            if path.contains("/index/") {
                state.cost.indexReads += 1
                state.cost.indexBytes += count
            } else if path.contains("/segments/"), !path.hasSuffix(".ids") {
                state.cost.eventReads += 1
                state.cost.eventBytes += count
            }
        }
        return count
    }
}
