import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Reading in other processes while a journal is compacted: at every call that this makes on the disk, and wherever it is
/// stopped.
@Suite(.tags(.crash)) struct CompactionBesideReaderTests {
    private static let stage = Result { try RetentionStage(seed: 8, events: 16) }

    @Test(arguments: [false, true])
    func `At every call readers see what was recorded, or what may be left of it`(
        compressing: Bool
    ) throws {
        let stage = try Self.stage.get()
        let disk = stage.disk.copy()
        let readers = try ReadersBeside(stage, disk)
        let watched = WatchedDisk(disk, tellsOf: .changes.union(Set<DiskCall.Kind>.syncs))
        let writer = try World(watched, seed: 600, time: stage.time, options: .small).open()
        watched.onCall { readers.look("before \($0)") }
        let first = try writer.compactAll(compressing: compressing)
        #expect(first.eventsRemoved > 20 && first.segmentsWritten > 2)
        try readers.check("compacted")
        // It goes on: more is appended, sealed and indexed, and more of what there was goes.
        for number in 0..<12 {
            try writer.append(String(repeating: "x", count: 600), to: "kept-\(number % 2)")
        }
        try writer.set(StreamMetadata(truncateBefore: 9), of: "kept-1")
        try writer.delete("counted-1", .soft)
        while writer.stepPreparing() || writer.stepIndex() {}
        let second = try writer.compactAll(compressing: compressing)
        #expect(second.eventsRemoved > 5)
        try readers.check("compacted again")
        writer.close()
        watched.onCall(nil)
        try readers.check("closed")
        #expect(readers.looks > 100)
    }

    @Test func `Stopped at any call and gone on with by the next writer, readers see no other`()
        throws
    {
        let stage = try Self.stage.get()
        let kinds = Set<DiskCall.Kind>.changes.union(Set<DiskCall.Kind>.syncs)
        for call in 1... {
            let disk = stage.disk.copy()
            let readers = try ReadersBeside(stage, disk)
            let writer = try stage.world(600, on: disk).open()
            disk.plan = .fail(at: call, with: .EIO, .forEver, only: kinds)
            let isDone = (try? writer.compactAll()) != nil
            let what = "stopped at call \(call)"
            readers.look(what)
            // What it does while it ends fails as well, as if it had been killed.
            writer.close()
            let wasReached = disk.faultCount > 0
            disk.plan = .none
            readers.look(what + ", nobody writes")
            let next = try stage.world(601, on: disk).open()
            readers.look(what + ", opened again")
            let rest = try next.compactAll()
            try require(rest.isComplete, "\(what): the rest is not done")
            try readers.check(what + ", gone on with")
            next.close()
            if !wasReached { return #expect(isDone && call > 40) }
        }
    }
    @Test func `A preview goes on with what a writer has put in the place of segments`() throws {
        let stage = try Self.stage.get()
        let disk = stage.disk.copy()
        let reader = try stage.world(5, on: disk).openReadOnly()
        let writer = try stage.world(600, on: disk).open()
        var removed: UInt64?
        let options = Compaction.Options(takesAll: true)
        let preview = try reader.previewCompaction(
            options, time: stage.time,
            progress: { _ in
                if removed == nil { removed = (try? writer.compactAll())?.eventsRemoved ?? 0 }
            })
        #expect(removed ?? 0 > 20)
        #expect(preview.isComplete && preview.segmentsRead == preview.segmentsTotal)
        #expect(preview.eventsRemoved < removed ?? 0, "nothing was replaced where it looked")
        writer.close()
    }
}
