import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A crash and an error at every call of a backup, of the next one, and of a restore.
@Suite(.tags(.crash)) struct BackupCrashTests {
    /// A store at two moments, and the backup of the first.
    private struct Stage {
        let early: SimulatedDisk
        let late: SimulatedDisk
        let scan: StoreScan
        let counts: (early: Int, late: Int)
        let backup = SimulatedDisk()

        init() throws {
            let disk = SimulatedDisk()
            let journal = try World(disk, options: .small).open()
            for number in 0..<40 {
                try journal.append(String(repeating: "a", count: 300), to: "account-\(number % 3)")
            }
            journal.stepIdle()
            early = disk.afterProcessKill()
            for number in 0..<40 {
                try journal.append(String(repeating: "b", count: 300), to: "account-\(number % 3)")
            }
            journal.close()
            late = disk.afterProcessKill()
            scan = try StoreScan(late)
            counts = (try StoreScan(early).appends.count, scan.appends.count)
            try early.backUp(to: backup)
        }

        /// Whether the disk holds a whole backup of one of the moments; which.
        func check(_ disk: SimulatedDisk, mayBeNone: Bool, _ what: String) throws {
            let store: SimulatedDisk
            do throws(StoreError) {
                let target = SimulatedDisk()
                try disk.restore(to: target)
                store = target
            } catch {
                return try require(
                    mayBeNone && error.code == .notFound, "\(what): no whole backup: \(error)")
            }
            let found = try CopyAudit(original: scan).check(store, what)
            try require(
                found == counts.early || found == counts.late,
                "\(what): a backup of neither moment, with \(found) appends")
        }
    }

    @Test(arguments: [false, true])
    func `A crash at any call leaves the former backup or the new one`(isSecond: Bool) throws {
        let stage = try Stage()
        for call in 1...2000 {
            let target = isSecond ? stage.backup.copy() : SimulatedDisk()
            target.plan = .crash(at: call)
            let source = isSecond ? stage.late : stage.early
            let isDone = (try? source.backUp(to: target)) != nil
            if !target.hasCrashed {
                #expect(isDone && call > 20)
                return
            }
            for image in CrashSweepTests.Image.all(of: target, seeds: 0..<2) {
                let what = "call \(call), \(image.name)"
                try stage.check(image.disk, mayBeNone: !isSecond && !isDone, what)
                // The next one goes on from whatever is left.
                try stage.late.backUp(to: image.disk)
                try CopyAudit(original: stage.scan).check(
                    try image.disk.restored(), appends: stage.counts.late, what)
            }
        }
        Issue.record("the backup has no end")
    }

    @Test(arguments: FaultSweepTests.Kind.all, [false, true])
    func `An error at any call is told, and leaves the former backup or the new one`(
        kind: FaultSweepTests.Kind, isSecond: Bool
    ) throws {
        let stage = try Stage()
        for call in 1...2000 {
            let target = isSecond ? stage.backup.copy() : SimulatedDisk()
            target.plan = kind.plan(call)
            let source = isSecond ? stage.late : stage.early
            var failure: StoreError?
            do throws(StoreError) { try source.backUp(to: target) } catch { failure = error }
            if target.faultCount == 0 { return #expect(failure == nil && call > 1) }
            target.plan = .none
            let what = "\(kind) at \(call)"
            let images = [target.copy(), target.afterPowerCutLosingAllUnsynced()]
            for image in images {
                try stage.check(image, mayBeNone: !isSecond && failure != nil, what)
            }
            if failure == nil {
                try CopyAudit(original: stage.scan).check(
                    try images[1].restored(),
                    appends: isSecond ? stage.counts.late : stage.counts.early, what)
            }
        }
        Issue.record("the backup has no end")
    }

    @Test func `An error at any call on the store is told`() throws {
        let stage = try Stage()
        for call in 1...2000 {
            let source = stage.late.copy()
            source.plan = .fail(at: call, with: .EIO, only: [.open, .size, .read, .list])
            let target = stage.backup.copy()
            var failure: StoreError?
            do throws(StoreError) { try source.backUp(to: target) } catch { failure = error }
            if source.faultCount == 0 { return #expect(call > 10) }
            try stage.check(target, mayBeNone: false, "call \(call)")
            if failure == nil {
                try CopyAudit(original: stage.scan).check(
                    try target.restored(), appends: stage.counts.late, "call \(call)")
            }
        }
        Issue.record("the backup has no end")
    }

    @Test func `A crash at any call of a restore leaves no store, or a whole one`() throws {
        let stage = try Stage()
        for call in 1...2000 {
            let target = SimulatedDisk(plan: .crash(at: call))
            let isDone = (try? stage.backup.restore(to: target)) != nil
            if !target.hasCrashed {
                #expect(isDone && call > 20)
                return
            }
            for image in CrashSweepTests.Image.all(of: target, seeds: 0..<2) {
                try checkRestored(image.disk, stage, isDone, "call \(call), \(image.name)")
            }
        }
        Issue.record("the restore has no end")
    }

    @Test(arguments: FaultSweepTests.Kind.all)
    func `An error at any call of a restore leaves no store, or a whole one`(
        kind: FaultSweepTests.Kind
    ) throws {
        let stage = try Stage()
        for call in 1...2000 {
            let target = SimulatedDisk(plan: kind.plan(call))
            let isDone = (try? stage.backup.restore(to: target)) != nil
            if target.faultCount == 0 { return #expect(isDone && call > 1) }
            target.plan = .none
            try checkRestored(target.copy(), stage, isDone, "\(kind) at \(call)")
            try checkRestored(
                target.afterPowerCutLosingAllUnsynced(), stage, isDone, "\(kind) at \(call), cut")
        }
        Issue.record("the restore has no end")
    }

    @Test func `After a failed last sync whatever stops the clearing leaves nothing half made`()
        throws
    {
        let stage = try Stage()
        let folder = "journals/main"
        func last(_ plan: FaultPlan) -> SimulatedDisk {
            let target = SimulatedDisk(plan: plan)
            _ = try? stage.backup.restore(to: target)
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
                    try checkRestored(
                        image.disk, stage, false, "call \(call), crash \(isCrash), \(image.name)")
                }
            }
        }
        Issue.record("the clearing has no end")
    }

    private func checkRestored(
        _ disk: SimulatedDisk, _ stage: Stage, _ isDone: Bool, _ what: String
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
        if !isThere { try stage.backup.restore(to: disk, seed: 51) }
        try CopyAudit(original: stage.scan).check(disk, appends: stage.counts.early, what)
    }
}
