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
            let what = "\(errno) \(duration) at call \(call)"
            let found = try Self.checkFailing(
                .fail(at: call, with: errno, duration), compressing: compressing, what)
            if !found.isReached { break }
            guard let failure = found.failure else { continue }
            told += 1
            let expected: Set<StoreError.Code> = [
                errno == .EIO ? .inputOutput : .diskFull, .outcomeUnknown, .poisoned,
            ]
            try require(expected.contains(failure.code), "\(what): \(failure)")
        }
        #expect(told > 30)
    }

    /// What happens to the rest of a short write.
    enum Rest: String, CaseIterable, Sendable {
        case isWritten, isShortAgain, fails, hasNoRoom

        func plan(_ call: Int) -> FaultPlan {
            let short = FaultPlan.shortWrite(at: call)
            return switch self {
            case .isWritten: short
            case .isShortAgain: .shortWrite(at: call, .forEver)
            case .fails: short + .fail(at: call + 1, with: .EIO, only: [.write])
            case .hasNoRoom: short + .fail(at: call + 1, with: .ENOSPC, .forEver, only: [.write])
            }
        }
    }

    @Test(arguments: Rest.allCases, [false, true])
    func `A short write is gone on with, or what stops it is told`(
        rest: Rest, compressing: Bool
    ) throws {
        var (writes, told) = (0, 0)
        for call in 1... {
            let what = "the rest of write \(call) \(rest)"
            let found = try Self.checkFailing(rest.plan(call), compressing: compressing, what)
            if !found.isReached { break }
            writes += 1
            guard let failure = found.failure else { continue }
            told += 1
            let expected: Set<StoreError.Code> = [
                rest == .fails ? .inputOutput : .diskFull, .outcomeUnknown, .poisoned,
            ]
            try require(expected.contains(failure.code), "\(what): \(failure)")
        }
        #expect(writes > 10)
        #expect(rest == .isWritten || rest == .isShortAgain ? told == 0 : told > 3)
    }

    /// Compacts with faults and checks that no harm is done; whether the plan was reached, and what was told.
    private static func checkFailing(
        _ plan: FaultPlan, compressing: Bool, _ what: String
    ) throws -> (isReached: Bool, failure: StoreError?) {
        let (disk, journal, failure) = try Self.compacted(plan, compressing: compressing)
        if disk.faultCount == 0 { return (false, nil) }
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
        return (true, failure)
    }
}
