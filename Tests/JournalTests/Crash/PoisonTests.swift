import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What a failed write or sync of the active segment does to a journal.
@Suite(.tags(.crash)) struct PoisonTests {
    private static func segment(_ kind: DiskCall.Kind) -> FaultPlan {
        .fail(at: 1, with: .EIO, only: [kind], path: "segments/")
    }

    @Test(arguments: [DiskCall.Kind.write, .sync])
    func
        `A failed write or sync answers what was staged with an unknown outcome, and stops appending`(
            kind: DiskCall.Kind
        ) throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("one", to: "account-1")
        disk.plan = Self.segment(kind)
        let staged = try journal.submit(Append([Event(type: "noted")], to: "account-1"))
        let refused = try journal.submit(
            Append([Event(type: "noted")], to: "account-1", expecting: .revision(7)))
        journal.step()
        #expect(disk.faultCount == 1)
        #expect(staged.code == .outcomeUnknown)
        #expect(refused.code == .poisoned, "it rested on the one before, which may not be there")
        let later = try journal.submit(Append([Event(type: "noted")], to: "account-2"))
        journal.step()
        #expect(later.code == .poisoned)
        #expect(journal.failure?.code == .poisoned)
        #expect(try journal.readAll().map(\.text) == ["one"])
        let calls = disk.calls.count { $0.kind == .sync || $0.kind == .write }
        journal.stepIdle()
        journal.close()
        #expect(disk.calls.count { $0.kind == .sync || $0.kind == .write } == calls)
    }

    @Test(arguments: [DiskCall.Kind.write, .sync])
    func
        `When the seal of a full segment cannot be written, the append that did not fit is answered`(
            kind: DiskCall.Kind
        ) throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append(String(repeating: "a", count: 9000), to: "account-1")
        journal.askAhead()
        while journal.stepPreparing() {}
        disk.plan = Self.segment(kind)
        let first = try journal.submit(Append([Event(type: "noted", data: "1")], to: "account-1"))
        let big = try journal.submit(
            Append(
                [Event(type: "noted", data: [UInt8](repeating: 7, count: 9000))], to: "account-1"))
        let last = try journal.submit(Append([Event(type: "noted", data: "2")], to: "account-1"))
        journal.step()
        #expect(disk.faultCount == 1)
        #expect(first.code == .outcomeUnknown)
        #expect(big.code == .outcomeUnknown || big.code == .poisoned)
        #expect(last.code == .outcomeUnknown || last.code == .poisoned)
    }

    @Test
    func `After a failed sync the next opening copies what can be read and goes on elsewhere`()
        throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("one", to: "account-1")
        disk.plan = Self.segment(.sync)
        let staged = try journal.submit(
            Append([Event(type: "noted", data: "two")], to: "account-1"))
        journal.step()
        journal.close()
        #expect(staged.code == .outcomeUnknown)
        disk.plan = .none
        let again = try World(disk, seed: 2).open()
        let texts = try again.readAll().map(\.text)
        #expect(texts == ["one", "two"], "the page cache still shows it")
        try again.append("three", to: "account-1")
        let bare = disk.afterPowerCutLosingAllUnsynced()
        #expect(try StoreScan(bare).events.map(\.text) == ["one", "two", "three"])
    }

    @Test(arguments: 0..<64)
    func `A closing whose sync failed leaves no hole, wherever its mark lies in a sector`(
        place: Int
    ) throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append(String(repeating: "1", count: 8 * place), to: "account-1")
        disk.plan = Self.segment(.sync)
        journal.close()
        #expect(disk.faultCount == 1)
        disk.plan = .none
        let again = try World(disk, seed: 2).open()
        try again.append("two", to: "account-1")
        try again.append("three", to: "account-1")
        let reopened = try World(disk.afterPowerCutLosingAllUnsynced(), seed: 3).open()
        #expect(try reopened.readAll().count == 3)
    }

    @Test func `What only a manifest that is not durable has dropped is not removed`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("one", to: "account-1")
        journal.askAhead()
        while journal.stepPreparing() {}
        // Closing gives the segment that is ready up, but the name of its manifest cannot be synced.
        disk.plan = .fail(at: 1, with: .EIO, only: [.syncDirectory], path: "journals/main")
        journal.close()
        #expect(disk.faultCount == 1)
        disk.plan = .none
        let again = try World(disk, seed: 2).open()
        try again.append("two", to: "account-1")
        for seed in 0..<40 as Range<UInt64> {
            let image = disk.afterCrash(seed: seed)
            #expect(try World(image, seed: 3).open().readAll().count == 2, "seed \(seed)")
        }
    }

    @Test(arguments: [(1, "1 event", "was"), (3, "3 events", "were")])
    func `What was written and not synced is counted when verified and when opened`(
        unsure: Int, events: String, was: String
    ) throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("acknowledged", to: "account-1")
        disk.plan = .fail(at: 1, with: .EIO, only: .syncs)
        let answers = try (0..<unsure).map {
            try journal.submit(Append([Event(type: "noted", data: "\($0)")], to: "account-1"))
        }
        journal.step()
        #expect(answers.allSatisfy { $0.code == .outcomeUnknown })
        disk.plan = .none
        let image = disk.afterProcessKill()
        #expect(try World(image).openReadOnly().view.watermark.position == 1)
        let report = try Verifier.verify(World(image).environment()) { _, _ in }
        #expect(report.events == UInt64(1 + unsure) && report.findings == [])
        #expect(
            report.notes == [
                "the store was not closed in order; \(events) behind the last durable mark \(was) "
                    + "written and not known to be durable: readers are not shown them, and the "
                    + "next writer keeps them"
            ])
        let again = try World(image, seed: 2).open()
        let appends = unsure == 1 ? "1 append or mark that" : "\(unsure) appends or marks that"
        #expect(
            again.notes == [
                "the store was not closed in order; \(appends) \(was) written but not known to be "
                    + "durable \(was) copied and kept"
            ])
        #expect(try again.readAll().count == 1 + unsure)
    }

    @Test(arguments: 0..<40)
    func `There is room for the mark of a closing, however full the segment is`(place: Int) throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append(String(repeating: "1", count: 11_700 + 8 * place), to: "account-1")
        try journal.append("two", to: "account-1")
        journal.stepIdle()
        journal.close()
        let scan = try StoreScan(disk)
        #expect(scan.frames.last?.flags == [.mark, .closed])
        #expect(try World(disk, seed: 2).open().notes.isEmpty)
    }
}
