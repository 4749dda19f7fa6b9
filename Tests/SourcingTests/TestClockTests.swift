import Daybook
import DaybookSourcing
import DaybookSourcingTesting
import DaybookStoreContract
import Testing

struct `A test clock` {
    @Test func `Moves by hand, and tells the time of the day`() {
        let clock = TestClock(Timestamp(microseconds: 5))
        let before = clock.now
        clock.advance(by: .microseconds(1_500_000))
        #expect(clock.time == Timestamp(microseconds: 1_500_005))
        #expect(before.duration(to: clock.now) == .milliseconds(1500))
    }

    @Test(.timeLimit(.minutes(15))) func `Wakes those whose time has come, and no others`()
        async throws
    {
        let clock = TestClock()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for seconds in [1, 2, 3] {
                group.addTask {
                    try await clock.sleep(for: .seconds(seconds))
                    return seconds
                }
            }
            while clock.sleeperCount < 3 { await Task.yield() }
            clock.advance(by: .seconds(2))
            let awake = [try await group.next(), try await group.next()]
            #expect(Set(awake) == [1, 2])
            #expect(clock.sleeperCount == 1)
            clock.advance(by: .seconds(1))
            #expect(try await group.next() == 3)
        }
        try await clock.sleep(for: .zero)
    }

    @Test(.timeLimit(.minutes(15))) func `Whoever is cancelled sleeps no longer`() async throws {
        let clock = TestClock()
        let task = Task { try await clock.sleep(for: .seconds(1)) }
        while clock.sleeperCount < 1 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleeperCount == 0)
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.sleep(for: .seconds(1))
        }
        await #expect(throws: CancellationError.self) { try await late.value }
    }
}
