import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A crash and an error at every disk call while the index is made again: a run of it beside reads and appends, or all of
/// it by an opening.
@Suite(.tags(.crash)) struct IndexSweepTests {
    @Test(arguments: LostIndex.Loss.allCases)
    func `Without faults all of it is made again`(loss: LostIndex.Loss) throws {
        let lost = try LostIndex(loss)
        let work = try lost.work(.none)
        #expect(work.acknowledged == LostIndex.appended && work.refusal == nil)
        #expect(!work.runs.after.isEmpty)
        if loss == .damagedRun {
            #expect(work.runs.before.count > 1 && work.runs.after[0] != work.runs.before[0])
        }
        work.journal?.close()
        try lost.check(work.disk, atLeast: LostIndex.appended, "\(loss)")
    }

    @Test(arguments: LostIndex.Loss.allCases)
    func `A crash at any call loses nothing, and the index is made again`(
        loss: LostIndex.Loss
    ) throws {
        let lost = try LostIndex(loss)
        let count = try lost.count(.all)
        #expect(count > 40)
        for call in Thoroughness.sample(1...count, every: Self.step(loss)) {
            let work = try lost.work(.crash(at: call))
            try require(work.disk.hasCrashed, "call \(call) was not reached")
            let seeds = UInt64(call)..<UInt64(call) + (Thoroughness.isFull ? 3 : 1)
            for image in CrashSweepTests.Image.all(of: work.disk, seeds: seeds) {
                try lost.check(
                    image.disk, atLeast: work.acknowledged, "\(loss), call \(call), \(image.name)")
            }
        }
    }

    @Test(arguments: LostIndex.Loss.allCases, FaultSweepTests.Kind.all)
    func `An error at any call is told or does no harm, and is made good while the store is open`(
        loss: LostIndex.Loss, kind: FaultSweepTests.Kind
    ) throws {
        let lost = try LostIndex(loss)
        let count = try lost.count(kind.kinds)
        #expect(count > 3)
        for call in Thoroughness.sample(1...count, every: Self.step(loss, kind)) {
            let work = try lost.work(kind.plan(call))
            let what = "\(loss), \(kind) at \(call)"
            try require(work.disk.faultCount > 0, "\(what) was not reached")
            work.disk.plan = .none
            if let refusal = work.refusal {
                let codes: [StoreError.Code] = [.inputOutput, .diskFull]
                try require(codes.contains(refusal.code), "\(what): \(refusal)")
            }
            if let journal = work.journal, journal.failure == nil {
                // What failed is tried again after a while.
                work.world.time.advance(microseconds: 600_000_000)
                try lost.checkContent(
                    journal, work.disk, atLeast: work.acknowledged, what + ", still open")
            }
            let cut = work.disk.afterPowerCutLosingAllUnsynced()
            try lost.check(cut, atLeast: work.acknowledged, what + ", then a cut")
        }
    }

    /// Every call where most is made again, for the errors that differ most; of the rest every so many.
    private static func step(
        _ loss: LostIndex.Loss, _ kind: FaultSweepTests.Kind? = nil
    ) -> Int {
        let isFirst = loss == .damagedRun || loss == .nothingDerived
        let differs = kind.map { ["EIO once", "ENOSPC for ever"].contains($0.description) } ?? true
        return isFirst && differs ? 1 : 7
    }
}
