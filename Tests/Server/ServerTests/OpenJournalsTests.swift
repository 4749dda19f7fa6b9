import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookSimulation
import DaybookStore
import Testing

@testable import DaybookServer

@Suite(.timeLimit(.minutes(15))) struct `Journals that a server has open` {
    private func two(_ disk: any Disk) async throws -> (EmbeddedStore, EmbeddedStore) {
        let first = try await EmbeddedStore.open(on: disk)
        let second = try await first.journal("billing")
        for store in [first, second] { try await store.append([Event(type: "t")], to: "a-1") }
        return (first, second)
    }

    @Test func `One that has stopped is told by its name`() async throws {
        let disk = SimulatedDisk()
        let (first, second) = try await two(disk)
        let journals = OpenJournals(first)
        journals.add(second)
        #expect(journals.reasonAgainst == nil)
        disk.plan = .fail(at: 1, with: .EIO, .forEver, path: "billing")
        await #expect(throws: StoreError.self) {
            try await second.append([Event(type: "t")], to: "a-1")
        }
        let reason = try #require(journals.reasonAgainst)
        #expect(reason.hasPrefix("Journal 'billing' takes no more appends: "))
        #expect(!reason.contains("'main'"))
        try? await first.close()
    }

    @Test func `A compaction is of each, and the log says of which`() async throws {
        let sink = HeldSink()
        let log = try Log.start(level: .info, format: .json, to: sink, time: StillTime())
        let (first, second) = try await two(MemoryDisk())
        let journals = OpenJournals(first)
        journals.add(second)
        let maintenance = Maintenance(journals, bytesPerSecond: nil, log, StillTime())
        let (id, _) = maintenance.startCompaction()
        await maintenance.settled()
        try await first.close()
        log.close()
        let ended = try sink.lines.map { try JSONValue(parsing: $0) }
            .filter { $0["message"]?.asString == "compaction ended" }
        #expect(ended.map { $0["journal"]?.asString } == ["main", "billing"])
        #expect(ended.allSatisfy { $0["compaction"]?.asString == id })
    }

    @Test func `Figures are told of each`() async throws {
        let metrics = ServerMetrics(startedAt: 0, time: StillTime())
        let (first, second) = try await two(MemoryDisk())
        for store in [first, second] { metrics.watch(store) }
        let page = metrics.registry.page()
        for name in ["main", "billing"] {
            #expect(page.contains("daybook_journal_head_position{journal=\"\(name)\"} 1\n"))
        }
        #expect(page.ranges(of: "# TYPE daybook_journal_segments ").count == 1)
        try await first.close()
    }
}
