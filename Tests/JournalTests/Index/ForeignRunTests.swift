import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Runs of this journal, and of a life of it that was undone, put beside a journal that went on.
struct ForeignRunTests {
    @Test(arguments: [true, false], 1...4 as ClosedRange<UInt64>)
    func `An old copy of the index beside a newer journal is gone on from`(
        replacesAll: Bool, seed: UInt64
    ) throws {
        let disk = SimulatedDisk()
        let journal = try RemakeStage.world(disk, 1).open()
        var stage = RemakeStage()
        try stage.fill(journal, seed)
        journal.close()
        let old = disk.copy()
        let oldPaths = RemakeStage.runs(journal).map(\.path)
        // The newer journal has an index with other ends.
        for path in oldPaths { try disk.remove(path) }
        var other = RemakeStage.world(disk, 2)
        other.options.indexRunEventsMin = 30
        let newer = try other.open()
        try stage.fill(newer, seed + 10)
        newer.close()
        let newPaths = RemakeStage.runs(newer).map(\.path)
        #expect(!oldPaths.isEmpty && !newPaths.isEmpty)
        if replacesAll { for path in newPaths { try disk.remove(path) } }
        for path in oldPaths { try put(path, from: old, to: disk) }
        let reader = try RemakeStage.world(disk, 3).openReadOnly()
        try RemakeStage.audit(reader, disk, "for reading")
        reader.close()
        try checkGoingOn(with: &stage, on: disk, seed + 20, usesRuns: true)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `The index of a life that was undone is not used`(seed: UInt64) throws {
        let undone = SimulatedDisk()
        let journal = try RemakeStage.world(undone, 1).open()
        var stage = RemakeStage()
        try stage.fill(journal, seed)
        journal.close()
        // From here the same journal goes on twice; the second time further, so that the first ends inside of it.
        let disk = undone.copy()
        var otherStage = stage
        let first = try RemakeStage.world(undone, 2).open()
        try stage.fill(first, seed + 10)
        first.close()
        let second = try RemakeStage.world(disk, 3).open()
        try otherStage.fill(second, seed + 20)
        try otherStage.fill(second, seed + 30)
        second.close()
        for run in RemakeStage.runs(second) { try disk.remove(run.path) }
        for run in RemakeStage.runs(first) { try put(run.path, from: undone, to: disk) }
        try checkGoingOn(with: &otherStage, on: disk, seed + 40, usesRuns: false)
    }

    /// Opens the journal beside which other runs were put: it answers rightly, goes on, and is whole afterwards.
    private func checkGoingOn(
        with stage: inout RemakeStage, on disk: SimulatedDisk, _ seed: UInt64, usesRuns: Bool
    ) throws {
        let journal = try RemakeStage.world(disk, 4).open()
        #expect(RemakeStage.runs(journal).isEmpty != usesRuns)
        try RemakeStage.audit(journal, disk, "put back")
        try stage.appendValues(3, to: journal)
        try stage.fill(journal, seed)
        try RemakeStage.audit(journal, disk, "gone on")
        journal.close()
        let findings = try Verifier.verify(
            RemakeStage.world(disk, 5).environment(), progress: { _, _ in }
        ).findings
        #expect(findings == [])
    }

    private func put(_ path: String, from old: SimulatedDisk, to disk: SimulatedDisk) throws {
        let bytes = try old.bytes(path)
        let made = try OpenFile(disk, path, .createNew)
        try made.writeAll(bytes.rawSpan, at: 0)
        try made.sync()
    }
}
