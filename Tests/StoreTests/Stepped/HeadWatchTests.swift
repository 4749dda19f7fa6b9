import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import DaybookStoreContract
import Synchronization
import Testing

/// Waiting at the head, and for room, without a task.
@Suite(.timeLimit(.minutes(15))) struct HeadWatchTests {
    /// Counts calls.
    private final class Calls: Sendable {
        private let state = Monitor(0)
        var count: Int { state.withLock { $0 } }
        func add() {
            state.withLock { $0 += 1 }
            state.broadcast()
        }
        /// Waits for so many, on a thread of its own; whether they came.
        func wait(for count: Int) async -> Bool {
            await withCheckedContinuation { continuation in
                _ = try? Thread(name: "calls") {
                    let came = self.state.wait(
                        timeoutNanoseconds: 60_000_000_000, until: { $0 >= count },
                        then: { _, outcome in outcome == .ready })
                    continuation.resume(returning: came)
                }
            }
        }
    }

    private func append(_ store: EmbeddedStore, _ count: Int = 1) async throws {
        for _ in 0..<count { try await store.append([Event(type: "t")], to: "s") }
    }

    @Test func `A watch is called once each time it is armed`() async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        let calls = Calls()
        let watch = store.watchHead { calls.add() }
        try await append(store)
        #expect(calls.count == 0, "it was not armed")
        #expect(!watch.arm(beyond: 0), "something is there already")
        #expect(watch.arm(beyond: 1))
        #expect(watch.arm(beyond: 1), "arming it again changes nothing")
        try await append(store, 3)
        // The watermark moves, and calls, before the append is answered.
        #expect(calls.count == 1)
        #expect(watch.arm(beyond: 4))
        watch.disarm()
        try await append(store)
        #expect(calls.count == 1)
        #expect(watch.arm(beyond: 5))
        try await store.close()
        #expect(calls.count == 2, "closing is news")
        #expect(!watch.arm(beyond: 5))
    }

    @Test func `One that is dropped is called no more, and holds nothing`() async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        var calls: Calls? = Calls()
        weak let held = calls
        var watch: HeadWatch? = store.watchHead { [calls] in calls?.add() }
        #expect(watch?.arm(beyond: 0) == true)
        calls = nil
        #expect(held != nil)
        watch = nil
        #expect(held == nil)
        try await append(store)
        try await store.close()
    }

    @Test func `Thousands who follow on one thread get every event by one watch`() async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        let news = Monitor(true)
        let watch = store.watchHead {
            news.withLock { $0 = true }
            news.broadcast()
        }
        let followers = 2_000
        let (rounds, finished) = (20, Calls())
        let isWhole = Mutex(true)
        // A loop, as a server has one.
        let loop = try Thread(name: "loop") {
            var all = (0..<followers).compactMap { number in
                try? store.stepped(
                    Subscription(number.isMultiple(of: 2) ? .all : .stream("s")))
            }
            var seen = Array(repeating: Position(0), count: all.count)
            while seen.contains(where: { $0 < Position(rounds) }) {
                let isInTime = news.wait(
                    timeoutNanoseconds: 60_000_000_000, until: { $0 },
                    then: { isNew, outcome in
                        isNew = false
                        return outcome == .ready
                    })
                if !isInTime { break }
                var least = Position.max
                for number in all.indices {
                    steps: while let step = try? all[number].step() {
                        switch step {
                        case .events(let batch):
                            batch.forEach { event in
                                if event.position != seen[number] + 1 {
                                    isWhole.withLock { $0 = false }
                                }
                                seen[number] = event.position
                            }
                        case .atHead(let position):
                            least = min(least, position)
                            break steps
                        default: break
                        }
                    }
                }
                if !watch.arm(beyond: least) { news.withLock { $0 = true } }
            }
            if all.count == followers && seen.allSatisfy({ $0 == Position(rounds) }) {
                finished.add()
            }
        }
        try await append(store, rounds)
        #expect(await finished.wait(for: 1))
        #expect(isWhole.withLock { $0 })
        loop.join()
        try await store.close()
    }

    @Test func `There is no room while too much is under way, and a call when there is again`()
        async throws
    {
        var options = ContractEngine.smallOptions
        options.inFlightBytesMax = 20_000
        let store = try await EmbeddedStore.open(on: MemoryDisk(), options: options)
        let (submitter, answers, room) = (StoreSubmitter(), Calls(), Calls())
        #expect(store.hasRoom)
        store.whenRoom { room.add() }
        #expect(room.count == 1, "there is some now")
        var (submitted, pauses) = (0, 0)
        while submitted < 400 {
            let event = Event(type: "t", data: [UInt8](repeating: 1, count: 2_000))
            try store.submit(Append([event], to: "s"), from: submitter) { _ in answers.add() }
            submitted += 1
            if !store.hasRoom {
                pauses += 1
                store.whenRoom { room.add() }
                #expect(await room.wait(for: 1 + pauses))
            }
        }
        #expect(await answers.wait(for: submitted))
        #expect(pauses > 0)
        #expect(store.hasRoom)
        #expect(try await store.stream("s").count == UInt64(submitted))
        try await store.close()
    }

    @Test func `Deletions by callback keep the order of their submitter`() async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        let (submitter, answers) = (StoreSubmitter(), Calls())
        let positions = Mutex<[Position]>([])
        for round in 0..<50 {
            try store.submit(Append([Event(type: "t")], to: "s"), from: submitter) { _ in
                answers.add()
            }
            try store.submit(
                deleting: "s", .soft, expecting: .revision(Revision(round)), from: submitter
            ) { answer in
                if case .success(let position) = answer {
                    positions.withLock { $0.append(position) }
                }
                answers.add()
            }
        }
        #expect(await answers.wait(for: 100))
        #expect(positions.withLock { $0.sorted() } == (1...50).map { Position(2 * $0) })
        #expect(throws: StoreError.self) {
            try store.submit(deleting: "", .soft, expecting: .any, from: submitter) { _ in }
        }
        #expect(try await store.stream("s").state == .softDeleted(last: 49))
        try await store.close()
    }
}
