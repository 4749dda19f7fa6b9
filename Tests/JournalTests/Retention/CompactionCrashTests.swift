import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A compaction on a disk that loses power, fails, or is full: nothing but what may vanish does.
@Suite(.tags(.crash)) struct CompactionCrashTests {
    private static let stage = Result { try RetentionStage(seed: 5, events: 16) }

    /// Opens an image, looks at everything, and compacts it to the end.
    private static func audit(
        _ image: SimulatedDisk, compressing: Bool = false, _ what: String
    ) throws {
        let stage = try Self.stage.get()
        let vanishing = Vanishing(stage.scan.events)
        let journal = try stage.world(700, on: image).open()
        let found = try StoreScan(image)
        try vanishing.check(found, what)
        try require(try journal.readAll() == found.events, "\(what): readers see something else")
        try image.checkGenerations(what)
        try journal.compactAll(compressing: compressing)
        let done = try StoreScan(image)
        try vanishing.check(done, "\(what), compacted")
        for point in done.points.suffix(1) {
            let end =
                done.manifest!.segments.filter { $0.compactedTo == point.position }
                .compactMap(\.sealed).map { $0.firstPosition + $0.events }.max() ?? 0
            for event in stage.scan.events
            where event.position < end && vanishing.mayVanish(event, at: point) {
                try require(
                    done.stubs.contains(event.position), "\(what): \(event.position) is left")
            }
        }
        try IndexAudit(done, journal.view.index).check(what)
        journal.close()
        let report = try Verifier.verify(World(image).environment(), progress: { _, _ in })
        try require(report.findings.isEmpty, "\(what): \(report.findings)")
        try require(report.stubs == UInt64(done.stubs.count), "\(what): verify counts stubs")
    }

    /// Opens a copy of the store, sets a plan, and compacts.
    private static func compacted(
        _ plan: FaultPlan, compressing: Bool
    ) throws -> (disk: SimulatedDisk, journal: Journal, failure: StoreError?) {
        let disk = try stage.get().disk.copy()
        let journal = try stage.get().world(600, on: disk).open()
        disk.plan = plan
        do throws(StoreError) { try journal.compactAll(compressing: compressing) } catch {
            return (disk, journal, error)
        }
        return (disk, journal, nil)
    }

    @Test(arguments: [false, true])
    func `A crash at any call loses nothing that may not vanish`(compressing: Bool) throws {
        var crashes = 0
        for call in 1... {
            let (disk, _, _) = try Self.compacted(
                .crash(at: call), compressing: compressing)
            guard disk.hasCrashed else { break }
            crashes += 1
            let seeds = UInt64(call)..<UInt64(call) + (Thoroughness.isFull ? 4 : 1)
            for image in CrashSweepTests.Image.all(of: disk, seeds: seeds) {
                try Self.audit(
                    image.disk, compressing: compressing, "call \(call), \(image.name)")
            }
        }
        #expect(crashes > 60)
    }

    @Test(
        arguments: [
            (.EIO, .once), (.ENOSPC, .once), (.EIO, .forEver), (.ENOSPC, .forEver),
        ] as [(Errno, FaultPlan.Duration)], [false, true])
    func `An error at any call is told, or does no harm`(
        fault: (errno: Errno, duration: FaultPlan.Duration), compressing: Bool
    ) throws {
        let (errno, duration) = fault
        var told = 0
        for call in 1... {
            let (disk, journal, failure) = try Self.compacted(
                .fail(at: call, with: errno, duration), compressing: compressing)
            if disk.faultCount == 0 { break }
            let what = "\(errno) \(duration) at call \(call)"
            if let failure {
                told += 1
                let expected: Set<StoreError.Code> = [
                    errno == .EIO ? .inputOutput : .diskFull, .outcomeUnknown, .poisoned,
                ]
                try require(expected.contains(failure.code), "\(what): \(failure)")
            }
            disk.plan = .none
            try Vanishing(Self.stage.get().scan.events).check(StoreScan(disk), what)
            try require(
                try journal.readAll().count == Int(journal.view.watermark.position),
                "\(what): reads do not go on")
            if journal.failure == nil {
                try journal.append("on", to: "later-1")
                try journal.compactAll(compressing: compressing)
            }
            let image = disk.afterPowerCutLosingAllUnsynced()
            let scan = try StoreScan(image)
            if journal.failure != nil { try Self.audit(image, what) }
            let kept = scan.events.filter {
                $0.stream != StreamName.journal && $0.stream != "later-1"
            }
            try require(
                kept.count == (try Self.stage.get().scan.events.count), "\(what): events are lost")
            let again = try Self.stage.get().world(701, on: disk.afterProcessKill()).open()
            try require(
                try again.readAll().count >= scan.events.count, "\(what): opening again loses")
        }
        #expect(told > 30)
    }
}
