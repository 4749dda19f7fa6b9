import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookStore
import Testing

/// Several journals of a store, opened together.
@Suite(.timeLimit(.minutes(15))) struct JournalsTests {
    private func code(_ body: () async throws -> Void) async -> StoreError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }

    /// The events of two journals, appended by many tasks at once.
    private func fill(_ stores: [EmbeddedStore], tasks: Int, events: Int) async throws {
        try await withThrowingTaskGroup { group in
            for store in stores {
                for task in 0..<tasks {
                    group.addTask {
                        for number in 0..<events {
                            try await store.append(
                                [Event(type: store.journalName, data: "\(number)")],
                                to: "account-\(task)",
                                expecting: number == 0 ? .none : .revision(Revision(number - 1)))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `Two appended to at once each keep an order of their own`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.fresh()
        let store = try await EmbeddedStore.open(at: path)
        let billing = try await store.journal("billing")
        try await fill([store, billing], tasks: 8, events: 25)
        for journal in [store, billing] {
            let events = try await journal.events(Read())
            #expect(events.map(\.position) == Array(1...200))
            #expect(events.allSatisfy { $0.type == journal.journalName })
        }
        try await store.close()
        #expect(await code { _ = try await billing.head() } == .closed)
        // Alone, and the other way round.
        let alone = try await EmbeddedStore.open(at: path, .existing, journal: "billing")
        #expect(try await alone.head().position == 200)
        #expect(try await alone.journal("main").events(Read()).count == 200)
        try await alone.close()
        let report = try await EmbeddedStore.verify(at: path) { _, _ in }
        #expect(report.findings == [] && report.notes == [])
        #expect(report.journals == ["billing", "main"] && report.events == 400)
        #expect(try await EmbeddedStore.verify(at: path, journal: "main") { _, _ in }.events == 200)
    }

    @Test func `Asked for again it is the same one, and closed by itself it can be opened again`()
        async throws
    {
        let disk = MemoryDisk()
        let store = try await EmbeddedStore.open(on: disk)
        async let first = store.journal("billing")
        async let second = store.journal("billing")
        let (one, other) = try await (first, second)
        try await one.append([Event(type: "t")], to: "s")
        #expect(try await other.head().position == 1)
        #expect(try await one.journal("main").journalName == "main")
        try await one.close()
        #expect(await code { _ = try await other.head() } == .closed)
        #expect(try await store.head().position == 0)
        let again = try await store.journal("billing")
        #expect(try await again.head().position == 1)
        #expect(await code { _ = try await EmbeddedStore.open(on: disk) } == .locked)
        try await store.close()
        #expect(await code { _ = try await store.journal("billing") } == .closed)
        #expect(await code { _ = try await again.journal("main") } == .closed)
        try await EmbeddedStore.open(on: disk, .existing).close()
    }

    @Test func `A journal is made only by a store that may be`() async throws {
        let disk = MemoryDisk()
        try await EmbeddedStore.open(on: disk).close()
        for mode in [EmbeddedStore.Mode.existing, .readOnly] {
            let store = try await EmbeddedStore.open(on: disk, mode)
            #expect(await code { _ = try await store.journal("billing") } == .notFound)
            #expect(await code { _ = try await store.journal("Billing") } == .invalid)
            try await store.close()
        }
        #expect(try await EmbeddedStore.journals(on: disk).map(\.name) == ["main"])
        #expect(try disk.list("journals") == ["main"])
    }

    @Test func `Readers follow each while one process writes both`() async throws {
        let disk = MemoryDisk()
        let store = try await EmbeddedStore.open(on: disk)
        let billing = try await store.journal("billing")
        let reader = try await EmbeddedStore.open(on: disk, .readOnly, journal: "billing")
        let followed = try await reader.subscribe(Subscription())
        let filling = Task { try await fill([store, billing], tasks: 4, events: 20) }
        var seen = 0
        while seen < 80, let signal = try await followed.next() {
            if case .events(let batch) = signal {
                seen += batch.count
                #expect(batch.events.allSatisfy { $0.type == "billing" })
            }
        }
        #expect(seen == 80)
        try await filling.value
        #expect(await code { _ = try await reader.journal("main").append([], to: "s") } != nil)
        let main = try await reader.journal("main")
        #expect(try await eventually { try await main.head().position == 80 })
        try await reader.close()
        try await store.close()
    }

    @Test func `They are listed with their ends and sizes, open or not`() async throws {
        let disk = MemoryDisk()
        let store = try await EmbeddedStore.open(on: disk)
        try await store.append([Event(type: "t"), Event(type: "t")], to: "s")
        try await store.journal("billing").append([Event(type: "t")], to: "s")
        try await store.journal("billing").close()
        for infos in [try await store.journals(), try await EmbeddedStore.journals(on: disk)] {
            #expect(infos.map(\.name) == ["billing", "main"])
            #expect(infos.map { $0.head?.position } == [1, 2])
            #expect(infos.map(\.hasWriter) == [false, true])
            #expect(infos.allSatisfy { $0.usedBytes > 100 && $0.fileBytes >= $0.usedBytes })
            #expect(infos.allSatisfy { $0.failure == nil && $0.createdAt != nil })
        }
        #expect(try await store.journals()[1].head == store.head())
        try await store.close()
        #expect(await code { _ = try await store.journals() } == .closed)
        #expect(await code { _ = try await EmbeddedStore.journals(on: MemoryDisk()) } == .notFound)
    }

    @Test func `Checkpoints over several are each held against their own journal`() async throws {
        let disk = MemoryDisk()
        let store = try await EmbeddedStore.open(on: disk)
        let billing = try await store.journal("billing")
        try await fill([store, billing], tasks: 2, events: 5)
        let set = try await store.checkpoints()
        #expect(set.journals == ["billing", "main"])
        try await store.check(set)
        let read = try #require(CheckpointSet(set.description))
        try await recordLater(in: billing)
        let subscription = try await billing.subscribe(
            Subscription(from: read.start(in: "billing")))
        guard case .events(let batch) = try await subscription.next() else {
            Issue.record("what came behind the checkpoint is not told")
            return
        }
        #expect(batch.events.map(\.text) == ["later"])
        var swapped = CheckpointSet()
        try swapped.set(set["main"], of: "billing")
        let error = await #expect(throws: StoreError.self) { try await store.check(swapped) }
        #expect(error?.code == .wrongCheckpoint)
        #expect(error?.place?.hasPrefix("journal 'billing'") == true)
        var unknown = CheckpointSet()
        try unknown.set(set["main"], of: "orders")
        #expect(await code { try await store.check(unknown) } == .notFound)
        #expect(try await store.journals().map(\.name) == ["billing", "main"])
        try await store.close()
    }

    private func recordLater(in store: EmbeddedStore) async throws {
        try await store.append([Event(type: "t", data: "later")], to: "more")
    }

    @Test func `Damage in one is found under its name, and the other serves`() async throws {
        let disk = MemoryDisk()
        let store = try await EmbeddedStore.open(on: disk)
        let billing = try await store.journal("billing")
        try await fill([store, billing], tasks: 2, events: 20)
        try await store.close()
        let path = "journals/billing/segments/0000000001.0"
        let file = try disk.open(path, .readWrite)
        // In the middle of the frames, after the header.
        try disk.writeAll(file, [UInt8](repeating: 0xA5, count: 16).rawSpan, at: 4096 + 300)
        disk.close(file)
        let report = try await EmbeddedStore.verify(on: disk)
        #expect(!report.findings.isEmpty)
        #expect(report.findings.allSatisfy { $0.journal == "billing" })
        #expect(report.findings[0].place.hasPrefix(path))
        let again = try await EmbeddedStore.open(on: disk, .existing)
        #expect(try await again.events(Read()).count == 40)
        #expect(await code { _ = try await again.journal("billing") } == .corrupt)
        let infos = try await again.journals()
        #expect(infos.map { $0.failure?.code } == [.corrupt, nil])
        try await again.append([Event(type: "t")], to: "goes-on")
        try await again.close()
    }
}
