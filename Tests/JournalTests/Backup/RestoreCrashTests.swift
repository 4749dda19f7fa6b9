import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A crash and an error at every call of a restore, from a folder and from a file.
@Suite(.tags(.crash)) struct RestoreCrashTests {
    /// The calls that the whole work makes.
    private func reference(_ one: CopyCase, _ stage: CopyStage) throws -> SimulatedDisk {
        let target = SimulatedDisk()
        try one.former(stage).restore(to: target, file: one.file)
        #expect(target.count(.all) > 20)
        return target
    }

    @Test(arguments: CopyCase.restores)
    func `A crash at any call leaves no store, or a whole one`(one: CopyCase) throws {
        let stage = try one.stage()
        let count = try reference(one, stage).count(.all)
        for call in one.calls(count, every: 11) {
            let target = SimulatedDisk(plan: .crash(at: call))
            let isDone = (try? one.former(stage).restore(to: target, file: one.file)) != nil
            #expect(target.hasCrashed)
            for image in CrashSweepTests.Image.all(of: target, seeds: 0..<2) {
                try check(image.disk, one, stage, isDone, "\(one), call \(call), \(image.name)")
            }
        }
    }

    @Test(arguments: FaultSweepTests.Kind.all, CopyCase.restores)
    func `An error at any call leaves no store, or a whole one`(
        kind: FaultSweepTests.Kind, one: CopyCase
    ) throws {
        let stage = try one.stage()
        let count = try reference(one, stage).count(kind.kinds)
        for call in one.calls(count, every: 7) {
            let target = SimulatedDisk(plan: kind.plan(call))
            let isDone = (try? one.former(stage).restore(to: target, file: one.file)) != nil
            let what = "\(one), \(kind) at \(call)"
            try require(target.faultCount > 0, "\(what): the fault was not reached")
            target.plan = .none
            if !isDone && target.faultCount == 1 {
                // A lock that could not be taken may be that of another process.
                let left = try target.list("").filter { $0 != JournalPaths.storeLock }
                try require(left.isEmpty, "\(what): \(left) is left")
            }
            try check(target.copy(), one, stage, isDone, what)
            try check(target.afterPowerCutLosingAllUnsynced(), one, stage, isDone, what + ", cut")
        }
    }

    @Test(arguments: CopyCase.restores)
    func `An error at any call on the backup is told, and leaves no store`(one: CopyCase) throws {
        let stage = try one.stage()
        let kinds: Set<DiskCall.Kind> = [.open, .size, .read]
        let backup = one.former(stage)
        try backup.restore(to: SimulatedDisk(), file: one.file)
        let count = backup.count(kinds)
        #expect(count > 5)
        for call in 1...count {
            let (source, target) = (one.former(stage), SimulatedDisk())
            source.plan = .fail(at: call, with: .EIO, only: kinds)
            var failure: StoreError?
            do throws(StoreError) { try source.restore(to: target, file: one.file) } catch {
                failure = error
            }
            let what = "\(one), call \(call)"
            try require(source.faultCount == 1, "\(what): the fault was not reached")
            try require(failure?.code == .inputOutput, "\(what): \(failure as Any)")
            try require(try target.list("").isEmpty, "\(what): something is left")
            try check(target, one, stage, false, what)
        }
    }

    @Test func `After a failed last sync whatever stops the clearing leaves nothing half made`()
        throws
    {
        let one = CopyCase(history: .plain)
        let stage = try one.stage()
        let folder = "journals/main"
        func last(_ plan: FaultPlan) -> SimulatedDisk {
            let target = SimulatedDisk(plan: plan)
            _ = try? one.former(stage).restore(to: target)
            return target
        }
        // The last sync is the one behind the removal of the mark.
        let calls = last(.none).calls
        let removal = try #require(
            calls.last { $0.kind == .remove && $0.path.hasSuffix("UNFINISHED") })
        let sync = try #require(
            calls.first { $0.number > removal.number && $0.kind == .syncDirectory })
        #expect(sync.path == folder)
        for call in 1...2000 {
            for isCrash in [true, false] {
                let second =
                    isCrash
                    ? FaultPlan.crash(at: sync.number + call)
                    : FaultPlan.fail(at: sync.number + call, with: .EIO, .forEver)
                let target = last(.fail(at: sync.number, with: .EIO) + second)
                if target.faultCount < 2 { return #expect(call > 10) }
                target.plan = .none
                let images =
                    isCrash
                    ? CrashSweepTests.Image.all(of: target, seeds: 0..<2)
                    : [CrashSweepTests.Image(disk: target.copy(), name: "process kill")]
                for image in images {
                    try check(
                        image.disk, one, stage, false,
                        "call \(call), crash \(isCrash), \(image.name)")
                }
            }
        }
        Issue.record("the clearing has no end")
    }

    /// Checks that no store is there, or a whole one; and that a restore that comes next makes it.
    private func check(
        _ disk: SimulatedDisk, _ one: CopyCase, _ stage: CopyStage, _ isDone: Bool, _ what: String
    ) throws {
        var isThere = false
        do throws(StoreError) {
            let reader = try World(disk.copy(), seed: 5).openReadOnly()
            isThere = reader.view.damage == nil
            reader.close()
        } catch {
            try require(
                error.code == .notFound || error.place == JournalPaths(name: "main").unfinished,
                "\(what): \(error)")
        }
        try require(isThere || !isDone, "\(what): it is not there")
        if !isThere { try one.former(stage).restore(to: disk, file: one.file, seed: 51) }
        try stage.checkStore(disk, isLate: false, what)
    }
}
