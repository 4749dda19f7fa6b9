import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Synchronization
import Testing

/// Reads of what is in memory, which never wait, beside other tasks.
@Suite(.timeLimit(.minutes(15))) struct ReadTurnsTests {
    /// Counts how often tasks on it are given a thread: at their beginning, and after each pause.
    private final class CountingExecutor: TaskExecutor {
        private let turns = Atomic(0)
        var count: Int { turns.load(ordering: .relaxed) }

        func enqueue(_ job: consuming ExecutorJob) {
            turns.add(1, ordering: .relaxed)
            globalConcurrentExecutor.enqueue(job)
        }
    }

    @Test
    func `Whoever reads what is in memory gives way, in one long read and in many short ones`()
        async throws
    {
        var options = JournalOptions()
        options.readBatchEventsMax = 16
        let store = try await EmbeddedStore.open(on: MemoryDisk(), options: options)
        for _ in 0..<11 {
            try await store.append((0..<2000).map { _ in Event(type: "noted") }, to: "s-1")
        }
        for selection in [Selection.all, .stream("s-1")] {
            let executor = CountingExecutor()
            let count = try await Task(executorPreference: executor) {
                try await store.events(Read(selection)).count
            }.value
            #expect(count == 22_000)
            #expect(executor.count >= 5, "it keeps its thread to itself")
        }
        let executor = CountingExecutor()
        let count = try await Task(executorPreference: executor) {
            var count = 0
            for _ in 0..<500 {
                count += try await store.events(Read(.stream("s-1"), limit: 1)).count
            }
            return count
        }.value
        #expect(count == 500)
        #expect(executor.count >= 3, "many short ones keep it")
        let following = CountingExecutor()
        let followed = try await Task(executorPreference: following) {
            let cursor = try await store.subscribe(Subscription())
            var count = 0
            while let signal = try await cursor.next() {
                if case .caughtUp = signal { break }
                if case .events(let batch) = signal { count += batch.count }
            }
            return count
        }.value
        #expect(followed == 22_000)
        #expect(following.count >= 5, "a subscription keeps it")
        try await store.close()
    }
}
