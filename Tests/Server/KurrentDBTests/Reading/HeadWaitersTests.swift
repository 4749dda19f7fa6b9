import Daybook
import DaybookPlatform
import DaybookServerTesting
import DaybookStore
import Testing

@testable import DaybookDesk

/// Those of one loop who wait for what comes.
@Suite("Whoever lies down at the head") struct HeadWaitersTests {
    private final class Sleeper: HeadWaiter {
        var woken: [Position] = []
        func hasNews(behind position: Position) { woken.append(position) }
    }

    @Test func `is sent back where something came meanwhile, and else woken by what comes`()
        async throws
    {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        try await store.append([Event(type: "t")], to: "s")
        let loop = HandLoop()
        let waiters = HeadWaiters(store, on: loop) { _ in }
        let sleeper = Sleeper()
        #expect(!waiters.wait(sleeper, for: HeadWait(interest: .everything, position: 0)))
        #expect(waiters.wait(sleeper, for: HeadWait(interest: .everything, position: 1)))
        try await store.append([Event(type: "t")], to: "s")
        await loop.turn { !sleeper.woken.isEmpty }
        #expect(sleeper.woken == [1])
        try await store.close()
    }
}
