import Daybook
import DaybookPlatform
import DaybookSimulation

@testable import DaybookJournal

/// Two journals of one store, open in one process, whose work is mixed by a seed.
final class TwoJournals {
    static let names = [JournalName.main, "billing"]

    let disk: SimulatedDisk
    let workloads: [Workload]
    private let operations: Int
    private let chance: SeededRandomness

    init(_ disk: SimulatedDisk, _ sweep: Sweep) {
        self.disk = disk
        operations = sweep.operations
        chance = SeededRandomness(seed: sweep.seed ^ 0x2)
        workloads = Self.names.enumerated().map { number, name in
            Workload(disk, seed: sweep.seed + 1000 * UInt64(number), journal: name)
        }
        for (number, workload) in workloads.enumerated() {
            let other = workloads[1 - number]
            workload.world.neighbour = { [weak other] in other?.journal }
        }
    }

    /// Runs to the end and closes both, or until the power goes.
    func run() throws {
        for workload in workloads { workload.open() }
        for _ in 0..<operations {
            if !(try workloads[chance.next(below: 2)].goOn()) { return }
        }
        for workload in workloads {
            if disk.hasCrashed { return }
            workload.journal?.step()
            workload.close()
        }
    }
}

extension SimulatedDisk {
    /// All files of a journal, byte for byte, without its lock.
    func files(of journal: String) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for path in files() where path.hasPrefix(JournalPaths(name: journal).folder + "/") {
            if !path.hasSuffix("LOCK") { found[path] = try bytes(path) }
        }
        return found
    }
}
