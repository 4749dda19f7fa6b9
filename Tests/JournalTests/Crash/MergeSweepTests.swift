import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A crash and an error at every disk call of a merge in the middle of which parts are written, and merged themselves.
@Suite(.tags(.crash)) struct MergeSweepTests {
    @Test func `Without faults parts are written and merged before the merge around them ends`()
        throws
    {
        let nested = try NestedMerge()
        let work = try nested.work(.none)
        #expect(work.acknowledged.count == work.sent && work.sent > 10)
        let calls = work.disk.calls.filter {
            (work.calls.before..<work.calls.after).contains($0.number - 1)
                && $0.path.contains("/index/")
        }
        // The first file of a run that is begun is that of the merge, and its name comes last.
        let around = try #require(calls.first { $0.path.hasSuffix(".new") }).path
        let renamed = calls.filter { $0.kind == .rename }
        #expect(renamed.last?.path == around)
        #expect(renamed.count == 1 + NestedMerge.parts + 1)
        let end = try #require(renamed.last).number
        let removed = calls.filter { $0.kind == .remove && $0.number < end }
        #expect(
            removed.map(\.path) == renamed.prefix(NestedMerge.parts).compactMap(\.target),
            "the parts were not merged within it")
        try nested.checkContent(work.journal, work.disk, work, "without faults")
        work.journal.close()
        try nested.check(work.disk, work, "opened again")
    }

    @Test func `A crash at any call loses nothing, and the index is made whole again`() throws {
        let nested = try NestedMerge()
        let count = try nested.count(.all)
        #expect(count > 100)
        for call in Thoroughness.sample(1...count, every: 5) {
            let work = try nested.work(.crash(at: call))
            try require(work.disk.hasCrashed, "call \(call) was not reached")
            let seeds = UInt64(call)..<UInt64(call) + (Thoroughness.isFull ? 3 : 1)
            for image in CrashSweepTests.Image.all(of: work.disk, seeds: seeds) {
                try nested.check(image.disk, work, "call \(call), \(image.name)")
            }
        }
    }

    @Test(arguments: FaultSweepTests.Kind.all)
    func `An error at any call does no harm, and what it ended is done later`(
        kind: FaultSweepTests.Kind
    ) throws {
        let nested = try NestedMerge()
        let count = try nested.count(kind.kinds)
        #expect(count > 3)
        for call in Thoroughness.sample(1...count, every: 5) {
            let work = try nested.work(kind.plan(call))
            let what = "\(kind) at \(call)"
            try require(work.disk.faultCount > 0, "\(what) was not reached")
            work.disk.plan = .none
            if work.journal.failure == nil {
                // What failed is tried again after a while.
                work.world.time.advance(microseconds: 600_000_000)
                while work.journal.stepIndex() {}
                try nested.checkContent(
                    work.journal, work.disk, work, what + ", still open")
                let parts = work.journal.view.index.partsInMemory
                try require(parts <= 1, "\(what): \(parts) parts are not written")
            }
            let cut = work.disk.afterPowerCutLosingAllUnsynced()
            try nested.check(cut, work, what + ", then a cut")
        }
    }
}
