import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

/// The simulated disk at work: a tiny log, crashed at each of its calls.
///
/// It must pass when it is right, and each way to get it wrong must be found; otherwise the tool
/// would show nothing.
@Suite struct CrashSweepTests {
    enum Mistake: CaseIterable {
        case none, noSync, noDirectorySync, acknowledgesBeforeSync, renamesBeforeSync,
            triesSyncAgain
    }

    /// Writes records of one sector, and acknowledges each; the last is published by a renaming.
    private static func work(
        on disk: SimulatedDisk, _ mistake: Mistake, _ acknowledge: (String) -> Void
    ) throws {
        let log = try disk.open("log", .createNew)
        if mistake != .noDirectorySync { try disk.syncDirectory("") }
        for record in 1...3 as ClosedRange<UInt8> {
            try disk.put(log, [UInt8](repeating: record, count: 512), at: 512 * Int(record - 1))
            if mistake == .acknowledgesBeforeSync { acknowledge("\(record)") }
            if mistake != .noSync { try sync(log, on: disk, again: mistake == .triesSyncAgain) }
            acknowledge("\(record)")
        }
        let note = try disk.open("note.new", .createNew)
        try disk.put(note, Array("done".utf8), at: 0)
        if mistake == .renamesBeforeSync { try disk.rename("note.new", to: "note") }
        try disk.sync(note)
        if mistake != .renamesBeforeSync { try disk.rename("note.new", to: "note") }
        if mistake != .noDirectorySync { try disk.syncDirectory("") }
        acknowledge("done")
    }

    private static func sync(_ file: FileID, on disk: SimulatedDisk, again: Bool) throws {
        do {
            try disk.sync(file)
        } catch Errno.EIO where again {
            try disk.sync(file)
        }
    }

    /// Whether the disk holds what was acknowledged, and a published note that is whole.
    private static func holds(_ disk: SimulatedDisk, _ acknowledged: [String]) -> Bool {
        let log = (try? disk.bytes("log")) ?? []
        let note = (try? disk.bytes("note")).map { String(decoding: $0, as: UTF8.self) }
        if let note, note != "done" { return false }
        return acknowledged.allSatisfy { record in
            guard let number = UInt8(record) else { return note == record }
            let sector = log.dropFirst(512 * Int(number - 1)).prefix(512)
            return sector.count == 512 && sector.allSatisfy { $0 == number }
        }
    }

    /// The first crash that loses something, in words; nil where none does.
    private static func firstLoss(_ mistake: Mistake, _ plan: FaultPlan) -> String? {
        for call in 1...100 {
            let disk = SimulatedDisk(plan: plan + .crash(at: call))
            var acknowledged: [String] = []
            try? work(on: disk, mistake) { acknowledged.append($0) }
            for order in NameOrder.allCases {
                for seed in 0..<60 as Range<UInt64>
                where !holds(disk.afterCrash(seed: seed, names: order), acknowledged) {
                    return "call \(call), seed \(seed), \(order): \(disk.calls)"
                }
            }
            if !disk.hasCrashed { return nil }
        }
        return "the work has no end"
    }

    @Test func `a log that syncs before it acknowledges loses nothing, wherever it is cut`() {
        #expect(Self.firstLoss(.none, .none) == nil)
        for sync in 1...6 {
            #expect(Self.firstLoss(.none, .fail(at: sync, with: .EIO, only: .syncs)) == nil)
        }
    }

    @Test(arguments: Mistake.allCases.filter { $0 != .none })
    func `each mistake is found`(mistake: Mistake) {
        // The second sync is that of the first record.
        let plan =
            mistake == .triesSyncAgain ? FaultPlan.fail(at: 2, with: .EIO, only: .syncs) : .none
        #expect(Self.firstLoss(mistake, plan) != nil)
    }
}
