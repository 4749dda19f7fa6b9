import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Readers of a journal whose index is not there, and too large for memory.
@Suite struct ScratchIndexTests {
    /// A journal that was closed, without its runs.
    private static func withoutRuns() throws -> SimulatedDisk {
        let disk = SimulatedDisk()
        let journal = try RemakeStage.world(disk, 1).open()
        var stage = RemakeStage()
        try stage.fill(journal, 5)
        journal.close()
        for path in disk.files() where path.contains("/index/") { try disk.lose(path) }
        return disk
    }

    private static func world(
        _ disk: SimulatedDisk, scratch: SimulatedDisk?, lagBytesMax: Int = 1
    ) -> World {
        var world = RemakeStage.world(disk, 2)
        world.options.indexLagBytesMax = lagBytesMax
        world.scratch = scratch
        return world
    }

    @Test func `What it has to index itself it lays on another disk, in files without names`()
        throws
    {
        let disk = try Self.withoutRuns()
        let before = try disk.contents()
        let scratch = SimulatedDisk()
        let reader = try Self.world(disk, scratch: scratch).openReadOnly()
        let runs = RemakeStage.runs(reader)
        #expect(!runs.isEmpty && runs.allSatisfy { $0.extent.end.serial > 0 })
        #expect(runs.count < reader.view.allSegments.count, "none of them were merged")
        #expect(reader.view.index.partsInMemory <= 1)
        try RemakeStage.audit(reader, disk, "with an index of its own")
        #expect(scratch.calls.contains { $0.kind == .write })
        #expect(scratch.files() == [])
        reader.close()
        #expect(try disk.contents() == before, "a reader writes to the store")
        try RemakeStage.audit(
            try Self.world(disk, scratch: scratch).openReadOnly(), disk, "and once more")
    }

    @Test func `What is little enough stays in memory`() throws {
        let disk = try Self.withoutRuns()
        let scratch = SimulatedDisk()
        let reader = try Self.world(disk, scratch: scratch, lagBytesMax: 64 << 20).openReadOnly()
        #expect(scratch.callCount == 0 && RemakeStage.runs(reader).isEmpty)
        try RemakeStage.audit(reader, disk, "in memory")
    }

    @Test(arguments: [true, false])
    func `Without such a disk, or without room there, all of it is in memory`(
        isFull: Bool
    ) throws {
        let disk = try Self.withoutRuns()
        let scratch = isFull ? SimulatedDisk() : nil
        scratch?.plan = .fail(at: 3, with: .ENOSPC, .forEver, only: .changes)
        let reader = try Self.world(disk, scratch: scratch).openReadOnly()
        try RemakeStage.audit(reader, disk, "without room")
        #expect(reader.view.index.partsInMemory > 1)
        reader.refresh()
        let count = scratch?.callCount
        reader.refresh()
        #expect(scratch?.callCount == count, "it is tried again and again")
    }

    @Test func `What a writer has written of the index takes its place`() throws {
        let disk = try Self.withoutRuns()
        let scratch = SimulatedDisk()
        let reader = try Self.world(disk, scratch: scratch).openReadOnly()
        #expect(!RemakeStage.runs(reader).isEmpty)
        let journal = try RemakeStage.world(disk, 3).open()
        for round in 0..<4 {
            for _ in 0..<90 { try RemakeStage.appendEvent(to: journal) }
            while journal.stepIndex() {}
            reader.refresh()
            try RemakeStage.audit(reader, disk, "round \(round)")
        }
        let runs = RemakeStage.runs(journal).map(\.path)
        #expect(RemakeStage.runs(reader).map(\.path).starts(with: runs.prefix(1)))
        #expect(reader.view.index.partsInMemory <= 1)
        #expect(scratch.files() == [])
    }
}
