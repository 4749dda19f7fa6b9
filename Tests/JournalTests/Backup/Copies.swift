import Daybook
import DaybookPlatform
import DaybookSimulation

@testable import DaybookJournal

/// A store with a history, and what is done with it.
struct Original {
    let disk: SimulatedDisk
    let scan: StoreScan

    /// Some work that follows from a seed, closed in order or not.
    init(seed: UInt64, operations: Int = 100, closes: Bool = true) throws {
        let workload = Workload(SimulatedDisk(), seed: seed, operations: operations)
        try workload.run(closes: closes)
        workload.disk.plan = .none
        disk = workload.disk.afterProcessKill()
        scan = try StoreScan(disk)
    }
}

extension SimulatedDisk {
    /// Backs the store on this disk up to another one.
    @discardableResult
    func backUp(to target: SimulatedDisk, seed: UInt64 = 40) throws(StoreError) -> CopyReport {
        var backup = try Backup(of: World(self, seed: seed).environment())
        return try backup.write(to: target)
    }

    /// Backs the store up to one file of another disk.
    @discardableResult
    func backUp(
        to target: SimulatedDisk, file: String, seed: UInt64 = 40
    ) throws(StoreError) -> CopyReport {
        var backup = try Backup(of: World(self, seed: seed).environment())
        return try backup.write(to: target, file: file)
    }

    /// Restores the backup on this disk to another one.
    @discardableResult
    func restore(
        to target: SimulatedDisk, file: String? = nil, upTo end: Restore.End = .whole,
        seed: UInt64 = 50
    ) throws(StoreError) -> CopyReport {
        let reader = try BackupReader(self, file: file)
        return try Restore(reader, upTo: end).run(in: World(target, seed: seed).environment())
    }

    /// The store restored from the backup on this disk.
    func restored(file: String? = nil, upTo end: Restore.End = .whole) throws -> SimulatedDisk {
        let target = SimulatedDisk()
        try restore(to: target, file: file, upTo: end)
        return target
    }
}

extension SimulatedDisk {
    /// The appends of the store on this disk, as an exact copy takes them.
    func exactAppends() throws -> [[ExactEvent]] {
        var appends: [[ExactEvent]] = []
        try ExactReader(of: World(self, seed: 8).environment()).forEachAppend { batch in
            appends.append(batch.indices.map { ExactEvent(batch.view(at: $0)) })
        }
        return appends
    }
}

/// Checks that a store is the beginning of another one, answers, and goes on.
struct CopyAudit {
    let original: StoreScan

    /// - Parameter appends: as many of the original have to be there; nil: any number.
    /// - Returns: how many there are.
    @discardableResult
    func check(_ disk: SimulatedDisk, appends count: Int? = nil, _ what: String = "") throws -> Int
    {
        let report = try Verifier.verify(World(disk, seed: 60).environment()) { _, _ in }
        try require(report.findings.isEmpty, "\(what): \(report.findings)")
        let journal = try World(disk, seed: 61).open(createIfMissing: false)
        defer { journal.close() }
        let scan = try StoreScan(disk)
        try require(scan.problems.isEmpty, "\(what): \(scan.problems)")
        let found = scan.appends
        let expected = original.appends.prefix(count ?? found.count)
        try require(
            found.count == expected.count,
            "\(what): \(found.count) appends, and not \(expected.count)")
        try require(
            zip(found, expected).allSatisfy {
                $0.events == $1.events && $0.fields == $1.fields
                    && $0.firstPosition == $1.firstPosition
            }, "\(what): something else is there")
        try require(
            try journal.readAll() == scan.events, "\(what): readers see something else")
        try IndexAudit(scan, journal.view.index).check(what)
        let head = journal.view.watermark.position
        let appended = try journal.append("goes on", to: "account-77")
        try require(appended.firstPosition == head + 1, "\(what): it does not go on at its end")
        return found.count
    }
}

extension ExactWriter {
    /// Adds an append of events that are whole.
    mutating func add(_ events: [RecordedEvent]) throws(StoreError) {
        try add(events.map { ExactEvent($0) })
    }
}
