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

    @Test func `Where there is no room for a segment of the next size a smaller one will do`()
        throws
    {
        let disk = SimulatedDisk()
        let options = JournalOptions.tiny
        disk.capacityBytes = 115_000
        let journal = try World(disk, options: options).open()
        var answer: Answer
        var accepted = 0
        repeat {
            answer = try journal.submit(
                Append(
                    [Event(type: "noted", data: [UInt8](repeating: 1, count: 900))], to: "account-1"
                ))
            journal.step()
            accepted += 1
            // A segment ahead that finds no room refuses nothing.
            journal.askAhead()
            while journal.stepPreparing() {}
        } while answer.appended != nil
        #expect(answer.code == .diskFull)
        let sizes = try disk.files().filter {
            $0.contains("/segments/") && !$0.hasSuffix("offsets")
        }
        .map { try disk.bytes($0).count }
        #expect(sizes.contains { $0 > options.segmentBytesFirst }, "they doubled first: \(sizes)")
        // A segment for one more append takes three blocks at most, and a manifest one.
        let used = try disk.files().reduce(0) { try $0 + disk.bytes($1).count }
        #expect(115_000 - used < 4 * 4096, "\(sizes)")
        #expect(accepted > 60)
        disk.capacityBytes = 300_000
        for _ in 0..<60 { try journal.append(String(repeating: "1", count: 900), to: "account-1") }
        let last = try #require(StoreScan(disk).manifest?.segments.last)
        let path = JournalPaths(name: "main").segment(serial: last.serial, generation: 0)
        #expect(try disk.bytes(path).count == options.segmentBytesMax, "they are large again")
    }

    @Test(arguments: [DiskCall.Kind.write, .allocate, .createDirectory])
    func `A store that cannot be opened for want of room says so`(kind: DiskCall.Kind) throws {
        for isClosed in [true, false] {
            let disk = SimulatedDisk()
            if kind != .createDirectory {
                let journal = try World(disk).open()
                for number in 0..<3 { try journal.append("\(number)", to: "account-1") }
                if isClosed { journal.close() }
            }
            let full = disk.afterProcessKill()
            full.plan = .fail(at: 1, with: .ENOSPC, .forEver, only: [kind])
            if isClosed && kind == .allocate {
                #expect(
                    try World(full, seed: 2).open().readAll().count == 3, "nothing is allocated")
                continue
            }
            let error = #expect(throws: StoreError.self) { try World(full, seed: 2).open() }
            #expect(error?.code == .diskFull, "\(kind), closed: \(isClosed)")
            full.plan = .none
            let count = kind == .createDirectory ? 0 : 3
            #expect(try World(full, seed: 3).open().readAll().count == count)
        }
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
