import DaybookPlatform
import Testing

@Suite(.timeLimit(.minutes(15))) struct MonitorTests {
    @Test func `only one thread at a time is inside`() throws {
        let counter = Monitor(0)
        let threads = try (0..<8).map { number in
            try Thread(name: "count-\(number)") {
                for _ in 0..<10_000 { counter.withLock { $0 += 1 } }
            }
        }
        for thread in threads { thread.join() }
        #expect(counter.withLock { $0 } == 80_000)
    }

    @Test func `two threads take turns`() throws {
        let turn = Monitor((next: 0, moves: 0))
        let threads = try (0..<2).map { me in
            try Thread(name: "turn-\(me)") {
                for _ in 0..<2_000 {
                    turn.wait(until: { $0.next == me }) { state in
                        state.next = 1 - me
                        state.moves += 1
                    }
                    turn.signal()
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(turn.withLock { $0.moves } == 4_000)
    }

    @Test func `a wait without need does not wait`() {
        let monitor = Monitor(5)
        #expect(monitor.wait(until: { $0 == 5 }, then: { $0 * 2 }) == 10)
        let outcome = monitor.wait(
            timeoutNanoseconds: 0, until: { $0 == 5 }, then: { _, outcome in outcome })
        #expect(outcome == .ready)
    }

    @Test func `a wait with a limit ends, not too early, and says so`() {
        let monitor = Monitor(false)
        let time = SystemTime()
        for limit in [0, 1, 3_000_000] as [Int64] {
            let start = time.bootNanoseconds()
            let outcome = monitor.wait(
                timeoutNanoseconds: limit, until: { $0 }, then: { _, outcome in outcome })
            #expect(outcome == .timedOut)
            #expect(time.bootNanoseconds() - start >= limit)
        }
    }

    @Test func `a wait with a limit ends as soon as it may`() throws {
        let monitor = Monitor(false)
        let thread = try Thread(name: "wake") {
            monitor.withLock { $0 = true }
            monitor.broadcast()
        }
        let outcome = monitor.wait(
            timeoutNanoseconds: 60_000_000_000, until: { $0 }, then: { _, outcome in outcome })
        #expect(outcome == .ready)
        thread.join()
    }

    @Test func `a broadcast wakes all who wait`() throws {
        let monitor = Monitor((waiting: 0, isOpen: false))
        let threads = try (0..<8).map { number in
            try Thread(name: "wait-\(number)") {
                monitor.withLock { $0.waiting += 1 }
                monitor.broadcast()
                monitor.wait(until: { $0.isOpen }, then: { $0.waiting -= 1 })
            }
        }
        monitor.wait(until: { $0.waiting == 8 }, then: { $0.isOpen = true })
        monitor.broadcast()
        for thread in threads { thread.join() }
        #expect(monitor.withLock { $0.waiting } == 0)
    }

    @Test func `an error leaves the monitor open`() {
        struct Refusal: Error {}
        let monitor = Monitor(0)
        #expect(throws: Refusal.self) {
            try monitor.withLock { _ throws(Refusal) in throw Refusal() }
        }
        #expect(monitor.withLock { $0 } == 0)
    }
}

@Suite(.timeLimit(.minutes(15))) struct ThreadTests {
    @Test func `a thread is joined more than once, and knows itself`() throws {
        let seen = Monitor<[Bool]>([])
        let own = Monitor<Thread?>(nil)
        let thread = try Thread(name: "a name of more than fifteen bytes") {
            own.wait(until: { $0 != nil }) { thread in
                seen.withLock { $0.append(thread!.isCurrent) }
            }
        }
        own.withLock { $0 = thread }
        own.broadcast()
        thread.join()
        thread.join()
        #expect(!thread.isCurrent)
        #expect(seen.withLock { $0 } == [true])
    }
}

@Suite(.timeLimit(.minutes(15))) struct IOThreadsTests {
    @Test func `results and errors come back`() async throws {
        let threads = try IOThreads(count: 2)
        let sum = await threads.run { 1 + 1 }
        #expect(sum == 2)
        await #expect(throws: Errno.EIO) {
            try await threads.run { () throws(Errno) -> Int in throw .EIO }
        }
        threads.stop()
    }

    @Test func `several works go on at once`() async throws {
        let threads = try IOThreads(count: 3)
        let met = Monitor(0)
        await withTaskGroup { group in
            for _ in 0..<3 {
                group.addTask {
                    await threads.run {
                        // Nobody gets on before all have come.
                        met.withLock { $0 += 1 }
                        met.broadcast()
                        met.wait(until: { $0 == 3 }, then: { _ in })
                    }
                }
            }
        }
        threads.stop()
        #expect(met.withLock { $0 } == 3)
    }

    @Test func `stopping does first what was submitted`() throws {
        let threads = try IOThreads(count: 2)
        let done = Monitor(0)
        for _ in 0..<1_000 { threads.submit { done.withLock { $0 += 1 } } }
        threads.stop()
        #expect(done.withLock { $0 } == 1_000)
        #expect(threads.waitingCount == 0)
        threads.stop()
    }

    @Test func `work that comes too late is done by the caller`() async throws {
        let threads = try IOThreads(count: 1)
        threads.stop()
        #expect(await threads.run { 7 } == 7)
    }

    @Test func `a single thread keeps the order`() throws {
        let threads = try IOThreads(count: 1)
        let seen = Monitor<[Int]>([])
        for number in 0..<500 { threads.submit { seen.withLock { $0.append(number) } } }
        threads.stop()
        #expect(seen.withLock { $0 } == Array(0..<500))
    }

    @Test func `the last reference may go on one of its own threads`() throws {
        let done = Monitor(false)
        do {
            let threads = try IOThreads(count: 2)
            threads.submit { [threads] in
                _ = threads.waitingCount
                done.withLock { $0 = true }
                done.broadcast()
            }
        }
        done.wait(until: { $0 }, then: { _ in })
    }
}
