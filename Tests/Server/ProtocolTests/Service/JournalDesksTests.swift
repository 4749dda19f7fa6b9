import Daybook
import DaybookDesk
import DaybookPlatform
import DaybookServerTesting
import DaybookStore
import Synchronization
import Testing

/// The journals that a server has opened.
@Suite(.timeLimit(.minutes(15))) struct JournalDesksTests {
    @Test func `A journal that many name at a time is opened once`() async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        let names = (0..<20).map { "journal-\($0)" }
        for name in names { try await store.journal(name).close() }
        let opened = Mutex<[String]>([])
        var around = StoreDesk.Surroundings(
            time: SystemTime(), places: FewPlaces(1), incomingBytesMax: 1 << 20)
        around.opened = { store in opened.withLock { $0.append(store.journalName) } }
        let desks = JournalDesks(store, around)
        let askers = 4
        let threads = try IOThreads(count: askers, name: "test-ask")
        for name in names {
            await withTaskGroup { group in
                for _ in 0..<askers {
                    group.addTask {
                        await threads.run {
                            // Some ask just while it becomes open.
                            while desks[name] == nil { desks.open(name) { _ in } }
                        }
                    }
                }
            }
        }
        // Behind all that waits to be opened.
        let end = await withCheckedContinuation { continuation in
            desks.open("none") { continuation.resume(returning: $0) }
        }
        #expect(throws: StoreError.self) { try end.get() }
        #expect(opened.withLock { $0 } == names)
        threads.stop()
        try await store.close()
    }
}
