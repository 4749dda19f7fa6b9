import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A crash and an error at every call of a backup, and of the next one, into a folder and into a file.
@Suite(.tags(.crash)) struct BackupCrashTests {
    /// Where the backup is written.
    private func target(_ one: CopyCase, _ stage: CopyStage) -> SimulatedDisk {
        one.isSecond ? one.former(stage) : SimulatedDisk()
    }

    /// The calls that the whole work makes.
    private func reference(_ one: CopyCase, _ stage: CopyStage) throws -> SimulatedDisk {
        let target = target(one, stage)
        try one.backUp(stage, to: target)
        #expect(target.count(.all) > 20)
        return target
    }

    @Test(arguments: CopyCase.backups)
    func `A crash at any call leaves the former backup or the new one`(one: CopyCase) throws {
        let stage = try one.stage()
        let count = try reference(one, stage).count(.all)
        var next = one
        next.isSecond = true
        for call in one.calls(count, every: 11) {
            let target = target(one, stage)
            target.plan = .crash(at: call)
            let isDone = (try? one.backUp(stage, to: target)) != nil
            #expect(target.hasCrashed)
            for image in CrashSweepTests.Image.all(of: target, seeds: 0..<2) {
                let what = "\(one), call \(call), \(image.name)"
                try stage.check(
                    image.disk, file: one.file, isLate: isDone ? one.isSecond : nil,
                    mayBeNone: !one.isSecond && !isDone, what)
                // The next one goes on from whatever is left.
                try next.backUp(stage, to: image.disk, seed: 41)
                try stage.check(
                    image.disk, file: one.file, isLate: true, mayBeNone: false, what)
                if let file = one.file {
                    try require(image.disk.files() == [file], "\(what): more is left")
                }
            }
        }
    }

    @Test(arguments: FaultSweepTests.Kind.all, CopyCase.backups)
    func `An error at any call is told, and leaves the former backup or the new one`(
        kind: FaultSweepTests.Kind, one: CopyCase
    ) throws {
        let stage = try one.stage()
        let before = try [stage.early, stage.late].map { try $0.contents() }
        let count = try reference(one, stage).count(kind.kinds)
        for call in one.calls(count, every: 7) {
            let target = target(one, stage)
            target.plan = kind.plan(call)
            var failure: StoreError?
            do throws(StoreError) { try one.backUp(stage, to: target) } catch { failure = error }
            let what = "\(one), \(kind) at \(call)"
            try require(target.faultCount > 0, "\(what): the fault was not reached")
            if let failure {
                try require(
                    [.inputOutput, .diskFull].contains(failure.code), "\(what): \(failure)")
                if let file = one.file, target.faultCount == 1 {
                    let others = target.files().filter { $0 != file }
                    try require(others.isEmpty, "\(what): \(others) are left")
                }
                if one.file == nil, target.faultCount == 1 {
                    try checkUntouched(target, since: self.target(one, stage), what)
                }
            }
            target.plan = .none
            let (seen, durable) = (target.copy(), target.afterPowerCutLosingAllUnsynced())
            for image in [seen, durable] {
                try stage.check(
                    image, file: one.file, isLate: failure == nil ? one.isSecond : nil,
                    mayBeNone: !one.isSecond && failure != nil, what)
            }
        }
        #expect(try [stage.early, stage.late].map { try $0.contents() } == before)
    }

    /// A backup that failed leaves its folder as it was found, but where the new descriptor is in its place already.
    private func checkUntouched(
        _ target: SimulatedDisk, since before: SimulatedDisk, _ what: String
    ) throws {
        target.plan = .none
        let descriptor = [target, before].map { try? $0.bytes(BackupDescriptor.name) }
        if descriptor[0] != descriptor[1] { return }
        for folder in ["", BackupDescriptor.folder] {
            let names = try [target, before].map { disk throws(Errno) in
                try disk.isDirectory(folder) ? disk.list(folder) : []
            }
            try require(names[0] == names[1], "\(what): it left \(names[0])")
        }
    }

    @Test(arguments: CopyCase.restores)
    func `An error at any call on the store is told`(one: CopyCase) throws {
        let stage = try one.stage()
        let before = try stage.late.contents()
        let kinds: Set<DiskCall.Kind> = [.open, .size, .read, .list]
        func backedUp(_ plan: FaultPlan) -> (SimulatedDisk, SimulatedDisk, StoreError?) {
            let (source, target) = (stage.late.copy(), one.former(stage))
            source.plan = plan
            do throws(StoreError) {
                if let file = one.file {
                    try source.backUp(to: target, file: file)
                } else {
                    try source.backUp(to: target)
                }
            } catch { return (source, target, error) }
            return (source, target, nil)
        }
        let count = backedUp(.none).0.count(kinds)
        #expect(count > 10)
        for call in 1...count {
            let (source, target, failure) = backedUp(.fail(at: call, with: .EIO, only: kinds))
            #expect(source.faultCount == 1)
            try stage.check(
                target, file: one.file, isLate: failure == nil, mayBeNone: false,
                "\(one), call \(call)")
            source.plan = .none
            #expect(try source.contents() == before)
        }
    }
}
