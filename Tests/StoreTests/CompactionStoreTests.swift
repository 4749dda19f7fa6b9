import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Testing

/// Compaction as a user of the store sees it.
@Suite struct CompactionStoreTests {
    private static let options: JournalOptions = {
        var options = JournalOptions()
        options.segmentBytesFirst = 32 << 10
        options.segmentBytesMax = 64 << 10
        options.indexRunEventsMin = 64
        return options
    }()

    private static func event(_ number: Int) -> Event {
        Event(
            type: "noted",
            data: "{\"n\":\(number),\"text\":\"\(String(repeating: "x", count: 200))\"}",
            tags: ["all"])
    }

    @Test func `What is gone is shown by no read, and everything else by all`() async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk(), options: Self.options)
        for number in 0..<600 {
            try await store.append([Self.event(number)], to: "account-\(number % 3)")
        }
        try await store.truncate("account-0", before: 150)
        try await store.delete("account-1")
        let report = try await store.compact(bytesPerSecond: nil, takesAll: true)
        #expect(report.isComplete && report.eventsRemoved == 350 && report.eventsLeft == 0)
        #expect(report.bytesAfter < report.bytesBefore)
        // Every third, and the last of every third.
        let numbers = (0..<600).filter { $0 % 3 == 2 || $0 % 3 == 0 && $0 >= 450 }
        let left = numbers.map { Position($0 + 1) }
        let all = Read(.all)
        let backwards: [Position] = left.reversed()
        let reads: [(Read, [Position])] = [
            (all, left), (Read(.all, .backwards), backwards),
            (Read(.query(.types(["noted"]))), left), (Read(.query(.tags(["all"]))), left),
            (Read(.category("account")), left),
            (Read(.all, limit: 7), Array(left[..<7])),
            (Read(.query(.tags(["all"])), .backwards, limit: 170), Array(backwards[..<170])),
        ]
        for (read, expected) in reads {
            #expect(try await store.events(read).map(\.position) == expected, "\(read)")
        }
        let data = try await store.events(all).map(\.data)
        #expect(data == numbers.map { Self.event($0).data })
        for selection in [Selection.all, .category("account"), .query(.tags(["all"]))] {
            let cursor = try await store.subscribe(Subscription(selection, from: .beginning))
            var followed: [Position] = []
            var progress: Position = 0
            while let signal = try await cursor.next() {
                if case .caughtUp = signal { break }
                if case .events(let batch) = signal { followed += batch.events.map(\.position) }
                if case .progress(let position) = signal { progress = position }
            }
            #expect(followed == left, "\(selection)")
            #expect(progress >= 600, "\(selection): it moves over what is gone")
        }
        // Nothing is decided differently.
        let first = Event(id: EventID(high: 1, low: 1), type: "noted", data: "{}")
        try await store.append([first], to: "account-1")
        #expect(try await store.stream("account-1").firstRevision == 200)
        try await store.close()
    }

    @Test func `Limits of 0 let nothing go`() async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk(), options: Self.options)
        for number in 0..<300 { try await store.append([Self.event(number)], to: "account-1") }
        for limit in ["$maxCount", "$maxAge"] {
            try await store.setMetadata(Array("{\"\(limit)\":0}".utf8), of: "account-1")
            let report = try await store.compact(bytesPerSecond: nil, takesAll: true)
            #expect(report.isComplete && report.eventsRemoved == 0, "\(limit)")
            #expect(try await store.events(Read(.stream("account-1"))).count == 300, "\(limit)")
        }
        try await store.close()
    }

    @Test func `Checkpoints at what is gone are as good as before`() async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk(), options: Self.options)
        for number in 0..<300 { try await store.append([Self.event(number)], to: "account-1") }
        let checkpoint = try await store.head()
        try await store.truncate("account-1", before: 300)
        let report = try await store.compact(bytesPerSecond: nil, takesAll: true)
        #expect(report.eventsRemoved == 300)
        let position = try await store.append([Self.event(300)], to: "account-1").lastPosition
        let cursor = try await store.subscribe(
            Subscription(.all, from: .checkpoint(checkpoint)))
        while let signal = try await cursor.next() {
            guard case .events(let batch) = signal else { continue }
            #expect(batch.events.map(\.position) == [position])
            break
        }
        try await store.close()
    }

    @Test(.timeLimit(.minutes(15)))
    func `Appends, reads and compaction go on at once`() async throws {
        let disk = MemoryDisk()
        let store = try await EmbeddedStore.open(on: disk, options: Self.options)
        try await store.setMetadata(StreamMetadata(maxCount: 10), of: "short-1")
        try await store.append([Self.event(0)], to: "whole-1")
        let count = 3000
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 1..<count {
                    try await store.append(
                        [Self.event(number)], to: number.isMultiple(of: 3) ? "whole-1" : "short-1")
                }
            }
            group.addTask {
                while try await store.stream("whole-1").count < UInt64(count / 3) {
                    _ = try await store.compact(bytesPerSecond: nil, takesAll: false)
                }
            }
            group.addTask {
                while true {
                    let before = try await store.stream("whole-1").count
                    let whole = try await store.events(Read(.stream("whole-1")))
                    #expect(whole.count >= Int(before))
                    #expect(whole.map(\.revision) == Array(0..<UInt64(whole.count)))
                    #expect(whole.allSatisfy { $0.data == Self.event(3 * Int($0.revision)).data })
                    let short = try await store.stream("short-1").state.next
                    if short > 0 {
                        let kept = try await store.events(Read(.stream("short-1")))
                        if let last = kept.last {
                            #expect(last.revision + 1 >= short)
                        } else {
                            // All of them were replaced by later ones, and removed, before they were read.
                            let now = try await store.stream("short-1").state.next
                            #expect(now >= short + 10)
                        }
                        #expect(kept.allSatisfy { !$0.data.isEmpty })
                    }
                    let all = try await store.events(Read(.all))
                    #expect(all.count { $0.stream == "whole-1" } >= whole.count)
                    #expect(zip(all, all.dropFirst()).allSatisfy { $0.position < $1.position })
                    if before == UInt64(count / 3) { return }
                }
            }
            try await group.waitForAll()
        }
        let report = try await store.compact(bytesPerSecond: nil, takesAll: true)
        #expect(report.isComplete)
        try await store.close()
        let verified = try await EmbeddedStore.verify(on: disk)
        #expect(verified.findings == [])
        #expect(verified.stubs == UInt64(count - count / 3) - 10)
        let again = try await EmbeddedStore.open(on: disk, options: Self.options)
        #expect(try await again.events(Read(.stream("whole-1"))).count == count / 3)
        #expect(try await again.events(Read(.stream("short-1"))).count == 10)
        try await again.close()
    }

    @Test(.timeLimit(.minutes(15)))
    func `A throttled compaction ends when its task is cancelled, or the store is closed`()
        async throws
    {
        for closes in [false, true] {
            let store = try await EmbeddedStore.open(on: MemoryDisk(), options: Self.options)
            for number in 0..<600 { try await store.append([Self.event(number)], to: "account-1") }
            try await store.truncate("account-1", before: 500)
            // At this rate it would take hours.
            let work = Task { try await store.compact(bytesPerSecond: 10, takesAll: true) }
            while try await store.streams(prefix: "$journal", after: nil, limit: 1).isEmpty {
                await Task.yield()
            }
            if closes { try await store.close() } else { work.cancel() }
            let report = try await work.value
            #expect(!report.isComplete)
            if !closes {
                #expect(try await store.compact(bytesPerSecond: nil, takesAll: true).isResumed)
                try await store.close()
            }
        }
    }
}
