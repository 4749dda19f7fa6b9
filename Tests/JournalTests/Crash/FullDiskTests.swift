import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A disk that fills up, and gets room again.
@Suite(.tags(.crash)) struct FullDiskTests {
    @Test func `A full disk refuses appends, loses nothing, and is used again when it has room`()
        throws
    {
        let disk = SimulatedDisk()
        disk.capacityBytes = 60_000
        let journal = try World(disk).open()
        var accepted = 0
        var refusal: StoreError?
        while refusal == nil {
            let answer = try journal.submit(
                Append(
                    [Event(type: "noted", data: [UInt8](repeating: 1, count: 900))], to: "account-1"
                ))
            journal.step()
            if case .failure(let error) = answer.result { refusal = error } else { accepted += 1 }
            try #require(accepted < 200)
        }
        #expect(refusal?.code == .diskFull)
        #expect(refusal?.place != nil)
        #expect(journal.failure == nil)
        #expect(try journal.readAll().count == accepted)
        disk.capacityBytes = 200_000
        try journal.append("room", to: "account-1")
        #expect(try journal.readAll().count == accepted + 1)
        journal.close()
        #expect(try World(disk, seed: 2).open().readAll().count == accepted + 1)
    }

    @Test(arguments: 31...33 as ClosedRange<UInt64>)
    func `Whatever room there is, nothing is ever in doubt`(seed: UInt64) throws {
        var isRefused = false
        for kilobytes in Thoroughness.sample(4...160, every: 6, from: seed) {
            let disk = SimulatedDisk()
            disk.capacityBytes = kilobytes << 10
            let workload = Workload(disk, seed: seed, operations: 80)
            try workload.run()
            let place = "seed \(seed), \(kilobytes) KiB"
            #expect(workload.journal?.failure == nil, "\(place)")
            if let refusal = workload.refusal { #expect(refusal.code == .diskFull, "\(place)") }
            let codes = workload.ledger.sent.flatMap(\.answers).map(\.code)
            #expect(!codes.contains(.outcomeUnknown) && !codes.contains(.poisoned), "\(place)")
            isRefused = isRefused || codes.contains(.diskFull)
            disk.capacityBytes = nil
            workload.close()
            do { try Audit(ledger: workload.ledger).check(disk.afterProcessKill()) } catch {
                throw Discrepancy("\(place): \(error)")
            }
        }
        #expect(isRefused, "the disk was never full")
    }

    @Test
    func `A segment that is ready but too small is not lost when a larger one cannot be made`()
        throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("one", to: "account-1")
        journal.askAhead()
        while journal.stepPreparing() {}
        disk.capacityBytes = 70_000
        let big = try journal.submit(
            Append(
                [Event(type: "noted", data: [UInt8](repeating: 7, count: 90_000))], to: "account-1")
        )
        journal.step()
        #expect(big.code == .diskFull)
        let image = disk.afterProcessKill()
        image.capacityBytes = nil
        let reopened = try World(image, seed: 2).open()
        #expect(try reopened.readAll().map(\.text) == ["one"])
        try journal.append("two", to: "account-1")
        journal.close()
        #expect(try World(disk, seed: 2).open().readAll().map(\.text) == ["one", "two"])
    }
}
