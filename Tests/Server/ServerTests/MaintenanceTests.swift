import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookSimulation
import DaybookStore
import Testing

@testable import DaybookServer

@Suite(.timeLimit(.minutes(15))) struct Maintaining {
    private let sink = HeldSink()

    private func maintenance(_ disk: any Disk) async throws -> (Maintenance, EmbeddedStore, Log) {
        let log = try Log.start(level: .info, format: .json, to: sink, time: StillTime())
        let store = try await EmbeddedStore.open(on: disk)
        try await store.append([Event(type: "t")], to: "s-1")
        let maintenance = Maintenance(OpenJournals(store), bytesPerSecond: nil, log, StillTime())
        return (maintenance, store, log)
    }

    /// What the log tells of one compaction.
    private func messages(of id: String) throws -> [String] {
        try sink.lines.map { try JSONValue(parsing: $0) }
            .filter { $0["compaction"]?.asString == id }.compactMap { $0["message"]?.asString }
    }

    @Test func `A compaction runs beside requests, one at a time, and the log tells of it`()
        async throws
    {
        let (maintenance, store, log) = try await maintenance(MemoryDisk())
        let (id, isNew) = maintenance.startCompaction()
        #expect(isNew)
        #expect(!maintenance.stopCompaction("another"))
        await maintenance.settled()
        let next = maintenance.startCompaction()
        #expect(next.isNew && next.id != id)
        await maintenance.settled()
        #expect(!maintenance.stopCompaction(next.id), "it is over")
        try await store.close()
        log.close()
        #expect(try messages(of: id) == ["compaction started", "compaction ended"])
        #expect(try messages(of: next.id) == ["compaction started", "compaction ended"])
    }

    @Test func `A compaction that is under way is not begun again, and ends with the server`()
        async throws
    {
        let disk = HeldDisk()
        let (maintenance, store, log) = try await maintenance(disk)
        disk.hold()
        let (id, isNew) = maintenance.startCompaction()
        #expect(isNew)
        let again = maintenance.startCompaction()
        #expect(again.id == id && !again.isNew)
        maintenance.cancel()
        disk.release()
        await maintenance.settled()
        try await store.close()
        log.close()
        #expect(try messages(of: id).first == "compaction started")
        #expect(try messages(of: id).count == 2)
    }

    @Test func `A compaction that fails is told with the reason`() async throws {
        let disk = SimulatedDisk()
        let (maintenance, store, log) = try await maintenance(disk)
        try await store.close()
        let (id, _) = maintenance.startCompaction()
        await maintenance.settled()
        log.close()
        #expect(try messages(of: id) == ["compaction started", "compaction failed"])
        #expect(sink.lines.last?.contains(#""why":"close was called""#) == true)
    }
}

/// A disk whose writes wait while it is told to.
private final class HeldDisk: ForwardingDisk {
    let base: any Disk = MemoryDisk()
    private let isHeld = Monitor(false)

    func hold() { isHeld.withLock { $0 = true } }
    func release() {
        isHeld.withLock { $0 = false }
        isHeld.broadcast()
    }
    func write(
        _ file: FileID, _ bytes: borrowing RawSpan, at offset: Int
    ) throws(Errno) -> Int {
        isHeld.wait(until: { !$0 }, then: { _ in })
        return try base.write(file, bytes, at: offset)
    }
}
